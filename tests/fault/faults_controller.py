"""Faults of the controller and of its line to Asterisk."""

from __future__ import annotations

import asyncio
import os
import sys

from ari_app.places import REPOSITORY
from tests.fault.clients import NEWCOMER
from tests.fault.deeds import kill, kill_and_hold, order, steer, stop
from tests.fault.drill import Deed, Fault
from tests.fault.invariant import CONTROLLER_DIES, NOBODY_LEADS
from tests.fault.stage import Stage

_LOOP = 5
_FENCING_SECONDS = 15.0


async def _kill_in_a_loop(stage: Stage) -> None:
    for _ in range(_LOOP):
        stage.house.kill("controller")
        await asyncio.sleep(1.0)
        await stage.house.becomes_well(20)


async def _second_controller(stage: Stage) -> None:
    """Another one beside the supervisor's: the later takes over, the first must stop at once.

    The supervisor starts the first again, which takes over in its turn, and the second stops.
    """
    settings = stage.house.settings
    with (settings.log / "second.log").open("ab") as output:
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fault.controller"),
            env={
                **os.environ,
                "DUUDLAGA_HOME": str(settings.home),
                "DUUDLAGA_PARTS": str(settings.parts),
                "PYTHONPATH": str(REPOSITORY),
            },
            stdout=output,
            stderr=output,
            cwd="/",
        )
    try:
        async with asyncio.timeout(_FENCING_SECONDS):
            await second.wait()
    except TimeoutError as error:
        second.kill()
        await second.wait()
        raise AssertionError("two controllers ran beside each other") from error


async def _cut_and_kill(stage: Stage) -> None:
    stage.house.order("cut")
    await asyncio.sleep(1.0)
    stage.house.kill("controller")


def _die_at(point: str) -> Deed:
    """Arm the point, let a caller come who leads there, and wait for the death."""

    async def strike(stage: Stage) -> None:
        before = stage.house.process("controller").restarts
        stage.house.steer("crash", point)
        stage.guests.call(NEWCOMER)
        for _ in range(100):
            if stage.house.process("controller").restarts > before:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the controller never came to {point}")

    return strike


def _at_points() -> list[Fault]:
    points = {
        "before_save:Answer": "a call is decided on, not saved",
        "after_save:Answer": "the answer is saved, not sent",
        "sent:Answer": "the answer is sent",
        "after_save:RingAgent": "an agent's leg is saved, not originated",
        "sent:RingAgent": "a leg is originated, the agent has not answered",
        "before_save:Connect": "the agent has answered, it is not saved",
        "after_save:Connect": "the talk is saved, there is no bridge",
        "half:Connect": "the bridge is made, the two are not joined",
        "sent:Connect": "the two are joined, the recording is beginning",
        "after_save:HangUp": "the end is saved, the caller not hung up",
    }
    return [
        Fault(
            f"killed-{point.replace(':', '-').replace('_', '-')}",
            f"kill -9 of the controller when {what}",
            _die_at(point),
            seconds=0.0,
            allowed=CONTROLLER_DIES,
            short=point == "half:Connect",
        )
        for point, what in points.items()
    ]


async def _stop_unnoticed(stage: Stage) -> None:
    """As if the supervisor were gone too: it would kill a controller that hangs for so long."""
    stage.house.steer("unwatched", "")
    stage.house.stop("controller")


async def _resume_noticed(stage: Stage) -> None:
    stage.house.resume("controller")
    stage.house.steer("unwatched", None)


def _stopped(seconds: float, *, short: bool = False) -> Fault:
    return Fault(
        f"controller-stopped-{seconds:.0f}",
        f"the controller hangs (SIGSTOP) for {seconds:.0f} s",
        _stop_unnoticed,
        _resume_noticed,
        healed_by="SIGCONT",
        seconds=seconds,
        allowed=NOBODY_LEADS,
        short=short,
    )


FAULTS = [
    Fault(
        "controller-killed",
        "kill -9 of the controller",
        kill("controller"),
        seconds=0.0,
        allowed=CONTROLLER_DIES,
    ),
    Fault(
        "controller-down-2",
        "kill -9 of the controller, the next one begins after 2 s",
        kill_and_hold,
        steer("controller.hold", None),
        healed_by="released",
        allowed=NOBODY_LEADS,
        short=True,
    ),
    Fault(
        "controller-down-25",
        "kill -9 of the controller, none for 25 s: every call falls to the fallback",
        kill_and_hold,
        steer("controller.hold", None),
        healed_by="released",
        seconds=25.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "controller-killed-in-a-loop",
        f"kill -9 of the controller {_LOOP} times, each time it is ready again",
        _kill_in_a_loop,
        seconds=0.0,
        allowed=CONTROLLER_DIES,
    ),
    _stopped(3),
    _stopped(10, short=True),
    _stopped(60),
    Fault(
        "controller-hangs",
        "the controller hangs (SIGSTOP) for good",
        stop("controller"),
        healed_by="the supervisor kills it and starts another",
        seconds=20.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "two-controllers",
        "a second controller is started beside the first",
        _second_controller,
        healed_by="fencing: one of them stops",
        seconds=0.0,
    ),
    *_at_points(),
    Fault(
        "line-cut-2",
        "ARI and AMI cut for 2 s without a FIN",
        order("cut"),
        order("through"),
        healed_by="the line passes again",
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "line-cut-12",
        "ARI and AMI cut for 12 s without a FIN",
        order("cut"),
        order("through"),
        healed_by="the line passes again",
        seconds=12.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "line-slow",
        "ARI and AMI 300 ms slower in each direction, 5 % of all chunks lost once",
        order("slow 0.3 0.05"),
        order("through"),
        healed_by="the line passes again",
        seconds=10.0,
    ),
    Fault(
        "line-cut-and-controller-killed",
        "ARI and AMI cut without a FIN, and then kill -9 of the controller",
        _cut_and_kill,
        order("through"),
        healed_by="the line passes again",
        seconds=5.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "clock-forward",
        "the machine's clock jumps an hour forward",
        steer("clock", "3600"),
        steer("clock", None),
        healed_by="the clock is right again",
        seconds=8.0,
    ),
    Fault(
        "clock-back",
        "the machine's clock jumps an hour back",
        steer("clock", "-3600"),
        steer("clock", None),
        healed_by="the clock is right again",
        seconds=14.0,
    ),
]
