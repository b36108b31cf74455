"""Numbers, dates and times as play items: the words a caller hears, from the standard prompts.

Each language has its own grammar, so each has its own functions, and a table picks them. A
language that has none is spoken to in English: never silence. Everything here is pure and never
raises: what cannot be said as a number is said digit by digit.

Mongolian numbers change before another word: *арав* is ten, *арван нэг* eleven, *арван цаг* ten
o'clock. The prompts ``numbers/N`` end a number, ``numbers/of/N`` stand before another word. Two
words have their own mind: one is *нэгэн* only after a ten (*нэг минут*, *хорин нэгэн минут*), and a
thousand inside a number stays *мянга*.
"""

from __future__ import annotations

from typing import Protocol

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

    A Mongolian hears her eight digits as four pairs, without the country's own code: ninety-nine,
    eleven, …. Whatever is no Mongolian number is said digit by digit.
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


class _Grammar(Protocol):
    """How one language builds its words; paths of standard prompts come back."""

    def number(self, value: int) -> list[str]: ...

    def amount(self, value: int, unit: str) -> list[str]: ...

    def phone(self, text: str) -> list[str]: ...

    def date(self, year: int | None, month: int, day: int) -> list[str]: ...

    def time(self, hour: int, minute: int) -> list[str]: ...


class _Mongolian:
    def number(self, value: int) -> list[str]:
        parts = self._parts(value)
        return [*self._inside(parts)[:-1], f"numbers/{parts[-1]}"]

    def amount(self, value: int, unit: str) -> list[str]:
        return [*self._before_a_word(value), f"units/{unit}"]

    def phone(self, text: str) -> list[str]:
        local = text.removeprefix("+976")
        if len(local) != 8 or not (local.isascii() and local.isdigit()):
            return []
        words: list[str] = []
        for start in range(0, 8, 2):
            pair = local[start : start + 2]
            words += ["digits/0", f"digits/{pair[1]}"] if pair[0] == "0" else self.number(int(pair))
            words += ["pause"] if start < 6 else []
        return words

    def date(self, year: int | None, month: int, day: int) -> list[str]:
        words = [] if year is None else [*self._before_a_word(year), "dates/year"]
        return [*words, f"months/{month}", f"dates/{day}"]

    def time(self, hour: int, minute: int) -> list[str]:
        words = self.amount(hour, "hours")
        return words if minute == 0 else [*words, *self.amount(minute, "minutes")]

    def _before_a_word(self, value: int) -> list[str]:
        words = self._inside(self._parts(value))
        return [*words[:-1], "numbers/of/1000"] if value and value % 1000 == 0 else words

    def _inside(self, parts: list[int]) -> list[str]:
        """Give each part the form that it has with another word behind it."""
        words: list[str] = []
        for before, part in zip([0, *parts], parts, strict=False):
            unchanged = part in (0, 1000) or (part == 1 and not 10 <= before <= 90)
            words.append(f"numbers/{part}" if unchanged else f"numbers/of/{part}")
        return words

    def _parts(self, value: int) -> list[int]:
        """Return what the number is made of, in order: 125 is 1, 100, 20, 5."""
        if value <= 10:
            return [value]
        parts: list[int] = []
        for size in (1000, 100):
            if value >= size:
                parts += [*self._parts(value // size), size]
                value %= size
        parts += [value // 10 * 10] if value >= 10 else []
        return parts + ([value % 10] if value % 10 else [])


class _English:
    def number(self, value: int) -> list[str]:
        words: list[str] = []
        if value >= 1000:
            words += [*self.number(value // 1000), "numbers/1000"]
            value %= 1000
            if 0 < value < 100:
                words.append("numbers/and")
        if value >= 100:
            words += [f"numbers/{value // 100}", "numbers/100"]
            value %= 100
            if value:
                words.append("numbers/and")
        return words + self._below_hundred(value) if value or not words else words

    def amount(self, value: int, unit: str) -> list[str]:
        return [*self.number(value), f"units/{unit.removesuffix('s') if value == 1 else unit}"]

    def phone(self, text: str) -> list[str]:
        del text  # digit by digit is the habit
        return []

    def date(self, year: int | None, month: int, day: int) -> list[str]:
        words = [f"months/{month}", f"dates/{day}"]
        return words if year is None else words + self._year(year)

    def time(self, hour: int, minute: int) -> list[str]:
        if minute == 0 and hour in (0, 12):
            return ["time/noon" if hour else "time/midnight"]
        words = self.number((hour + 11) % 12 + 1)
        if 0 < minute < 10:
            words.append("numbers/oh")
        if minute:
            words += self.number(minute)
        return [*words, "time/pm" if hour >= 12 else "time/am"]

    def _year(self, year: int) -> list[str]:
        century, rest = divmod(year, 100)
        if century < 10 or (century % 10 == 0 and rest < 10):
            return self.number(year)
        if rest == 0:
            return [*self.number(century), "numbers/100"]
        return self.number(century) + (["numbers/oh"] if rest < 10 else []) + self.number(rest)

    def _below_hundred(self, value: int) -> list[str]:
        if value < 20 or value % 10 == 0:
            return [f"numbers/{value}"]
        return [f"numbers/{value // 10 * 10}", f"numbers/{value % 10}"]


_KEYS = {**{str(digit): str(digit) for digit in range(10)}, "*": "star", "#": "hash", "+": "plus"}
_GRAMMARS: dict[str, _Grammar] = {"mn": _Mongolian(), "en": _English()}


def _grammar(language: str) -> _Grammar:
    return _GRAMMARS.get(language, _GRAMMARS["en"])


def _items(paths: list[str]) -> Items:
    return tuple(f"standard:{path}" for path in paths)
