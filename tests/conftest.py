"""Every test has a limit: the default of pyproject.toml, or more for real services.

A test that needs longer says so itself: `@pytest.mark.timeout(600)`.
"""

import pytest

REAL_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with real services, whose start takes longer, their own limit."""
    for item in items:
        if item.get_closest_marker("timeout") is None and (
            item.get_closest_marker("real") or item.get_closest_marker("fault")
        ):
            item.add_marker(pytest.mark.timeout(REAL_SECONDS))
