"""One house for all calls of these tests; each test leaves it as it found it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.call.house import House, eventually
from tests.call.listening import listened


@pytest.fixture(scope="session")
def running_house() -> Iterator[House]:
    """Start a house for the session."""
    with House(environment={"PYTHONPATH": str(Path(__file__).parent / "loop_watch")}) as house:
        house.import_client(Path(__file__).parent / "quick.yaml")
        yield house


@pytest.fixture
def house(running_house: House, request: pytest.FixtureRequest) -> Iterator[House]:
    """Give the house; fail the test that leaves a channel or a bridge behind, or in whose calls
    somebody heard what they should not, or nothing.

    A test whose story has an exception names it: ``@pytest.mark.silence(seconds, "why")``.
    """
    running_house.test_began = time.time()
    with listened(running_house.settings, request.node):
        yield running_house
        eventually(
            lambda: running_house.held_by_asterisk() == "", 5, "no channel and no bridge is left"
        )
