"""One event of Asterisk's channel event log, as asterisk_conf/cel_custom.conf writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from ari_app.flow.ids import call_id
from ari_app.journal.arrived import storable
from ari_app.journal.cel_line import parse_cel_line

START = "CHAN_START"
HANGUP = "HANGUP"
END = "LINKEDID_END"
CALL = "duudlaga_call"
MESSAGE = "duudlaga_message"
MESSAGE_END = "duudlaga_message_end"
_KINDS = frozenset({START, CALL, HANGUP, END, MESSAGE, MESSAGE_END})
_KINDS_READ = frozenset(kind.encode() for kind in _KINDS)
_BEGINNING = b'{"eventtype":"'
# Where a caller's own channel can be, in asterisk_conf/extensions.conf.
_CALLERS_CONTEXTS = frozenset({"intake", "offer", "fallback", "last"})


@dataclass(frozen=True, slots=True)
class CelEvent:
    """An event of a caller's channel. ``detail`` is what a mark of our own carries.

    ``number``, ``caller_raw`` and ``caller_name`` are hostile text.
    """

    event: str
    at: datetime
    linked_id: str
    unique_id: str
    context: str
    number: str
    caller_raw: str
    caller_name: str
    detail: str

    @property
    def call(self) -> str:
        """The id of the call."""
        return call_id(self.linked_id)

    @property
    def of_caller(self) -> bool:
        """Whether this alone shows that a caller is or was here.

        Any event does: the line of the first one can be torn by a hostile dialled number.
        """
        return self.context in _CALLERS_CONTEXTS and self.unique_id == self.linked_id


def read_event(line: bytes) -> CelEvent | None:
    """Return the event of a line if it can matter to a call, else ``None``.

    Raises :class:`ValueError` when the line is not one that Asterisk wrote whole.
    """
    # Most lines are of other kinds, and reading one whole costs ten times this look.
    if line.startswith(_BEGINNING) and line[len(_BEGINNING) :].split(b'"', 1)[0] not in _KINDS_READ:
        return None
    fields = parse_cel_line(line.decode("utf-8", errors="replace"))
    if fields is None:
        raise ValueError("this is no whole line of cel.jsonl")
    event, unique_id, linked_id = fields["eventtype"], fields["uniqueid"], fields["linkedid"]
    if event not in _KINDS or (event != END and unique_id != linked_id):
        return None
    try:
        at = datetime.fromtimestamp(float(fields["eventtime"]), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"eventtime is no time: {error}") from error
    return CelEvent(
        event=event,
        at=at,
        linked_id=storable(linked_id),
        unique_id=storable(unique_id),
        context=storable(fields["context"]),
        number=storable(fields["exten"]),
        caller_raw=storable(fields["num"]),
        caller_name=storable(fields["name"]),
        detail=_extra(fields["eventextra"]),
    )


def _extra(text: str) -> str:
    """Return what a mark carries; empty for events of Asterisk's own, and for what is no JSON."""
    try:
        extra = json.loads(text) if text else {}
    except ValueError:  # only our marks' words are looked at, and they hold no quotes
        return ""
    return storable(str(extra.get("extra", ""))) if isinstance(extra, dict) else ""
