"""A terminal of any encoding, and a reader who leaves, never break a command."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal

_CALL = "00000000-0000-7000-8000-000000000001"
_LATIN = {
    "LC_ALL": "C",
    "PYTHONIOENCODING": "iso-8859-1",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}


@pytest.fixture
def with_a_call(home: Path) -> Path:
    """A home whose journal has one call, of somebody with a Mongolian name."""
    home.mkdir()
    offered = Entry("call_offered", 1.0, {"number": "+97670110001", "caller_name": "Бат"})
    with Journal(home / "journal.db") as journal:
        journal.append_entries(_CALL, "anu-clinic", [offered])
    return home


def _run(
    home: Path,
    *arguments: str,
    stdout: int = subprocess.PIPE,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [Path(sys.executable).with_name("duudlaga"), *arguments],
        env={"DUUDLAGA_HOME": str(home), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="strict",
        check=False,
        timeout=50,
    )


@pytest.mark.parametrize("language", ["en", "mn"])
@pytest.mark.parametrize(
    "arguments",
    [["calls", "--call", _CALL], ["calls"], ["--help"], ["calls", "--help"], ["clals"], ["down"]],
)
def test_another_encoding_breaks_nothing(
    with_a_call: Path, arguments: list[str], language: str
) -> None:
    done = _run(with_a_call, *arguments, environment=_LATIN | {"DUUDLAGA_LANGUAGE": language})
    assert done.returncode == (2 if arguments == ["clals"] else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).isascii()  # nothing of it has a letter of that encoding


def test_json_is_the_same_in_another_encoding(with_a_call: Path) -> None:
    arguments = ("calls", "--call", _CALL, "--json")
    ours, theirs = _run(with_a_call, *arguments), _run(with_a_call, *arguments, environment=_LATIN)
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)
    assert "Бат" in ours.stdout
    assert theirs.stdout.isascii()


@pytest.mark.parametrize("arguments", [["calls", "--json"], ["calls"], ["down"]])
def test_a_reader_who_has_gone_ends_the_command_without_a_word(
    with_a_call: Path, arguments: list[str]
) -> None:
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as gone:
        gone.wait()
        assert gone.stdin is not None
        done = _run(with_a_call, *arguments, stdout=gone.stdin.fileno())
    assert done.returncode == 0
    assert "rror" not in done.stderr
