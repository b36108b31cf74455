"""Callers hear numbers, dates and times as a native speaker says them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ari_app.flow import spoken
from ari_app.flow.languages import LANGUAGES
from ari_app.media.standard import standard_signals, standard_texts

EXAMPLES = yaml.safe_load(Path(__file__).with_name("spoken_examples.yaml").read_text("utf-8"))
NUMBERS = st.integers(0, spoken.HIGHEST)
ANY = st.integers(-(10**12), 10**12)
LANGUAGE = st.sampled_from(LANGUAGES)


def words(items: tuple[str, ...], language: str) -> str:
    """What a caller hears; KeyError for a prompt that does not exist."""
    texts = {"pause": "…", **standard_texts(language)}
    return " ".join(texts[item.removeprefix("standard:")] for item in items)


def exist(items: tuple[str, ...], language: str) -> bool:
    known = {*standard_texts(language), *standard_signals()}
    return all(item.removeprefix("standard:") in known for item in items)


def understood(items: tuple[str, ...]) -> int:
    """The number that a listener understands."""
    total = group = 0
    for item in items:
        word = item.rpartition("/")[2]
        if word == "1000":
            total, group = (total + group) * 1000, 0
        elif word == "100":
            group = max(group, 1) * 100  # one word in Russian: сто
        elif word != "and":
            group += int(word)
    return total + group


@pytest.mark.parametrize(
    ("language", "call", "heard"),
    [
        (language, call, heard)
        for language in EXAMPLES
        for call, heard in EXAMPLES[language].items()
    ],
)
def test_the_caller_hears(language: str, call: str, heard: str) -> None:
    name, *given_words = call.split()
    as_text = name in ("phone", "digits")
    arguments = [word if as_text or word.isalpha() else int(word) for word in given_words]
    assert words(getattr(spoken, name)(*arguments, language), language) == heard


@given(NUMBERS, LANGUAGE)
def test_a_listener_understands_the_same_number(value: int, language: str) -> None:
    items = spoken.number(value, language)
    assert exist(items, language)
    assert understood(items) == value


@given(NUMBERS, st.sampled_from(["hours", "minutes", "seconds"]), LANGUAGE)
def test_so_many_of_something_is_understood(value: int, unit: str, language: str) -> None:
    *number, last = spoken.amount(value, unit, language)
    assert exist((*number, last), language)
    assert understood(tuple(number)) == value


@given(st.integers(spoken.HIGHEST + 1, 10**15), LANGUAGE)
def test_a_number_too_large_is_said_digit_by_digit(value: int, language: str) -> None:
    items = spoken.number(value, language)
    assert "".join(item.removeprefix("standard:digits/") for item in items) == str(value)


@given(ANY, ANY, ANY, LANGUAGE)
def test_nonsense_is_said_somehow_and_never_fails(a: int, b: int, c: int, language: str) -> None:
    said = (
        spoken.number(a, language),
        spoken.position(a, language),
        spoken.wait(a, language),
        spoken.amount(a, "minutes", language),
        spoken.date(a, b, c, language),
        spoken.time(a, b, language),
        spoken.weekday(a, language),
    )
    assert all(items and exist(items, language) for items in said)


@given(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31), LANGUAGE)
def test_every_date_can_be_said(year: int, month: int, day: int, language: str) -> None:
    items = spoken.date(year, month, day, language)
    assert exist(items, language)
    assert f"standard:months/{month}" in items
    assert f"standard:dates/{day}" in items


@given(st.integers(0, 24), st.integers(0, 59), LANGUAGE)
def test_every_time_of_day_can_be_said(hour: int, minute: int, language: str) -> None:
    assert exist(spoken.time(hour, minute, language), language)


@given(st.text(), LANGUAGE)
def test_hostile_digits_become_known_prompts_only(text: str, language: str) -> None:
    assert exist(spoken.digits(text, language), language)
    assert exist(spoken.phone(text, language), language)


def test_a_language_without_grammar_is_answered_in_english() -> None:
    assert spoken.number(125, "zh") == spoken.number(125, "en")


ENDS = ["тэг", "нэг", "хоёр", "гурав", "дөрөв", "тав", "зургаа", "долоо", "найм", "ес"]
BEFORE = ["тэг", "нэг", "хоёр", "гурван", "дөрвөн", "таван", "зургаан", "долоон", "найман", "есөн"]
TENS_END = ["арав", "хорь", "гуч", "дөч", "тавь", "жар", "дал", "ная", "ер"]
TENS_BEFORE = ["арван", "хорин", "гучин", "дөчин", "тавин", "жаран", "далан", "наян", "ерэн"]


@pytest.mark.parametrize("value", range(1, 200))
def test_a_mongolian_says_each_number_and_counts_minutes_with_it(value: int) -> None:
    hundred, rest = divmod(value, 100)
    tens, units = divmod(rest, 10)
    alone = ["нэг", "зуун" if rest else "зуу"] if hundred else []
    minutes = ["нэг", "зуун"] if hundred else []
    if tens:
        alone.append((TENS_BEFORE if units else TENS_END)[tens - 1])
        minutes.append(TENS_BEFORE[tens - 1])
    if units:
        alone.append(ENDS[units])
        minutes.append("нэгэн" if units == 1 and tens else BEFORE[units])
    assert words(spoken.number(value, "mn"), "mn") == " ".join(alone)
    assert words(spoken.amount(value, "minutes", "mn"), "mn") == " ".join([*minutes, "минут"])


@pytest.mark.parametrize("value", range(200))
def test_a_russian_counts_minutes_in_three_forms(value: int) -> None:
    *number, unit = words(spoken.amount(value, "minutes", "ru"), "ru").split()
    teen = 10 < value % 100 < 20
    last = 0 if teen else value % 10
    assert unit == {1: "минута", 2: "минуты", 3: "минуты", 4: "минуты"}.get(last, "минут")
    assert number[-1] not in ("один", "два"), "a minute is feminine"
    hours = words(spoken.amount(value, "hours", "ru"), "ru").split()
    assert hours[-1] == {1: "час", 2: "часа", 3: "часа", 4: "часа"}.get(last, "часов")
    assert hours[-2] not in ("одна", "две"), "an hour is masculine"
