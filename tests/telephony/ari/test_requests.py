"""Requests keep their order, and every one of them ends."""

from __future__ import annotations

import asyncio
import json

import pytest

from ari_app.telephony.ari import Ari, AriError, ConnectionLost
from tests.telephony.ari.fake_ari import FakeAri

CALLS = [f"call-{number}" for number in range(20)]


async def test_requests_of_one_call_arrive_in_the_order_in_which_they_were_sent(
    ari: Ari, server: FakeAri
) -> None:
    sent = [f"channels/{step}" for step in range(200)]
    await asyncio.gather(*[ari.request("POST", uri, lane="one-call") for uri in sent])
    assert [uri for _, method, uri in server.requests if method == "POST"] == sent
    assert len({app for app, method, _ in server.requests if method == "POST"}) == 1


async def test_calls_spread_over_the_lanes_and_none_uses_the_event_socket(
    ari: Ari, server: FakeAri
) -> None:
    await asyncio.gather(*[ari.request("GET", f"channels/{call}", lane=call) for call in CALLS])
    apps = {app for app, _, uri in server.requests if uri.startswith("channels/")}
    assert apps == {"duudlaga-lane-1", "duudlaga-lane-2"}


async def test_nothing_waits_for_an_answer_before_the_next_is_sent(
    ari: Ari, server: FakeAri
) -> None:
    server.gate.clear()
    first = ari.request("POST", "channels/a/answer", lane="a")
    second = ari.request("POST", "channels/a/play", lane="a")
    await asyncio.sleep(0.02)
    assert not first.done()
    server.gate.set()
    await asyncio.gather(first, second)
    assert [uri for _, _, uri in server.requests if uri.startswith("channels/a")] == [
        "channels/a/answer",
        "channels/a/play",
    ]


async def test_a_refusal_is_an_answer_for_who_looks_and_an_error_for_who_asks(
    ari: Ari, server: FakeAri
) -> None:
    server.answer = lambda _: (404, '{"message":"Channel not found"}')
    answer = await ari.request("POST", "channels/gone/answer", lane="gone")
    assert (answer.status, answer.reason) == (404, "Channel not found")
    with pytest.raises(
        AriError, match="Asterisk refused POST channels/gone/answer: 404 Channel not found"
    ):
        await ari.ask("POST", "channels/gone/answer", lane="gone")


async def test_a_refusal_without_a_readable_message_still_says_what_came(
    ari: Ari, server: FakeAri
) -> None:
    server.answer = lambda _: (500, "<html>")
    answer = await ari.request("GET", "channels")
    assert answer.reason == "Internal Server Error: <html>"


async def test_a_body_goes_out_as_text_of_json(ari: Ari, server: FakeAri) -> None:
    await ari.ask("POST", "channels/a", {"variables": {"NAME": "Болд <script>\u202e"}}, lane="a")
    assert {"variables": {"NAME": "Болд <script>\u202e"}} in [
        json.loads(body) for body in server.bodies if body
    ]


async def test_what_cannot_be_sent_is_refused_and_the_socket_lives(
    ari: Ari, server: FakeAri
) -> None:
    half = await ari.request("GET", "channels/\ud83d", lane="a")
    long = await ari.request("POST", "channels/a", {"variables": {"X": "x" * 70_000}}, lane="a")
    assert (half.status, long.status) == (400, 413)
    assert (await ari.ask("GET", "asterisk/ping", lane="a")).json() == {"ping": "pong"}
    assert ari.counts["connects"] == 3


async def test_an_answer_without_an_id_belongs_to_the_oldest_request(
    ari: Ari, server: FakeAri
) -> None:
    server.silent = True
    future = ari.request("GET", "channels/\0", lane="a")
    await asyncio.sleep(0.02)
    app = server.asked("channels/\0")[0]
    await server.send(app, {"type": "RESTResponse", "request_id": "", "status_code": 400})
    assert (await future).status == 400


async def test_a_cut_fails_all_waiting_requests_at_once_with_a_sentence(
    ari: Ari, server: FakeAri
) -> None:
    server.silent = True
    waiting = [ari.request("POST", f"channels/{call}/answer", lane=call) for call in CALLS]
    await asyncio.sleep(0.02)
    for app in list(server.sockets):
        server.cut(app)
    for call, future in zip(CALLS, waiting, strict=True):
        with pytest.raises(ConnectionLost, match=f"POST channels/{call}/answer .* got no answer"):
            await future


async def test_a_request_without_a_connection_fails_and_nobody_has_to_look(server: FakeAri) -> None:
    ari = Ari(server.url, "duudlaga", "secret", "duudlaga")
    forgotten = ari.request("DELETE", "channels/a", lane="a")
    with pytest.raises(
        ConnectionLost, match=r"DELETE channels/a was not sent: .* is not connected"
    ):
        await forgotten
