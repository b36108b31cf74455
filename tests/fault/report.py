"""Runs every fault and writes docs/reliability.md: ``python -m tests.fault.report``.

``--seeds 0-299`` adds random schedules to those that failed once; ``--only NAME…`` performs some
faults, and writes the page, of these alone, with ``--write``. ``--kept FILE`` keeps what was seen:
with it a rehearsal that was interrupted, or in which something did not hold, performs the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from ari_app.places import REPOSITORY
from tests.fault.drill import MIX, Fault, Outcome, disperse, perform
from tests.fault.faults import FAULTS
from tests.fault.house import FaultHouse
from tests.fault.invariant import SILENCE_SECONDS, Silence
from tests.fault.kept import Kept
from tests.fault.schedules import Run, known_seeds, remember, say, seeds_of
from tests.fault.stage import Stage, stage
from tests.load.machine import description, load

PAGE = REPOSITORY / "docs" / "reliability.md"
STAGINGS = 3

_HEAD = """\
# Reliability

Written by `make fault` on {date}, not by hand; {count} of {all} faults were performed; \
of one that was performed more than once the last time counts. Machine: {machine}. \
Load before: {load:.1f}.

Each fault strikes while {mix} calls are live: {places}. New callers come all the while. After it \
every call is brought to its end, and one thing is asked: **calls placed = Asterisk's linked ids = \
rows in `calls`, each with one outcome; no caller without sound for longer than \
{limit:.0f} s, or than the fault excuses; every talk recorded, a cut one repaired; no channel, \
bridge or agent left behind; a callback for every missed call.**

- *lost*: answered, or seen by Asterisk, and without an outcome; or turned away. *unlogged*: \
without a row.
- *silence*: the longest time in which a caller heard nothing louder than a silent line, measured \
in the RTP that the caller received, between answer and end. Music counts as sound; while a \
caller leaves a message it is not the house's turn. A menu that waits for a key is silent for 2 s \
by itself. Where a fault excuses more than {limit:.0f} s, that stands beside it, and why, below.
- *first sound*: the longest that a new caller waited, from calling to the first sound, while the \
fault lasted or was being recovered from.
- *recovered*: from the healing until a new caller was served by the controller and every process \
was well. For a process that the supervisor starts again, its start is in it.
- *delay*: by how much the callers' own sound, a packet every 20 ms, was late at worst. It tells \
how busy the machine was: with more than a second the figures beside it say little.

| fault | what happens | healed by | calls | lost | unlogged | silence | first sound | recovered \
| delay | holds |
|---|---|---|---|---|---|---|---|---|---|---|
"""

_TAIL = """
{seeds} random schedules, {calls} calls, each schedule 20 to 30 calls and one to four faults at \
random moments: {failed} did not hold.

When Asterisk is killed, a recording lacks what it had not written, less than half a second of \
what was said: `tests/call/test_killed_recording.py` measures it on the wire.
"""


async def rehearse(
    people: Stage, faults: Sequence[Fault], kept: Kept | None = None
) -> list[Outcome]:
    """Perform these faults one after another, and say how each went."""
    outcomes = []
    for fault in faults:
        outcome = await _perform(people, fault)
        outcomes.append(outcome)
        if kept is not None:
            kept.keep(outcome)
        say(_line(outcome))
        for violation in outcome.violations:
            say(f"  {violation}")
        await people.house.becomes_well(60)
    return outcomes


async def _perform(people: Stage, fault: Fault) -> Outcome:
    """Perform a fault; on a busy machine the calls that it needs may take more than one staging."""
    trouble = ""
    for _ in range(STAGINGS):
        try:
            return await perform(people, fault)
        except AssertionError as error:  # it could not even be performed
            trouble = str(error)
            await disperse(people)
    calls = len(people.guests.all)
    return Outcome(fault, calls, 0, 0, 0.0, None, None, 0.0, (trouble,))


def page(outcomes: Sequence[Outcome], run: Run, load_before: float) -> str:
    """The page."""
    head = _HEAD.format(
        date=datetime.now(UTC).date(),
        count=len(outcomes),
        all=len(FAULTS),
        machine=description(),
        load=load_before,
        mix=sum(MIX.values()),
        places=", ".join(f"{count} {place}" for place, count in MIX.items()),
        limit=SILENCE_SECONDS,
    )
    lines = [f"{_line(outcome)}\n" for outcome in outcomes]
    broken = [
        f"\n`{outcome.fault.name}` does not hold:\n"
        + "".join(f"- {violation}\n" for violation in outcome.violations)
        for outcome in outcomes
        if outcome.violations
    ]
    excused: dict[Silence, list[str]] = {}
    for outcome in outcomes:
        excused.setdefault(outcome.fault.allowed.silence, []).append(outcome.fault.name)
    reasons = [
        f"- {silence.seconds:.1f} s: {silence.because} ({', '.join(names)}).\n"
        for silence, names in excused.items()
        if silence.because
    ]
    tail = _TAIL.format(seeds=run.seeds, calls=run.calls, failed=len(run.failed))
    return head + "".join([*lines, "\nSilences that faults excuse:\n", *reasons, *broken]) + tail


def _line(outcome: Outcome) -> str:
    fault = outcome.fault
    cells = (
        fault.name,
        fault.what,
        fault.healed_by,
        outcome.calls,
        outcome.lost,
        outcome.unlogged,
        _silence(outcome),
        _seconds(outcome.first_sound),
        _seconds(outcome.recovered),
        _seconds(outcome.delay),
        "no" if outcome.violations else "yes",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _silence(outcome: Outcome) -> str:
    allowed = outcome.fault.allowed.silence
    excuse = f" (≤ {allowed.seconds:.1f} s)" if allowed.because else ""
    return f"{_seconds(outcome.silence)}{excuse}"


def _seconds(span: float | None) -> str:
    return "never" if span is None else f"{span:.1f} s"


async def main() -> int:
    """Do what the command line says; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=[])
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--kept", type=Path, help="a file of outcomes, to go on with")
    parser.add_argument("--write", action="store_true", help="write the page even of --only")
    arguments = parser.parse_args()
    chosen = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    kept = Kept(arguments.kept, chosen)
    load_before = load()
    with FaultHouse() as house:
        async with stage(house) as people:
            await rehearse(people, kept.still_to_do(), kept)
            run = Run(people)
            await run.of(sorted({*arguments.seeds, *([] if arguments.only else known_seeds())}))
    remember(run.failed)
    outcomes = kept.all()
    if arguments.write or not arguments.only:
        text = await asyncio.to_thread(page, outcomes, run, load_before)
        PAGE.write_text(text, encoding="utf-8")
    return 1 if run.failed or any(outcome.violations for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
