"""Calls as entries, for tests of what is derived from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from ari_app.journal.arrived import Arrived
from ari_app.journal.ship import position, ship
from ari_app.store.database import Connection, transaction

CLIENT = "anu-clinic"
DORJ = "+97699112233"


def call_name(number: int) -> str:
    """Return the id of the test's call ``number``."""
    return call_id(f"test-1763800000.{number}")


def offered(at: float, caller: str | None = DORJ) -> Entry:
    """The call reached us."""
    data = {
        "number": "+97670110001", "caller_number": caller, "caller_raw": caller or "anonymous",
        "caller_name": "Дорж", "flow": "main", "revision": 1, "language": "mn",
    }  # fmt: skip
    return Entry("call_offered", at, data)


def missed(at: float, caller: str | None = DORJ, reason: str = "missed") -> list[Entry]:
    """A whole call that nobody took: offered at ``at``, hung up 30 seconds later."""
    return [
        offered(at, caller),
        Entry("queue_joined", at + 1, {"queue": "reception", "position": 1}),
        Entry("queue_left", at + 30, {"queue": "reception", "waited_seconds": 29.0}),
        Entry(
            "callback_booked", at + 30,
            {"number": caller, "queue": "reception", "reason": reason, "language": "mn",
             "queued_at": at + 1},
        ),
        Entry("call_ended", at + 30, {"outcome": "abandoned", "by": "caller"}),
    ]  # fmt: skip


def spoke_to_the_dialplan(at: float, caller: str | None = DORJ) -> list[Entry]:
    """A whole call that counted as missed, until its message was heard of."""
    left = {"recording": "last", "kind": "message", "seconds": 9.0}
    return [*missed(at, caller), Entry("message_left", at + 50, left)]


def wordless(at: float, caller: str | None = DORJ) -> list[Entry]:
    """A whole call that an agent took, and that was over before anybody said a word."""
    return [
        offered(at, caller),
        Entry("talk_started", at + 10, {"leg": "leg", "agent": "bold", "queue": "reception"}),
        Entry("talk_ended", at + 10.99, {"leg": "leg", "by": "caller", "seconds": 0.99}),
        Entry("callback_booked", at + 10.99, {"number": caller, "reason": "missed"}),
        Entry("call_ended", at + 10.99, {"outcome": "abandoned", "by": "caller"}),
    ]


def answered(
    at: float, caller: str | None = DORJ, leg: str = "leg", agent: str = "bold"
) -> list[Entry]:
    """A whole call that ``agent`` took after 10 seconds, for 60 seconds."""
    return [
        offered(at, caller),
        Entry("queue_joined", at + 1, {"queue": "reception", "position": 1}),
        Entry("agent_ringing", at + 2, {"leg": leg, "agent": agent}),
        Entry("queue_left", at + 10, {"queue": "reception", "waited_seconds": 9.0}),
        Entry("recording_expected", at + 10,
              {"recording": f"{leg}-r", "kind": "talk", "leg": leg, "agent": agent}),
        Entry("talk_started", at + 10,
              {"leg": leg, "agent": agent, "recording": f"{leg}-r", "queue": "reception"}),
        Entry("talk_ended", at + 70, {"leg": leg, "agent": agent, "by": "caller", "seconds": 60.0}),
        Entry("call_ended", at + 70, {"outcome": "answered", "by": "caller"}),
    ]  # fmt: skip


def arrived(
    call: int, entries: Sequence[Entry], first: int = 1, node: str = "n", client: str = CLIENT
) -> list[Arrived]:
    """The entries as lines ``first``, ``first + 1``, … of the journal of ``node``."""
    return [
        Arrived(
            node,
            seq,
            call_name(call),
            client,
            entry.kind,
            datetime.fromtimestamp(entry.at, UTC),
            entry.data,
        )
        for seq, entry in enumerate(entries, first)
    ]


CALLBACKS = """SELECT number, state, closed_reason, misses, reason, queue,
                      extract(epoch FROM last_missed_at)::int AS last
               FROM callbacks ORDER BY opened_at, id"""


def select(connection: Connection, query: str) -> list[Any]:
    with transaction(connection) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def ship_calls(connection: Connection, *calls: list[Entry]) -> None:
    """Ship whole calls one after the other, as calls 1, 2, 3, …"""
    seq = position(connection, "n") + 1
    for number, entries in enumerate(calls, 1):
        ship(connection, "n", arrived(number, entries, seq))
        seq += len(entries)
