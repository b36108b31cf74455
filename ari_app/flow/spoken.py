"""Numbers, dates and times as play items: the words a caller hears, from the standard prompts.

Each language has its own grammar, so each has its own functions, and a table picks them. A
language that has none is spoken to in English: never silence. Everything here is pure and never
raises: what cannot be said as a number is said digit by digit.
"""

from __future__ import annotations

from ari_app.flow.grammars import GRAMMARS, Grammar

Items = tuple[str, ...]

HIGHEST = 999_999
"""The largest number that is said as one; above it come digits."""


def number(value: int, language: str) -> Items:
    """Say a whole number from 0 to :data:`HIGHEST`; any other digit by digit."""
    if not 0 <= value <= HIGHEST:
        return digits(str(value), language)
    return _items(_grammar(language).number(value))


def digits(text: str, language: str) -> Items:
    """Say each key of ``text`` (``0`` to ``9``, ``*``, ``#``, ``+``); others are skipped."""
    del language  # the prompts have the same names in every language
    return _items([f"digits/{_KEYS[character]}" for character in text if character in _KEYS])


def phone(text: str, language: str) -> Items:
    """Say a phone number in groups of the language's habit.

    In Mongolian and Russian the eight digits of a Mongolian number are four pairs, without the
    country's code: ninety-nine, eleven, …. Whatever is none is said digit by digit.
    """
    return _items(_grammar(language).phone(text)) or digits(text, language)


def position(place: int, language: str) -> Items:
    """Say the caller's place in the line, counted from 1."""
    if place <= 1:
        return _items(["queue/next"])
    return (*_items(["queue/position"]), *number(place, language))


def wait(minutes: int, language: str) -> Items:
    """Say how long the caller is expected to wait; below one minute that it is less."""
    if minutes < 1:
        return _items(["queue/wait_short"])
    return (*_items(["queue/wait_minutes"]), *amount(minutes, "minutes", language))


def amount(value: int, unit: str, language: str) -> Items:
    """Say so many of ``unit``: ``hours``, ``minutes`` or ``seconds``."""
    if not 0 <= value <= HIGHEST:
        return (*digits(str(value), language), *_items([f"units/{unit}"]))
    return _items(_grammar(language).amount(value, unit))


def date(year: int | None, month: int, day: int, language: str) -> Items:
    """Say a day of the Gregorian calendar, without its year when that is ``None``."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        parts = [part for part in (year, month, day) if part is not None]
        return tuple(item for part in parts for item in number(part, language))
    if year is not None and not 1 <= year <= 9999:
        year = None
    return _items(_grammar(language).date(year, month, day))


def weekday(iso: int, language: str) -> Items:
    """Say a day of the week: 1 is Monday, 7 Sunday (ISO 8601)."""
    return _items([f"weekdays/{iso}"]) if 1 <= iso <= 7 else number(iso, language)


def time(hour: int, minute: int, language: str) -> Items:
    """Say a time of day, ``hour`` from 0 to 24."""
    if not (0 <= hour <= 24 and 0 <= minute <= 59):
        return (*number(hour, language), *number(minute, language))
    return _items(_grammar(language).time(hour % 24, minute))


def offer(key: str, language: str) -> Items:
    """Say, by the language's own voice, which key chooses it; nothing for one of no voice."""
    return _items([f"language/press/{language}/{_KEYS[key]}"] if language in GRAMMARS else [])


_KEYS = {**{str(digit): str(digit) for digit in range(10)}, "*": "star", "#": "hash", "+": "plus"}


def _grammar(language: str) -> Grammar:
    return GRAMMARS.get(language, GRAMMARS["en"])


def _items(paths: list[str]) -> Items:
    return tuple(f"standard:{path}" for path in paths)
