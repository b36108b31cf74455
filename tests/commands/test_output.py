"""What callers send is shown, and does nothing to the terminal."""

from ari_app.commands.output import cell, printable
from ari_app.commands.story import sentence
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339
from ari_app.flow.entries import Entry


def test_a_name_that_would_clear_the_screen_is_defused() -> None:
    offered = Entry(
        "call_offered", 0.0, {"number": "+97670110001", "caller_name": "\x1b[2J\u202eБат\n"}
    )
    line = sentence(offered, Texts("en"))
    assert "Бат" in line
    assert printable(line) == line


def test_a_name_with_brackets_and_braces_is_shown_as_it_is() -> None:
    offered = Entry("call_offered", 0.0, {"caller_number": "+97699112233", "caller_name": "[b]{x}"})
    assert sentence(offered, Texts("en")).startswith("+97699112233 ([b]{x}) calls")


def test_an_entry_of_a_later_version_is_told_all_the_same() -> None:
    assert sentence(Entry("moon_landed", 0.0, {"kind": 3}), Texts("mn")) == "3"
    assert sentence(Entry("moon_landed", 0.0), Texts("en")) == "Moon_landed"


def test_an_entry_without_its_facts_is_told_all_the_same() -> None:
    assert sentence(Entry("queue_left", 0.0), Texts("en")) == (
        "The caller leaves the queue – after – s: –."
    )


def test_reasons_are_words_of_the_readers_language() -> None:
    missed = Entry("agent_missed", 0.0, {"agent": "bold", "reason": "no_answer"})
    assert "no answer" in sentence(missed, Texts("en"))
    assert "хариу алга" in sentence(missed, Texts("mn"))


def test_cells_show_nothing_for_nothing_and_lists_with_commas() -> None:
    assert cell(None) == ""
    assert cell(["a", "b"]) == "a, b"
    assert cell({"anu-clinic": 5}) == "anu-clinic: 5"


def test_times_are_utc_to_the_millisecond() -> None:
    assert rfc3339(1763800000.25) == "2025-11-22T08:26:40.250Z"
    assert rfc3339(None) is None
