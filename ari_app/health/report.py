"""What a process says of itself at one moment, and the JSON in which it says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ari_app.health.dependency import Dependency
from ari_app.health.figure import Figure

State = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Report:
    """Of one process, at ``at`` (Unix seconds)."""

    process: str
    at: float
    dependencies: Sequence[Dependency]
    figures: Sequence[Figure] = ()

    @property
    def state(self) -> State:
        """``down`` when something vital is, ``degraded`` when anything is not up."""
        if any(each.vital and each.state == "down" for each in self.dependencies):
            return "down"
        return "degraded" if any(each.state != "up" for each in self.dependencies) else "ok"

    def figure(self, name: str) -> Any:
        """Return the value of a figure; ``None`` when it is not known."""
        return next((each.value for each in self.figures if each.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the body of ``GET /health``; times are Unix seconds."""
        return {
            "process": self.process,
            "state": self.state,
            "at": self.at,
            "dependencies": [asdict(each) for each in self.dependencies],
            "figures": {each.name: each.value for each in self.figures},
        }


def report_from_json(body: dict[str, Any]) -> Report:
    """Return the report that :meth:`Report.to_json` wrote; KeyError or TypeError if it did not."""
    return Report(
        process=body["process"],
        at=body["at"],
        dependencies=[Dependency(**each) for each in body["dependencies"]],
        figures=[Figure(name, value, "") for name, value in body["figures"].items()],
    )
