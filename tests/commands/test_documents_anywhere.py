"""Documents are checked and exported at a terminal of any encoding, and into a closed pipe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ari_app.store.client_document import ClientDocument
from ari_app.store.exporting import to_yaml
from tests.commands.clinic import CLINIC

COMMAND = [sys.executable, "-c", "from ari_app.cli import app; app()"]


def run(*arguments: str | Path, home: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(home), "DUUDLAGA_HOME": str(home), **settings,
    }  # fmt: skip
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "terminal",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=str,
)
def test_a_terminal_without_cyrillic_letters_is_shown_the_rest(
    tmp_path: Path, terminal: dict[str, str]
) -> None:
    file = tmp_path / "clinic.yaml"
    file.write_text(CLINIC.replace("mon:", "даваа:"), encoding="utf-8")
    done = run("--language", "mn", "flow", "validate", file, home=tmp_path, **terminal)
    assert done.returncode == 1
    assert b"calendars.main.weekly." in done.stdout
    assert b"Traceback" not in done.stderr
    assert run("--language", "mn", "--help", home=tmp_path, **terminal).returncode == 0


def test_json_is_the_same_whatever_the_terminal_can_show(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yaml"
    file.write_text(CLINIC.replace("mon:", "даваа:"), encoding="utf-8")
    ascii_only = run("flow", "validate", file, "--json", home=tmp_path, PYTHONIOENCODING="ascii")
    everything = run("flow", "validate", file, "--json", home=tmp_path, PYTHONIOENCODING="utf-8")
    assert ascii_only.stdout.isascii()
    assert not everything.stdout.isascii()
    assert yaml.safe_load(ascii_only.stdout) == yaml.safe_load(everything.stdout)


def test_an_escaped_export_is_the_same_document() -> None:
    document = ClientDocument.model_validate(yaml.safe_load(CLINIC))
    escaped = to_yaml(document, ascii_only=True)
    assert escaped.isascii()
    assert ClientDocument.model_validate(yaml.safe_load(escaped)) == document


def test_a_pipe_that_nobody_reads_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yaml"
    broken = CLINIC.replace("{done: menu}", "{done: lost}")
    file.write_text(broken, encoding="utf-8")
    with subprocess.Popen(
        [*COMMAND, "flow", "simulate", str(file)],
        env={"PATH": os.environ["PATH"], "DUUDLAGA_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        program.stdout.close()
        assert program.stderr is not None
        assert program.stderr.read() == b""
        assert program.wait(60) == 0
