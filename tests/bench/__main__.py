"""``python -m tests.bench [--json] [--only PART]``: measures, and holds the figures to the goals.

It starts a whole Duudlaga of its own and ends with status 0 whatever the figures are: it is a
benchmark, not a test.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench import (
    answering,
    capacity,
    clients,
    history,
    inside,
    journey,
    next_caller,
    recovery,
    silence,
)
from tests.bench.figure import Figure
from tests.load import machine
from tests.load.callers import Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

CALLERS_AT, PHONES_AT = "127.0.0.3", "127.0.0.4"
PARTS = (
    "inside", "history", "silence", "answering", "journey", "next_caller", "recovery", "capacity",
)  # fmt: skip
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}


async def _with_services(
    house: House, wanted: list[str], tell: Callable[[str], None]
) -> list[Figure]:
    agents = [*clients.TEAM, clients.LONE_AGENT]
    callers = await Callers.open(CALLERS_AT, house.sip)
    phones = await AgentPhones.open(PHONES_AT, house.sip, Manner())
    figures: list[Figure] = []
    try:
        passwords = await asyncio.to_thread(house.passwords, agents)
        await phones.register(passwords)
        await asyncio.to_thread(house.await_phones, agents)
        if "answering" in wanted:
            figures += await answering.measure(house, callers, tell)
        if "journey" in wanted:
            figures += await journey.measure(house, callers, phones, tell)
        if "next_caller" in wanted:
            figures += await next_caller.measure(house, callers, phones, tell)
        if "recovery" in wanted:
            figures += await recovery.measure(house, callers, phones, tell)
        if "capacity" in wanted:
            figures += await capacity.measure(house, callers, tell)
    finally:
        await phones.close()
        callers.close()
    return figures


def _measure(wanted: list[str], tell: Callable[[str], None]) -> list[Figure]:
    figures = inside.measure() if "inside" in wanted else []
    figures += history.measure(tell) if "history" in wanted else []
    figures += uvloop.run(silence.measure(tell)) if "silence" in wanted else []
    if not set(wanted) - {"inside", "history", "silence"}:
        return figures
    with House() as house:
        tell("a house of its own runs")
        house.bring_in(clients.documents())
        house.add_dialplan(clients.dialplan(house.client_prompt("bench", "mn", "second")))
        return figures + uvloop.run(_with_services(house, wanted, tell))


def _show(console: Console, figures: list[Figure]) -> None:
    table = Table("", "figure", "goal", "", "note", title="Duudlaga benchmark")
    for figure in figures:
        goal = ""
        if figure.goal is not None:
            goal = f"{'≥' if figure.at_least else '≤'} {figure.goal:g} {figure.unit}"
        shown = f"{figure.value:.2f} {figure.unit}"
        table.add_row(figure.name, shown, goal, _MARKS[figure.met], figure.note)
    console.print(table)


def main() -> None:
    """Run the benchmark."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench")
    arguments.add_argument("--json", action="store_true", help="print JSON in place of the table")
    arguments.add_argument("--only", action="append", choices=PARTS, help="measure only this part")
    given = arguments.parse_args()
    console, progress = Console(), Console(stderr=True)
    # Told to stop, it leaves by way of the house's end, so that nothing stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    start, busy, load = time.monotonic(), machine.is_busy(), machine.load()
    warning = f"The machine is busy (load {load:.1f}): the figures say little." if busy else ""
    if warning:
        progress.print(f"[yellow]{warning}[/]")
    figures = _measure(given.only or list(PARTS), lambda line: progress.print(f"  {line}"))
    if given.json:
        facts = [{**asdict(figure), "met": figure.met} for figure in figures]
        whole = {"machine": machine.description(), "warning": warning, "figures": facts}
        console.print_json(json.dumps(whole, ensure_ascii=False))
        return
    _show(console, figures)
    console.print(machine.description())
    if warning:
        console.print(f"[yellow]{warning}[/]")
    console.print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
