"""The two hundredth caller finds a file for their call, whoever started the house."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import resource
from ari_app.standalone.open_files import allow_many
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
allow_many()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limits_after(soft: int, hard: int) -> tuple[int, int]:
    script = _SCRIPT.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    reached, most = map(int, done.stdout.split())
    return reached, most


def test_a_login_that_may_open_few_files_gets_as_many_as_it_may_have() -> None:
    assert limits_after(100, 900) == (900, 900)


def test_a_limit_that_is_reached_already_stays() -> None:
    assert limits_after(900, 900) == (900, 900)
