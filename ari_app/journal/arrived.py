"""An entry on its way into Postgres."""

from __future__ import annotations

import json
import math
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Postgres's text and jsonb take neither of these; a caller's name can bring them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One line of the journal of ``node``, with everything in it fit for Postgres.

    ``call`` is ``None`` for a line of the house's own, as of an agent's state.
    """

    node: str
    seq: int
    call: str | None
    client: str
    kind: str
    at: datetime
    data: dict[str, Any]

    @classmethod
    def read(
        cls, node: str, seq: int, call: str, client: str, kind: str, at: float, data: str
    ) -> Arrived:
        """Make one of a row of journal.db."""
        moment = datetime.fromtimestamp(at, UTC)
        return cls(node, seq, _call(call), storable(client), storable(kind), moment, _clean(data))

    @property
    def parameters(self) -> dict[str, Any]:
        """What every statement may refer to: call, client, at and node."""
        return {"call": self.call, "client": self.client, "at": self.at, "node": self.node}

    def with_data(self, *names: str, **defaults: Any) -> dict[str, Any]:
        """Return :attr:`parameters` with these facts of the entry, ``None`` where it has none."""
        facts: dict[str, Any] = {name: self.data.get(name) for name in names}
        for name, default in defaults.items():
            value = self.data.get(name)
            facts[name] = default if value is None else value
        return {**self.parameters, **facts}


def _call(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:  # ``agent:bold`` and the like: what it is about stands in the data too
        return None


def storable(text: str) -> str:
    """Return the text with U+FFFD for every character that Postgres does not take."""
    return _UNSTORABLE.sub("\ufffd", text)


def _clean(data: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(data)
    # Only an escape can bring an unstorable character into ASCII JSON; NaN is no JSON at all.
    return _cleaned(read) if "\\u" in data or "N" in data or "I" in data else read


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
