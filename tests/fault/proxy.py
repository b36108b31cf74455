"""A line between the controller and Asterisk that can be cut, slowed and made to lose packets.

``python -m tests.fault.proxy LISTEN:TARGET…`` (TCP ports). It reads orders from its standard input,
one a line: ``through``; ``cut`` (nothing passes and nobody is told: no FIN); ``slow SECONDS LOSS``
(each chunk waits so long in each direction, and a share of them the time of a retransmission more,
which is what a lost packet looks like from above TCP).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys

HOST = "127.0.0.1"
RETRANSMISSION_SECONDS = 0.2  # Linux's least, RTO_MIN


class Line:
    """What the line does to what passes."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._delay, self._loss = 0.0, 0.0

    def order(self, words: list[str]) -> None:
        """Change it; ``ValueError`` for an unknown order."""
        match words:
            case ["through"]:
                self._delay = self._loss = 0.0
                self._open.set()
            case ["cut"]:
                self._open.clear()
            case ["slow", delay, loss]:
                self._delay, self._loss = float(delay), float(loss)
            case _:
                raise ValueError(f"there is no order {words}")

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes, and at last the end."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.create_task(self._deliver(chunks, writer))
        with contextlib.suppress(OSError):  # the other side was killed: that is an end
            while data := await reader.read(65536):
                lost = RETRANSMISSION_SECONDS if random.random() < self._loss else 0.0  # noqa: S311
                chunks.put_nowait((loop.time() + self._delay + lost, data))
        chunks.put_nowait((loop.time() + self._delay, b""))
        await sending

    async def _deliver(
        self, chunks: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while True:
                due, data = await chunks.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                await self._open.wait()
                if not data or writer.is_closing():
                    break
                writer.write(data)
        writer.close()


async def serve(line: Line, listen: int, target: int) -> None:
    """Accept on ``listen`` what is for ``target``."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(HOST, target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(line.carry(reader, back), line.carry(there, writer))

    await asyncio.start_server(accept, HOST, listen)


async def main() -> None:
    """Serve until standard input ends."""
    line = Line()
    for pair in sys.argv[1:]:
        listen, target = map(int, pair.split(":"))
        await serve(line, listen, target)
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    while words := (await orders.readline()).decode().split():
        line.order(words)


if __name__ == "__main__":
    asyncio.run(main())
