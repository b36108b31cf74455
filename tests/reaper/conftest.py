"""A whole house for the reaper's tests, with a client whose callers soon reach an agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.call import conftest as call_tests
from tests.call.house import House


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Start a house for the tests of one module."""
    with House() as running:
        running.import_client(Path(call_tests.__file__).parent / "quick.yaml")
        yield running
