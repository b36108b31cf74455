"""What faults are made of: small deeds that take a stage."""

from __future__ import annotations

from tests.fault.drill import Deed
from tests.fault.stage import Stage


def kill(name: str) -> Deed:
    """kill -9 of this process."""

    async def strike(stage: Stage) -> None:
        stage.house.kill(name)

    return strike


def stop(name: str) -> Deed:
    """Hang this process (SIGSTOP)."""

    async def strike(stage: Stage) -> None:
        stage.house.stop(name)

    return strike


def resume(name: str) -> Deed:
    """Let this process go on."""

    async def heal(stage: Stage) -> None:
        stage.house.resume(name)

    return heal


def order(words: str) -> Deed:
    """Do this to the line between controller and Asterisk."""

    async def change(stage: Stage) -> None:
        stage.house.order(words)

    return change


def steer(file: str, text: str | None) -> Deed:
    """Steer the controller (tests/fault/controller.py)."""

    async def change(stage: Stage) -> None:
        stage.house.steer(file, text)

    return change


async def kill_and_hold(stage: Stage) -> None:
    """Kill the controller and do not let the next one begin."""
    stage.house.steer("controller.hold", "")
    stage.house.kill("controller")
