"""With Mongolian chosen, no command answers in English: findings, stories, refusals."""

import re
import socket
from pathlib import Path

import pytest

from tests.commands.conftest import Command

# What is the same in every language: addresses, paths, settings, commands to type, and the words
# that programs of others say within brackets.
_SAME = re.compile(
    r"Хэрэглээ: .*|`[^`]*`|“[^”]*”|\([^()]*\)|'[^']*'|\S*[/@:=_.]\S*|→ [a-z]\w*|\S*\d\S*|make fetch"
    r"|duudlaga( (up|down|status))?|--?[a-z][a-z-]*|\b[A-Z][A-Z_]+\b"
    r"|\b(Asterisk|Postgres|Redis|root|Duudlaga)\b"
)
_LATIN = re.compile(r"\b[A-Za-z]{2,}\b")
_NAMES = {
    *("anu", "clinic", "bold", "saraa", "welcome", "menu", "line", "bye", "reception", "nobody"),
    *("night", "main", "default", "asterisk", "postgres", "redis", "controller", "shipper"),
    *("recorder", "reaper", "outside", "ear", socket.gethostname()),
}


def english(text: str) -> set[str]:
    """The words that an English-speaking program has left in a text."""
    return set(_LATIN.findall(_SAME.sub(" ", text))) - _NAMES


def test_english_is_noticed() -> None:
    assert english("Машин (see it) is `duudlaga up` /etc/hosts bold") == {"is"}


COMMANDS = [
    ("doctor",),
    ("status",),
    ("down",),
    ("calls",),
    ("calls", "--call", "01a21f65-24e0-7a31-8928-880484f60927"),
    ("messages",),
    ("callbacks",),
    ("client", "list"),
    ("client", "export", "nobody"),
    ("client", "remove", "nobody"),
    ("client", "import", "DOCUMENT"),
    ("client", "import", "/nowhere.yaml"),
    ("agent", "list"),
    ("agent", "state", "bold", "ready"),
    ("agent", "phone", "nobody"),
    ("agent", "remove", "bold", "--yes"),
    ("agent", "simulate", "bold", "--off"),
    ("caller", "list", "--client", "nobody"),
    ("caller", "block", "99112233", "--client", "nobody"),
    ("flow", "validate", "DOCUMENT"),
    ("flow", "validate", "MISTAKEN"),
    ("flow", "simulate", "DOCUMENT", "--press", "p1"),
    ("flow", "simulate", "DOCUMENT", "--press", "p1WW*"),
    ("flow", "simulate", "DOCUMENT", "--flow", "night"),
    ("flow", "simulate", "DOCUMENT", "--press", "1x"),
    ("flow", "simulate", "nobody"),
    ("prompt", "import", "anu-clinic", "welcome", "/nowhere.wav"),
    ("call", "70110001"),
    ("migrate",),
    ("rebuild",),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_where_nothing_runs_speaks_mongolian(
    duudlaga: Command, clinic: Path, arguments: tuple[str, ...]
) -> None:
    document = clinic / "anu-clinic.yaml"
    mistaken = clinic / "mistaken.yaml"
    mistaken.write_text(document.read_text("utf-8").replace("queue: reception", "queue: night"))
    places = {"DOCUMENT": document, "MISTAKEN": mistaken}
    result = duudlaga("--language", "mn", *(places.get(each, each) for each in arguments))
    said = result.stdout + result.stderr
    assert said.strip()
    assert english(said) == set(), said


def test_who_types_in_the_simulator_is_helped_in_mongolian(duudlaga: Command, clinic: Path) -> None:
    typed = "dance\n\n1\nagent bold answers\nwait 30\nagent bold hangs up\nagent saraa hangs up\n"
    result = duudlaga(
        "--language", "mn", "flow", "simulate", clinic / "anu-clinic.yaml", typed=typed
    )
    _, _, story = result.stdout.rpartition("Asterisk унана")
    assert "үр дүн: хариулсан" in story
    assert english(story) == set(), story
