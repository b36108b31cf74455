"""What a real Asterisk answers; facts on which the connection is built."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import pytest
import websockets

from ari_app.telephony.ari import (
    Ari,
    AriEvent,
    ChannelDestroyed,
    ConnectionLost,
    StasisStart,
)
from ari_app.telephony.ari.events import USED
from tests.telephony.ari.live_asterisk import PASSWORD, USER, LiveAsterisk
from tests.telephony.ari.until import until

pytestmark = pytest.mark.real


async def local_call(ari: Ari, channel: str) -> None:
    """Bring a channel, with itself as the other side, into our hands."""
    await ari.ask(
        "POST",
        f"channels?endpoint=Local/talk@intake/n&app=ari-test&channelId={channel}",
        {"variables": {"COMPANY": "Ану эмнэлэг"}},
        lane=channel,
    )


async def test_a_call_goes_through_our_hands_from_its_start_to_its_end(live_ari: Ari) -> None:
    events: list[AriEvent] = []
    live_ari.on_event(events.append)
    await local_call(live_ari, "first.1")
    await until(lambda: any(isinstance(event, StasisStart) for event in events))
    answer = await live_ari.ask("GET", "channels/first.1/variable?variable=COMPANY", lane="first.1")
    assert answer.json() == {"value": "Ану эмнэлэг"}
    await live_ari.ask("DELETE", "channels/first.1", lane="first.1")
    await until(
        lambda: any(isinstance(e, ChannelDestroyed) and e.channel.id == "first.1" for e in events)
    )
    assert live_ari.counts["broken_frames"] == 0
    assert live_ari.counts["unknown_events"] == 0


async def test_the_event_filter_is_taken(live_ari: Ari) -> None:
    answer = await live_ari.ask("GET", "applications/ari-test")
    assert {event["type"] for event in answer.json()["events_allowed"]} == set(USED)


async def test_a_request_waits_for_the_playback_on_its_lane_but_not_on_another(
    live_ari: Ari, tmp_path: Path
) -> None:
    """Why calls are spread over lanes, and why the event socket carries no calls."""
    events: list[AriEvent] = []
    live_ari.on_event(events.append)
    await local_call(live_ari, "plays.1")
    await until(lambda: any(isinstance(event, StasisStart) for event in events))
    with wave.open(str(tmp_path / "silence.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 10))
    media = f"sound:{tmp_path / 'silence'}"
    await live_ari.ask("POST", f"channels/plays.1/play/p1?media={media}", lane="plays.1")
    for _ in range(100):
        if (await live_ari.ask("GET", "playbacks/p1")).json()["state"] == "playing":
            break
        await asyncio.sleep(0.02)
    read = await live_ari.request("GET", "channels/plays.1/variable?variable=X", lane="plays.1")
    assert read.status == 404, "reading a variable does not wait"
    blocked = live_ari.request("POST", "channels/plays.1/answer", lane="plays.1")
    await live_ari.ask("GET", "asterisk/ping")
    await asyncio.sleep(0.2)
    assert not blocked.done()
    await live_ari.ask("DELETE", "playbacks/p1")
    async with asyncio.timeout(1):
        await blocked
    await live_ari.ask("DELETE", "channels/plays.1", lane="plays.1")


async def test_half_a_character_or_a_zero_byte_costs_one_refusal_and_nothing_else(
    live_ari: Ari,
) -> None:
    refused = await live_ari.request("GET", "channels/\0", lane="a")
    assert refused.status == 400
    assert (await live_ari.ask("GET", "asterisk/ping", lane="a")).json()["ping"] == "pong"


async def test_a_body_that_is_no_text_is_misread(asterisk: LiveAsterisk) -> None:
    """Why bodies are sent as text with a content type."""
    url = f"ws://{USER}:{PASSWORD}@127.0.0.1:{asterisk.http}/ari/events?app=other"
    asks = '{"type":"RESTRequest","request_id":"1","method":"PUT"'
    asks += ',"uri":"applications/other/eventFilter","message_body":'
    body = '{"disallowed":[{"type":"ChannelVarset"}]}'
    async with websockets.connect(url) as socket:
        await socket.send(f"{asks}{body}}}")
        assert '"status_code":400' in str(await socket.recv())
        await socket.send(f'{asks}"{body.replace(chr(34), chr(92) + chr(34))}"}}')
        assert "No 'content_type' for 'message_body'" in str(await socket.recv())


async def test_an_id_that_another_channels_id_begins_with_is_refused(live_ari: Ari) -> None:
    """22.10.1 compares only as many letters as the new id has: a 409 may mean somebody else.

    Bridges are compared as a whole.
    """
    await local_call(live_ari, "call-3-10")
    uri = "channels?endpoint=Local/talk@intake/n&app=ari-test&channelId=call-3-1"
    refused = await live_ari.request("POST", uri)
    assert (refused.status, refused.reason) == (409, "Channel with given unique ID already exists")
    assert (await live_ari.request("GET", "channels/call-3-1")).status == 404
    await live_ari.ask("DELETE", "channels/call-3-10", lane="call-3-10")
    for bridge in ("call-3-10", "call-3-1"):
        await live_ari.ask("POST", f"bridges/{bridge}?type=mixing")
        await live_ari.ask("DELETE", f"bridges/{bridge}")


async def test_a_second_controller_replaces_the_first(
    live_ari: Ari, asterisk: LiveAsterisk
) -> None:
    second = Ari(asterisk.url, USER, PASSWORD, "ari-test", lanes=2)
    await second.start()
    await until(lambda: live_ari.replaced)
    async with asyncio.timeout(3):
        await second.wait_connected()
    with pytest.raises(ConnectionLost):
        await live_ari.ask("GET", "asterisk/ping")
    await second.stop()


async def test_an_asterisk_that_was_killed_is_found_again(
    live_ari: Ari, asterisk: LiveAsterisk
) -> None:
    told: list[str] = []
    live_ari.on_connect(lambda: told.append("connect"))
    live_ari.on_disconnect(lambda _: told.append("disconnect"))
    asterisk.kill()
    await until(lambda: told == ["disconnect"])
    await asyncio.to_thread(asterisk.start)
    await until(lambda: told == ["disconnect", "connect"], seconds=5)
    assert (await live_ari.ask("GET", "asterisk/ping", lane="a")).status == 200
