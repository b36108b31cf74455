"""One thing that is wrong with a definition."""

from __future__ import annotations

from dataclasses import dataclass

from ari_app.flow.said import Said


@dataclass(frozen=True, slots=True)
class Problem:
    """``node`` and ``field`` say where (``node`` is empty for the flow itself), ``message`` what.

    ``severity`` is ``error``, which forbids publishing, or ``warning``.
    """

    node: str
    field: str
    message: Said
    severity: str = "error"

    def __str__(self) -> str:
        where = f"node {self.node}" if self.node else "flow"
        return (
            f"{where}, {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
        )
