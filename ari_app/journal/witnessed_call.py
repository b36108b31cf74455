"""One call as Asterisk tells it, put together from its events."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime

from ari_app.journal.asterisk_start import AsteriskStart, follow
from ari_app.journal.cel_event import CALL, END, HANGUP, MESSAGE_END, CelEvent


@dataclass(frozen=True, slots=True)
class WitnessedCall:
    """A row of ``witness_calls``, or what some more lines add to one.

    ``number`` is what was dialled or, once the dialplan has told it, all that is known of the call:
    :meth:`ari_app.snapshot.incoming.Incoming.parse` reads both.
    """

    call: str
    linked_id: str
    number: str
    caller_raw: str
    caller_name: str
    asterisk_at: datetime
    began_at: datetime
    last_at: datetime
    hung_up_at: datetime | None = None
    over_at: datetime | None = None
    message_at: datetime | None = None
    message_status: str = ""

    def after(self, event: CelEvent) -> WitnessedCall:
        """Return it with what one more event of it tells."""
        seen = replace(self, last_at=max(self.last_at, event.at))
        if event.event == CALL and event.detail:
            # The first event has what the network said, whether or not the caller withheld it.
            return replace(
                seen,
                number=event.detail,
                caller_raw=event.caller_raw,
                caller_name=event.caller_name,
            )
        if event.event == HANGUP:
            return replace(seen, hung_up_at=min(self.hung_up_at or event.at, event.at))
        if event.event == END:
            return replace(seen, over_at=max(self.over_at or event.at, event.at))
        if event.event == MESSAGE_END and event.detail and self.message_at is None:
            return replace(seen, message_at=event.at, message_status=event.detail)
        return seen


def doubtful(events: Iterable[CelEvent]) -> set[str]:
    """Return the calls of which it takes a row that is there to tell that they are of callers."""
    first: dict[str, bool] = {}
    for event in events:
        first.setdefault(event.call, event.of_caller)
    return {call for call, of_caller in first.items() if not of_caller}


def put_together(
    events: Iterable[CelEvent], known: Set[str], start: AsteriskStart | None
) -> tuple[list[WitnessedCall], AsteriskStart | None]:
    """Return the callers' calls that these events tell of, and Asterisk's last start after them.

    A call is a caller's by an event of its own, or because it is ``known``. ``start`` is the last
    start before them.
    """
    calls: dict[str, WitnessedCall] = {}
    for event in events:
        start = follow(start, event.unique_id, event.at)
        seen = calls.get(event.call)
        if seen is None:
            if not event.of_caller and event.call not in known:
                continue
            seen = WitnessedCall(
                event.call, event.linked_id, event.number, event.caller_raw, event.caller_name,
                asterisk_at=start.began_at if start else event.at,
                began_at=event.at, last_at=event.at,
            )  # fmt: skip
        calls[event.call] = seen.after(event)
    return list(calls.values()), start
