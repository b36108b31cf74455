"""The connection comes back by itself, finds a dead or hung Asterisk, and yields when replaced."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.telephony.ari import Ari, ConnectionLost, Pace
from tests.telephony.ari.conftest import QUICK
from tests.telephony.ari.fake_ari import FakeAri
from tests.telephony.ari.until import until


async def test_the_event_socket_opens_last_so_that_every_call_can_be_answered(
    ari: Ari, server: FakeAri
) -> None:
    assert server.opened[-1] == "duudlaga"
    assert sorted(server.opened[:-1]) == ["duudlaga-lane-1", "duudlaga-lane-2"]


async def test_useless_events_are_filtered_out_on_each_connect(ari: Ari, server: FakeAri) -> None:
    await until(lambda: bool(server.asked("applications/duudlaga/eventFilter")))
    assert '"StasisStart"' in server.bodies[0]
    server.cut("duudlaga")
    await until(lambda: len(server.asked("applications/duudlaga/eventFilter")) == 2)


async def test_after_a_cut_all_is_connected_again_and_recovery_is_told_once(
    ari: Ari, server: FakeAri
) -> None:
    told: list[str] = []
    ari.on_connect(lambda: told.append("connect"))
    ari.on_disconnect(lambda _: told.append("disconnect"))
    for app in list(server.sockets):
        server.cut(app)
    await until(lambda: not ari.connected)
    await until(lambda: ari.connected)
    assert told == ["disconnect", "connect"]
    assert (await ari.ask("GET", "asterisk/ping", lane="a")).status == 200


async def test_a_lost_lane_does_not_cost_the_event_socket(ari: Ari, server: FakeAri) -> None:
    told: list[str] = []
    ari.on_connect(lambda: told.append("connect"))
    server.cut("duudlaga-lane-2")
    await until(lambda: told == ["connect"])
    assert server.opened.count("duudlaga") == 1


async def test_recovery_runs_before_the_first_event(server: FakeAri) -> None:
    ari = Ari(server.url, "duudlaga", "secret", "duudlaga", lanes=1, pace=QUICK)
    order: list[str] = []
    ari.on_connect(lambda: order.append("recovered"))
    ari.on_event(lambda event: order.append(type(event).__name__))
    await ari.start()
    await until(lambda: "duudlaga" in server.sockets)
    await server.send("duudlaga", {"type": "StasisStart", "channel": {"id": "1.1"}})
    await until(lambda: len(order) == 2)
    await ari.stop()
    assert order == ["recovered", "StasisStart"]


async def test_an_asterisk_that_is_booting_or_away_is_tried_again(server: FakeAri) -> None:
    server.booting = True
    ari = Ari(server.url, "duudlaga", "secret", "duudlaga", lanes=1, pace=QUICK)
    await ari.start()
    await asyncio.sleep(0.1)
    assert not ari.connected
    server.booting = False
    await until(lambda: ari.connected)
    port = server.port
    await server.stop()
    await until(lambda: not ari.connected)
    await asyncio.sleep(0.1)
    await server.start(port)
    await until(lambda: ari.connected)
    await ari.stop()


async def test_a_silent_asterisk_is_found_by_the_heartbeat(ari: Ari, server: FakeAri) -> None:
    reasons: list[str] = []
    ari.on_disconnect(reasons.append)
    server.silent = True
    await until(lambda: bool(reasons))
    assert "Asterisk did not answer GET asterisk/ping" in reasons[0]
    server.silent = False
    await until(lambda: ari.connected)


async def test_a_request_behind_a_playback_is_waited_for_longer_than_a_ping(
    server: FakeAri,
) -> None:
    pace = Pace(beat_seconds=0.05, silent_beats=3, blocked_beats=12, first_pause=0.005)
    ari = Ari(server.url, "duudlaga", "secret", "duudlaga", lanes=1, pace=pace)
    await ari.start()
    await ari.wait_connected()
    loop, lane = asyncio.get_running_loop(), server.sockets["duudlaga-lane-1"]
    lane.transport.pause_reading()
    started = loop.time()
    waiting = ari.request("POST", "channels/a/answer", lane="a")
    await asyncio.sleep(0.35)
    assert not waiting.done()
    with pytest.raises(ConnectionLost, match=r"did not answer POST channels/a/answer for 0.6 sec"):
        await waiting
    assert loop.time() - started < 1.5
    assert server.opened.count("duudlaga") == 1
    await ari.stop()


async def test_a_replaced_controller_stops_at_once_and_never_comes_back(
    ari: Ari, server: FakeAri
) -> None:
    heard: list[str] = []
    ari.on_event(lambda event: heard.append(type(event).__name__))
    ari.on_replaced(lambda: heard.append("replaced"))
    start = {"type": "StasisStart", "channel": {"id": "1.1"}}
    await server.send("duudlaga", {"type": "ApplicationReplaced"}, start)
    await until(lambda: heard == ["replaced"])
    opened = len(server.opened)
    with pytest.raises(ConnectionLost):
        await ari.request("POST", "channels/a/answer", lane="a")
    await asyncio.sleep(0.15)
    assert heard == ["replaced"]
    assert len(server.opened) == opened


async def test_a_takeover_of_a_lane_counts_as_well(ari: Ari, server: FakeAri) -> None:
    """The new controller opens its lanes first: that is the earliest sign."""
    await server.send("duudlaga-lane-1", {"type": "ApplicationReplaced"})
    await until(lambda: ari.replaced)
    assert not ari.connected


async def test_a_wrong_password_is_no_connection(server: FakeAri) -> None:
    ari = Ari(server.url, "duudlaga", "wrong", "duudlaga", lanes=1, pace=QUICK)
    await ari.start()
    await asyncio.sleep(0.1)
    assert not ari.connected
    await ari.stop()


async def test_a_listener_that_fails_does_not_stop_the_others(ari: Ari, server: FakeAri) -> None:
    seen: list[str] = []

    def fail(event: object) -> None:
        raise RuntimeError(f"cannot handle {event}")

    ari.on_event(fail)
    ari.on_event(lambda event: seen.append(type(event).__name__))
    start = {"type": "StasisStart", "channel": {"id": "1.1"}}
    await server.send("duudlaga", start, start)
    await until(lambda: seen == ["StasisStart", "StasisStart"])
    assert ari.counts["listener_errors"] == 2
