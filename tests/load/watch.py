"""How late the measuring program itself was, and how much of the machine was left meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time
from typing import Self

from tests.load.house import House

_TICK_SECONDS = 0.01
_LATE_SECONDS = 0.02
_IDLE, _IOWAIT, _STEAL = 3, 4, 7  # proc(5), the fields of stat
_UDP = Path("/proc/net/udp")
FREE_SHARE = 0.15
"""With less of the machine idle, nobody is woken in time any more."""

Stall = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Busyness:
    """What a watch saw. ``stalls`` are the (due, woken) of late ticks, in monotonic seconds;
    ``cores`` how many each service used on average, ``idle`` and ``stolen`` shares of all."""

    seconds: float
    stalls: Sequence[Stall]
    idle: float
    stolen: float
    cores: dict[str, float]

    @property
    def worst_seconds(self) -> float:
        """The longest time by which a tick was late."""
        return max((woken - due for due, woken in self.stalls), default=0.0)

    @property
    def is_free(self) -> bool:
        """Whether the machine had time for the house, so that a silence is the house's own."""
        return self.idle >= FREE_SHARE

    def late_within(self, begin: float, end: float) -> float:
        """For how many of these seconds the program was not woken though it was due."""
        return sum(max(0.0, min(end, woken) - max(begin, due)) for due, woken in self.stalls)

    def words(self) -> str:
        """For a person to read."""
        used = sorted(self.cores.items(), key=lambda each: -each[1])
        cores = ", ".join(f"{name} {share:.2f}" for name, share in used if share >= 0.01)
        return (
            f"machine: {self.idle:.0%} idle, {self.stolen:.0%} taken by its host; "
            f"this program up to {self.worst_seconds * 1000:.0f} ms late, "
            f"{len(self.stalls)} times by more than {_LATE_SECONDS * 1000:.0f} ms; cores: {cores}"
        )


class Watch:
    """Watches as long as it is entered (``async with``); then ``seen`` is set."""

    def __init__(self, house: House) -> None:
        """Nothing is watched yet."""
        self.seen: Busyness
        self._house = house
        self._stalls: list[Stall] = []

    async def __aenter__(self) -> Self:
        """Begin."""
        self._cpu = await asyncio.to_thread(self._house.cpu)
        self._own, self._start, self._times = process_time(), monotonic(), machine_times()
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End, and say what was seen."""
        self._ticking.cancel()
        seconds = monotonic() - self._start
        times = [now - before for now, before in zip(machine_times(), self._times, strict=True)]
        cpu = await asyncio.to_thread(self._house.cpu)
        used = {name: cpu[name] - before for name, before in self._cpu.items() if name in cpu}
        used["generator"] = process_time() - self._own
        self.seen = Busyness(
            seconds,
            self._stalls,
            idle=(times[_IDLE] + times[_IOWAIT]) / max(1, sum(times)),
            stolen=times[_STEAL] / max(1, sum(times)),
            cores={name: spent / seconds for name, spent in used.items()},
        )

    async def _tick(self) -> None:
        while True:
            due = monotonic() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            now = monotonic()
            if now - due > _LATE_SECONDS:
                self._stalls.append((due, now))


def machine_times() -> list[int]:
    """The machine's ticks of each kind since it was started: proc(5), the first line of stat."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    return [int(ticks) for ticks in line.split()[1:9]]


def dropped(port: int) -> int:
    """Datagrams that the kernel has thrown away because the socket of this UDP port was full."""
    lines = _UDP.read_text().splitlines()[1:]
    fields = (line.split() for line in lines)
    return sum(int(each[-1]) for each in fields if int(each[1].partition(":")[2], 16) == port)
