"""Calls refused before they had a channel: heard from Asterisk, counted, and put on record.

A process that is not there hears nothing: what is refused in the second or two of the shipper's
own restart is not known.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Self

import structlog

from ari_app.caller import caller_number
from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.refusals import Refusals, Refused
from ari_app.journal.sip_copy import unpack
from ari_app.journal.store import Journal
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Route, SnapshotError
from ari_app.snapshot.reception import forwarding

log = structlog.get_logger(__name__)

RECENT_SECONDS = 3600.0
_LISTEN_SECONDS = 1.0
_RECEIVE_BYTES = 4 << 20


@dataclass
class RefusedCalls:
    """Use it as a context manager: it listens inside, in a thread of its own.

    ``counts`` are by the answer's status, strangers under ``strangers``; both only grow.
    ``route`` finds the client of a call.
    """

    address: tuple[str, int]
    refusals: Refusals
    journal: Journal
    route: Callable[[Incoming], Route | None]
    counts: Counter[str] = field(default_factory=Counter)
    _heard: SimpleQueue[Refused] = field(default_factory=SimpleQueue)
    _recent: deque[Refused] = field(default_factory=lambda: deque(maxlen=1000))
    _waiting: list[Refused] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        try:
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
            line.bind(self.address)
        except OSError as error:
            log.error("refusals_not_heard", address=self.address, reason=str(error))
            return self
        line.settimeout(_LISTEN_SECONDS)
        self._thread = threading.Thread(target=self._listen, args=(line,), name="refusals")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def take(self, refused: Refused) -> None:
        """Keep it for :meth:`enter`. Any thread may."""
        self._heard.put(refused)

    def enter(self) -> None:
        """Put on record what was heard since; what waits for a snapshot is tried again."""
        while not self._heard.empty():
            refused = self._heard.get()
            self.counts[str(refused.status) if refused.by_trunk else "strangers"] += 1
            if refused.by_trunk:
                self._waiting.append(refused)
                self._recent.append(refused)
        while self._waiting:
            try:
                self._enter(self._waiting[0])
            except SnapshotError as error:
                log.error("refused_calls_wait", reason=str(error))
                return
            self._waiting.pop(0)

    def recent(self, now: float) -> str:
        """Say how many were refused within the last hour, and why the last one; empty for none."""
        recent = sorted(
            (each for each in self._recent if now - each.at < RECENT_SECONDS),
            key=lambda each: each.at,
        )
        if not recent:
            return ""
        why = f"{recent[-1].status}: {recent[-1].sentence}"
        if len(recent) == 1:
            return f"1 call was refused within the last hour, with {why}"
        return f"{len(recent)} calls were refused within the last hour, the last one with {why}"

    def _listen(self, line: socket.socket) -> None:
        settled = 0.0
        with line:
            while not self._stop.is_set():
                try:
                    copy = unpack(line.recv(65535))
                except TimeoutError:
                    copy = None
                refused = self.refusals.hear(copy) if copy is not None else None
                if refused is not None:
                    self.take(refused)
                if time.time() - settled > _LISTEN_SECONDS:
                    settled = time.time()
                    for each in self.refusals.settle(settled):
                        self.take(each)

    def _enter(self, refused: Refused) -> None:
        route = self.route(refused.incoming)
        client = route.client if route else HOUSE
        caller = caller_number(refused.caller_raw)
        offered = {
            "number": route.number if route else refused.incoming.dialled,
            "caller_number": caller, "caller_raw": refused.caller_raw, "caller_name": "",
            "flow": route.flow if route else None, "revision": None, "language": None,
            **forwarding(refused.incoming),
        }  # fmt: skip
        booked = {"number": caller, "queue": None, "reason": "refused", "language": None}
        ended = {
            "outcome": "refused", "by": "pbx", "node": None, "reason": refused.reason,
            "status": refused.status, "offers": refused.offers,
        }  # fmt: skip
        entries = [Entry("call_offered", refused.at, offered)]
        if client != HOUSE:
            entries.append(Entry("callback_booked", refused.at, booked))
        entries.append(Entry("call_ended", refused.at, ended))
        # The id begins with the time, as others do: Asterisk gave this call none.
        call = call_id(f"refused-{refused.call}-{refused.at:.0f}.0")
        self.journal.append_once(call, client, entries)
        log.warning("call_refused", call=call, status=refused.status, reason=refused.sentence)
