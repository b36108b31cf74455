"""How each language builds numbers, dates and times, as paths of standard prompts.

Mongolian numbers change before another word: *арав* is ten, *арван нэг* eleven, *арван цаг* ten
o'clock. The prompts ``numbers/N`` end a number, ``numbers/of/N`` stand before another word. Two
words have their own mind: one is *нэгэн* only after a ten (*нэг минут*, *хорин нэгэн минут*), and a
thousand inside a number stays *мянга*.

Russian counts in three forms, by the end of the number: *одна минута*, *две минуты*, *пять минут*;
one and two have the gender of what is counted. A date has ordinals: *двадцать второе ноября две
тысячи двадцать шестого года*.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Grammar(Protocol):
    """How one language builds its words; paths of standard prompts come back."""

    def number(self, value: int) -> list[str]: ...

    def amount(self, value: int, unit: str) -> list[str]: ...

    def phone(self, text: str) -> list[str]: ...

    def date(self, year: int | None, month: int, day: int) -> list[str]: ...

    def time(self, hour: int, minute: int) -> list[str]: ...


class Mongolian:
    """*Хорин нэгэн минут*: a number before another word has a form of its own."""

    def number(self, value: int) -> list[str]:
        parts = self._parts(value)
        return [*self._inside(parts)[:-1], f"numbers/{parts[-1]}"]

    def amount(self, value: int, unit: str) -> list[str]:
        return [*self._before_a_word(value), f"units/{unit}"]

    def phone(self, text: str) -> list[str]:
        return in_pairs(text, self.number)

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


class English:
    """*One hundred and one minutes*, *nine oh five A M*."""

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


class Russian:
    """*Двадцать одна минута*: gender, and three forms of what is counted."""

    _FEMININE = ("minutes", "seconds")

    def number(self, value: int) -> list[str]:
        return self._cardinal(value, feminine=False)

    def amount(self, value: int, unit: str) -> list[str]:
        one, few = f"units/{unit.removesuffix('s')}", f"units/few/{unit}"
        form = {"one": one, "few": few, "many": f"units/{unit}"}[self._form(value)]
        return [*self._cardinal(value, feminine=unit in self._FEMININE), form]

    def phone(self, text: str) -> list[str]:
        return in_pairs(text, self.number)

    def date(self, year: int | None, month: int, day: int) -> list[str]:
        words = [f"dates/{day}", f"months/{month}"]
        return words if year is None else [*words, *self._year(year), "dates/year"]

    def time(self, hour: int, minute: int) -> list[str]:
        words = self.amount(hour, "hours")
        return words if minute == 0 else [*words, *self.amount(minute, "minutes")]

    def _cardinal(self, value: int, *, feminine: bool) -> list[str]:
        words: list[str] = []
        if value >= 1000:
            count = value // 1000
            words += [*self._cardinal(count, feminine=True), f"numbers/{self._form(count)}/1000"]
            value %= 1000
            if value == 0:
                return words
        parts = self._below_thousand(value)
        gender = "feminine/" if feminine and parts[-1] in (1, 2) else ""
        return [*words, *(f"numbers/{part}" for part in parts[:-1]), f"numbers/{gender}{parts[-1]}"]

    def _year(self, year: int) -> list[str]:
        """The last word alone is an ordinal: *тысяча девятьсот пятого*, *двухтысячного*."""
        thousands, rest = divmod(year, 1000)
        if rest == 0:
            return [f"years/{year}"]
        *before, last = self._below_thousand(rest)
        words = [f"numbers/{part}" for part in before] + [f"years/{last}"]
        if thousands == 1:
            return ["numbers/one/1000", *words]
        return [*(self._cardinal(thousands * 1000, feminine=False) if thousands else ()), *words]

    def _below_thousand(self, value: int) -> list[int]:
        """Return what the number is made of, in order: 125 is 100, 20, 5."""
        hundreds, rest = value // 100 * 100, value % 100
        tens, units = (0, rest) if rest < 20 else (rest // 10 * 10, rest % 10)
        return [part for part in (hundreds, tens, units) if part] or [0]

    def _form(self, count: int) -> str:
        """Return ``one``, ``few`` or ``many``: what is counted changes so."""
        if count % 100 in range(11, 15):
            return "many"
        return {1: "one", 2: "few", 3: "few", 4: "few"}.get(count % 10, "many")


def in_pairs(text: str, number: Callable[[int], list[str]]) -> list[str]:
    """Return a Mongolian number as four pairs, without the country's code; nothing for another."""
    local = text.removeprefix("+976")
    if len(local) != 8 or not (local.isascii() and local.isdigit()):
        return []
    words: list[str] = []
    for start in range(0, 8, 2):
        pair = local[start : start + 2]
        words += ["digits/0", f"digits/{pair[1]}"] if pair[0] == "0" else number(int(pair))
        words += ["pause"] if start < 6 else []
    return words


GRAMMARS: dict[str, Grammar] = {"mn": Mongolian(), "en": English(), "ru": Russian()}
"""By language."""
