"""A whole house for the reaper's tests, with a client whose callers soon reach an agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.call import conftest as call_tests
from tests.call.house import House
from tests.call.listening import listened


@pytest.fixture(scope="module")
def running_house() -> Iterator[House]:
    """Start a house for the tests of one module."""
    with House() as running:
        running.import_client(Path(call_tests.__file__).parent / "quick.yaml")
        yield running


@pytest.fixture
def house(running_house: House, request: pytest.FixtureRequest) -> Iterator[House]:
    """Give the house, and listen to the calls of the test."""
    with listened(running_house.settings, request.node):
        yield running_house
