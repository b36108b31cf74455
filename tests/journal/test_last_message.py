"""The file of a message that the dialplan took comes to where the recorder looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.journal.last_message import is_message, take_last_message
from ari_app.media.raw_sound import BYTES_A_SECOND
from ari_app.media.sound import Sound

UNIQUE_ID = "duudlaga-1770000000.7"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "fallback").mkdir()
    return tmp_path / "fallback", tmp_path / "messages"


def test_its_length_is_known_however_often_it_is_taken(folders: tuple[Path, Path]) -> None:
    (folders[0] / f"{UNIQUE_ID}.sln48").write_bytes(bytes(3 * BYTES_A_SECOND))
    assert take_last_message(*folders, UNIQUE_ID, "call-last") == 3.0
    assert [file.name for file in folders[1].iterdir()] == ["call-last.sln48"]
    assert list(folders[0].iterdir()) == []
    assert take_last_message(*folders, UNIQUE_ID, "call-last") == 3.0


def test_a_message_of_before_the_update_is_taken_as_it_is(folders: tuple[Path, Path]) -> None:
    Sound.tones((440.0, 3.0)).write(folders[0] / f"{UNIQUE_ID}.wav")
    assert take_last_message(*folders, UNIQUE_ID, "call-last") == 3.0
    assert [file.name for file in folders[1].iterdir()] == ["call-last.wav"]


def test_a_file_that_is_cut_off_in_its_header_has_no_length(folders: tuple[Path, Path]) -> None:
    (folders[0] / f"{UNIQUE_ID}.wav").write_bytes(b"RIFF")
    assert take_last_message(*folders, UNIQUE_ID, "call-last") == 0.0


@pytest.mark.parametrize("unique_id", [UNIQUE_ID, "../fallback/x.1", ""])
def test_where_there_is_no_file_there_is_no_length(
    folders: tuple[Path, Path], unique_id: str
) -> None:
    (folders[0] / "x.1.sln48").touch()
    assert take_last_message(*folders, unique_id, "call-last") is None


@pytest.mark.parametrize(
    ("status", "seconds", "left"),
    [
        ("DTMF", None, True),
        ("SILENCE", 0.5, True),
        ("TIMEOUT", 180.0, True),
        ("OPERATOR", 5.0, True),
        ("HANGUP", 2.0, True),
        ("HANGUP", 1.9, False),
        ("HANGUP", None, False),
        ("ERROR", 5.0, False),
        ("", 5.0, False),
    ],
)
def test_a_message_is_left_by_ending_it_or_by_hanging_up_after_a_word(
    status: str, seconds: float | None, left: bool
) -> None:
    assert is_message(status, seconds) is left
