"""Every test has a limit, and folders with short paths.

The limit is the default of pyproject.toml, or more for real services. A test that needs longer says
so itself: `@pytest.mark.timeout(600)`.
"""

from tempfile import TemporaryDirectory

import pytest

REAL_SECONDS = 300


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep folders out of one that has the user's name: a socket's path has 107 bytes."""
    if config.option.basetemp is None:
        folder = TemporaryDirectory(prefix="duudlaga-t-", dir="/tmp", ignore_cleanup_errors=True)
        config.option.basetemp = f"{folder.name}/t"
        config.add_cleanup(folder.cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with real services, whose start takes longer, their own limit."""
    for item in items:
        if item.get_closest_marker("timeout") is None and (
            item.get_closest_marker("real") or item.get_closest_marker("fault")
        ):
            item.add_marker(pytest.mark.timeout(REAL_SECONDS))
