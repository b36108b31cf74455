"""An Asterisk that says what a test wants, for what stands between it and the runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from ari_app.telephony.ari import Response


class PlayedAsterisk:
    """Lists what a test says and writes down what is asked of it; stands for ARI and AMI both."""

    connected = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.channels: list[str] = []
        self.bridges: dict[str, list[str]] = {}
        self.began_at = "2026-01-01T00:00:00+00:00"

    async def list(self, uri: str) -> bytes:
        if uri == "bridges":
            bridges = [{"id": name, "channels": held} for name, held in self.bridges.items()]
            return json.dumps(bridges).encode()
        place = {"app_name": "Stasis", "app_data": "duudlaga,97670110001"}
        channels = [{"id": name, "state": "Up", "dialplan": place} for name in self.channels]
        return json.dumps(channels).encode()

    async def ask(self, method: str, uri: str) -> Response:
        return Response(status=200, body=json.dumps({"status": {"startup_time": self.began_at}}))

    def request(
        self, method: str, uri: str, body: object = None, lane: str = ""
    ) -> asyncio.Future[Response]:
        self.asked.append(f"{method} {uri}{f' {json.dumps(body)}' if body else ''}")
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        answer.set_result(Response(status=200))
        return answer

    async def mixmonitor(self, channel: str, file: str, options: str) -> str:
        self.asked.append(f"mixmonitor {channel}")
        return "monitor"

    async def absolute_timeout(self, channel: str, seconds: float) -> None:
        self.asked.append(f"timeout {channel} {seconds:g}")

    async def stop_mixmonitor(self, channel: str, monitor: str | None) -> None:
        self.asked.append(f"stop_mixmonitor {channel}")


class NoQueues:
    """Queues of which no call of these tests gets to hear."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None
