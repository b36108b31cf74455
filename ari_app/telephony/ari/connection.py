"""The connection to ARI: one socket for the app's events, some more (lanes) for requests."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import quote, urlsplit

import structlog

from ari_app.telephony.ari.errors import AriError
from ari_app.telephony.ari.events import USED, ApplicationReplaced, AriEvent
from ari_app.telephony.ari.lane import Address, Lane
from ari_app.telephony.ari.listing import Listing
from ari_app.telephony.ari.messages import Response
from ari_app.telephony.ari.pace import Pace

log = structlog.get_logger(__name__)

STUCK_BEATS = 2
"""A request that is older than so many heartbeats is not just slow."""


class Ari:
    """Speaks with the Asterisk at ``url`` (``http://host:port``) as the Stasis app ``app``.

    Asterisk carries out the requests of one socket one after another, and some wait there until a
    playback ends. So requests go over ``lanes`` further sockets, those of one call always over
    the same: they keep their order, and few calls wait for each other.

    ``connected`` is true while all sockets are open. The event socket opens last, so that no call
    comes in before it can be answered. Callbacks are called synchronously, in the order of what
    happened; one that raises is logged and does not stop the reader.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        app: str,
        *,
        lanes: int = 4,
        pace: Pace | None = None,
    ) -> None:
        """Prepare; :meth:`start` connects. The password is plain text (see ASTERISK.md)."""
        self.app = app
        self.connected = False
        self.replaced = False
        self.counts: Counter[str] = Counter()
        self._credentials = (urlsplit(url), user, password)
        self._listing = Listing(url, user, password)
        self._pace = pace or Pace()
        self._event_listeners: list[Callable[[AriEvent], None]] = []
        self._connect_listeners: list[Callable[[], None]] = []
        self._disconnect_listeners: list[Callable[[str], None]] = []
        self._replaced_listeners: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._lanes_up = asyncio.Event()
        self._all_up = asyncio.Event()
        # Nothing on the event socket ever waits for a playback: its requests are like pings.
        strict = replace(self._pace, blocked_beats=self._pace.silent_beats)
        self._main = self._lane(app, strict, self._main_up)
        names = [f"{app}-lane-{number}" for number in range(1, lanes + 1)]
        self._lanes = [self._lane(name, self._pace, self._changed) for name in names]

    def on_event(self, listener: Callable[[AriEvent], None]) -> None:
        """Call ``listener(event)`` for every event."""
        self._event_listeners.append(listener)

    def on_connect(self, listener: Callable[[], None]) -> None:
        """Call ``listener()`` whenever all sockets are open (again): the moment to recover."""
        self._connect_listeners.append(listener)

    def on_disconnect(self, listener: Callable[[str], None]) -> None:
        """Call ``listener(reason)`` when the first of the sockets is gone."""
        self._disconnect_listeners.append(listener)

    def on_replaced(self, listener: Callable[[], None]) -> None:
        """Call ``listener()`` when another controller took over: every socket is closed by then."""
        self._replaced_listeners.append(listener)

    async def start(self) -> None:
        """Begin to connect, and keep connected until :meth:`stop`."""
        self._tasks = [asyncio.create_task(lane.keep(), name=lane.name) for lane in self._lanes]
        self._tasks.append(asyncio.create_task(self._main.keep(self._lanes_up), name=self.app))

    async def wait_connected(self) -> None:
        """Return when all sockets are open."""
        await self._all_up.wait()

    async def stop(self) -> None:
        """Close all sockets. Waiting requests end with ``ConnectionLost``."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def request(
        self, method: str, uri: str, body: object | None = None, *, lane: str | None = None
    ) -> asyncio.Future[Response]:
        """Send a request at once, in order; the future holds the answer, whatever its status.

        ``uri`` is relative to ``/ari/`` and quoted (``channels/ID/play?media=…``); ``body`` becomes
        JSON. Give everything that belongs to one call the same ``lane`` (its id). Without a lane
        it goes over the event socket: only for what never waits for a playback.
        The future raises ``ConnectionLost`` if the socket is gone, and nothing else.
        """
        return self._lane_of(lane).request(method, uri, body)

    async def list(self, uri: str) -> bytes:
        """Return the JSON of a list that may be long. Raises ``AriError``, ``ConnectionLost``."""
        return await asyncio.to_thread(self._listing.get, uri)

    def stuck(self, lane: str) -> bool:
        """Return whether Asterisk has been busy for a while with one request of this lane."""
        return self._lane_of(lane).stuck_beats > STUCK_BEATS

    async def ask(
        self, method: str, uri: str, body: object | None = None, *, lane: str | None = None
    ) -> Response:
        """Send a request and wait for its answer.

        Raises ``AriError`` when Asterisk refuses it, ``ConnectionLost`` when the socket is gone.
        """
        response = await self.request(method, uri, body, lane=lane)
        if response.status >= 400:
            raise AriError(f"{method} {uri}", response.status, response.reason)
        return response

    def _lane_of(self, lane: str | None) -> Lane:
        if lane is None or not self._lanes:
            return self._main
        return self._lanes[hash(lane) % len(self._lanes)]

    def _lane(self, name: str, pace: Pace, on_up: Callable[[], None]) -> Lane:
        parts, user, password = self._credentials
        host, port = parts.hostname or "127.0.0.1", parts.port or 8088
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        url = f"ws://{parts.netloc}/ari/events?app={quote(name, safe='')}"
        return Lane(
            name,
            Address(host, port, url, f"Basic {token}"),
            pace=pace,
            counts=self.counts,
            on_up=on_up,
            on_down=self._changed,
            on_event=self._heard,
        )

    def _main_up(self) -> None:
        used = {"allowed": [{"type": name} for name in USED]}
        answer = self._main.request("PUT", f"applications/{self.app}/eventFilter", used)
        answer.add_done_callback(self._filtered)
        self._changed()

    def _filtered(self, answer: asyncio.Future[Response]) -> None:
        """Report a refused filter: all works without it, only slower."""
        if not answer.cancelled() and answer.exception() is None and answer.result().status >= 400:
            log.error("ari_event_filter_refused", reason=answer.result().reason)

    def _changed(self, reason: str = "") -> None:
        """Find out whether all is connected now, and tell when that changed."""
        lanes_up = all(lane.up for lane in self._lanes)
        _turn(self._lanes_up, on=lanes_up)
        connected = lanes_up and self._main.up
        _turn(self._all_up, on=connected)
        if connected == self.connected:
            return
        self.connected = connected
        if connected:
            log.info("ari_connected", app=self.app, lanes=len(self._lanes))
            for listener in self._connect_listeners:
                self._tell(listener)
        else:
            log.warning("ari_disconnected", app=self.app, reason=reason)
            for tell in self._disconnect_listeners:
                self._tell(partial(tell, reason))

    def _heard(self, event: AriEvent) -> None:
        if isinstance(event, ApplicationReplaced):
            self._stop_at_once()
            return
        self.counts["events"] += 1
        for listener in self._event_listeners:
            try:
                listener(event)
            except Exception:
                self.counts["listener_errors"] += 1
                log.exception("ari_listener_failed", event_type=type(event).__name__)

    def _stop_at_once(self) -> None:
        """Give everything up: a replaced socket could still send requests for others' calls."""
        if self.replaced:
            return
        self.replaced = True
        log.error("ari_replaced", app=self.app)
        for task in self._tasks:
            task.cancel()
        for lane in (self._main, *self._lanes):
            lane.drop("another controller took over")
        for listener in self._replaced_listeners:
            self._tell(listener)

    def _tell(self, listener: Callable[[], None]) -> None:
        try:
            listener()
        except Exception:
            self.counts["listener_errors"] += 1
            log.exception("ari_listener_failed", listener=repr(listener))


def _turn(switch: asyncio.Event, *, on: bool) -> None:
    if on:
        switch.set()
    else:
        switch.clear()
