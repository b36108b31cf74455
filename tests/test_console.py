"""What a program reads is never wrapped, however narrow the terminal of its parent is."""

import subprocess
import sys

import pytest

_LONG = "word " * 80
_SHOW = f"""
from ari_app.commands.output import print_table
from ari_app.commands.texts import Texts
from ari_app.console import console
print_table([{{"name": {_LONG!r}}}], ["name"], Texts("en"))
console(stderr=True).print({_LONG!r})
"""


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_message_and_a_row_stay_on_one_line(columns: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        env={"COLUMNS": columns},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert _LONG.strip() in done.stdout
    assert done.stderr.strip() == _LONG.strip()
