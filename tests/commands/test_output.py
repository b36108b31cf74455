"""What callers send is shown, and does nothing to the terminal."""

from ari_app.commands.output import cell, printable
from ari_app.commands.story import sentence, told
from ari_app.commands.texts import Texts
from ari_app.commands.times import Clocks, rfc3339
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


def test_an_agent_has_the_name_that_people_use() -> None:
    names = {"bold": "Болд"}
    started = Entry("talk_started", 0.0, {"agent": "bold", "number": None})
    assert sentence(started, Texts("mn"), names) == "Болд залгагчтай ярьж эхэллээ."
    assert told(started, Texts("en"), "UTC", names).endswith("Болд and the caller talk.")
    left = Entry("talk_started", 0.0, {"agent": "gone"})
    assert sentence(left, Texts("mn"), names).startswith("Gone "), "who left keeps the slug"


def test_whole_sentences_of_a_story_in_mongolian() -> None:
    said = [
        sentence(Entry(kind, 0.0, data), Texts("mn"), {"bold": "Болд"})
        for kind, data in (
            ("call_offered", {"caller_number": "+97699112233", "number": "+97670110001"}),
            ("queue_joined", {"queue": "sales", "position": 3}),
            ("agent_ringing", {"agent": "bold"}),
            ("agent_missed", {"agent": "bold", "reason": "no_answer"}),
            ("language_set", {"language": "ru"}),
            ("callback_booked", {"number": "+97699112233", "reason": "key"}),
            ("callback_booked", {"number": "+97699112233", "reason": "cut"}),
            ("agent_state_changed", {"agent": "bold", "new": "paused"}),
            ("prompt_silent", {"items": ["client:menu"], "reason": "Asterisk lost it twice"}),
            ("recording_discarded", {"reason": "recorded_again"}),
        )
    ]
    assert said == [
        "+97699112233 +97670110001 дугаар луу залгалаа.",
        "Залгагч sales дараалалд 3 дугаарт хүлээж байна.",
        "Болд операторын утас дуугарч байна.",
        "Болд оператор авсангүй: хариу алга.",
        "Эндээс эхлэн орос хэлээр.",
        "+97699112233 дугаар луу эргэж залгахаар тэмдэглэв (товчоор).",
        "Дуудлага тасарсан тул +97699112233 дугаар луу эргэж залгахаар тэмдэглэв.",
        "Болд операторын төлөв: түр зогссон.",
        "Залгагчид client:menu сонсогдсонгүй: Asterisk хоёр удаа алдсан.",
        "Бичсэнийг хадгалсангүй: дахин бичсэн.",
    ]


def test_times_of_one_clock_stand_alone_and_of_several_name_it() -> None:
    clocks = Clocks("Europe/Berlin", {"anu-clinic": "Asia/Ulaanbaatar"})
    mine = {"client": "anu-clinic", "at": "2026-11-22T17:30:00.000Z"}
    nobodys = {"client": "house", "at": "2026-11-22T17:30:00.000Z"}
    gone = {"client": "gone", "at": None}
    assert [row["at"] for row in clocks.told([mine], "at")] == ["2026-11-23 01:30:00"]
    assert [row["at"] for row in clocks.told([nobodys, gone], "at")] == [
        "2026-11-22 18:30:00",
        None,
    ]
    assert [row["at"] for row in clocks.told([mine, nobodys], "at")] == [
        "2026-11-23 01:30:00 +0800",
        "2026-11-22 18:30:00 +0100",
    ]
