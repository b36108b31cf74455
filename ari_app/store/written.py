"""How numbers, dates, hours and the like are written in documents, and what to write instead.

Each check returns the value, or raises ValueError with a sentence.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from holidays import country_holidays
from holidays.registry import COUNTRIES

from ari_app.flow import forms
from ari_app.flow.said import AsWritten, NumberAsWritten, Said, as_written, meant, shown

SHORT_LANGUAGE = r"^[a-z]{2}$"
E164 = r"^\+[1-9][0-9]{4,14}$"
COUNTRY = r"^[A-Z]{2}$"
COLOUR = r"^#[0-9a-fA-F]{6}$"
MUSIC = r"^[a-z0-9_-]{1,40}$"

HOME = "MN"  # of numbers that are written without their country
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_RESERVED = ("agents",)


def prompt_language(value: str) -> Said:
    """Say how the language of a prompt is written, and where it belongs."""
    if value not in ("text", "file"):
        return forms.language(value)
    return Said("the language of this prompt belongs before `{field}`: `mn: {{{field}: …}}`, say",
                field=value)  # fmt: skip


def without_signs(value: object) -> object:
    """Drop what people write between digits; the form judges the rest."""
    return re.sub(r"[ ()./-]", "", value) if isinstance(value, str) else value


def number(value: str) -> Said:
    """Say how a number is written, with its country."""
    whole = whole_number(value)
    if not re.fullmatch(E164, whole):
        return Said("`{value}` is no number; write + and its country first, as `+97677551002`",
                    value=shown(value))  # fmt: skip
    return Said('write + and the country before the number: "{whole}"', whole=whole)


def whole_number(value: str, country: str = HOME) -> str:
    """Return a number with its country; a short one, such as 103, or none at all, as it is.

    ``country`` is that of numbers without one, in two letters.
    """
    digits = str(without_signs(value))
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_valid_number(parsed):
        return value
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def country_of(whole: str) -> str | None:
    """Return the country of a number in E.164, in two letters, if it is one of a country."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(whole))
    return str(region) if region else None


def as_in_file(message: str, raw: str, country: str = HOME) -> str:
    """Return a sentence on a value with the value as the file has it, a number with its country."""

    def write(value: AsWritten) -> str:
        return whole_number(raw, country) if isinstance(value, NumberAsWritten) else shown(raw)

    return as_written(message, write)


def of_a_country(value: str) -> str:
    """Refuse a number that begins with the code of no country."""
    try:
        phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError(
            Said("{value} begins with the code of no country; write +976 first, for Mongolia",
                 value=value)
        ) from None  # fmt: skip
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a few hundred files


def timezone(value: str) -> str:
    """Refuse a time zone that nobody knows."""
    zones = _zones()
    if value in zones:
        return value
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones)}
    city = re.sub(r"[ -]", "_", value.rpartition("/")[2].strip().lower())
    near = get_close_matches(city, cities, 1, 0.6)
    offer = cities[near[0]] if near else "Asia/Ulaanbaatar"
    raise ValueError(
        Said("`{value}` is no time zone; write one like `{offer}`", value=shown(value), offer=offer)
    )


def hours(value: str) -> str:
    """Refuse what is no span, or one that is empty."""
    if not _HOURS.fullmatch(value):
        raise ValueError(
            Said("`{value}` is no span of hours; write it like 09:00-18:00", value=shown(value))
        )
    begin, _, end = value.partition("-")
    if begin == end:
        raise ValueError(
            Said("{value} begins and ends at once; write 00:00-24:00 for a whole day, or leave the "
                 "span out", value=value)
        )  # fmt: skip
    return value


def a_date(value: str) -> str:
    """Refuse what is no date; return it as 2026-12-31."""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(
            Said("`{value}` is no date; write it like 2026-12-31", value=shown(value))
        ) from None


def country(value: str) -> Said:
    """Say how a country is written, by its name too."""
    names = {row[0].lower(): row[1] for row in COUNTRIES.values()}
    near = get_close_matches(value.strip().lower(), names, 1, 0.7)
    code = value.upper() if value.upper() in names.values() else names[near[0]] if near else "MN"
    return Said("`{value}` is no country; write its two letters, such as `{code}`",
                value=shown(value), code=code)  # fmt: skip


def holidays(code: str, subdivision: str | None) -> None:
    """Refuse a country, or a part of it, whose holidays nobody knows."""
    try:
        known = country_holidays(code).subdivisions
    except NotImplementedError:
        raise ValueError(Said("nobody knows the holidays of the country `{code}`", code=code)) \
            from None  # fmt: skip
    if subdivision is None or subdivision in known:
        return
    if not known:
        raise ValueError(
            Said("the holidays of {code} are the same everywhere; leave `subdivision` out",
                 code=code)
        )  # fmt: skip
    raise ValueError(
        meant(
            Said("{code} has no part `{part}`; it has {known}", code=code, part=shown(subdivision),
                 known=", ".join(known)),
            subdivision, known,
        )
    )  # fmt: skip


def colour(value: str) -> Said:
    """Say how a colour is written."""
    if re.fullmatch(r"[0-9a-fA-F]{6}", value):
        return Said('write the colour with its # and in quotes: "#{value}"', value=value)
    return Said('`{value}` is no colour; write six digits, such as "#e8590c"', value=shown(value))


def music(value: str) -> Said:
    """Say how music is named."""
    return Said("`{value}` is no name of music; write `default`", value=shown(value))


def not_reserved(value: str) -> str:
    """Refuse a client's slug that means something else to the commands."""
    if value in _RESERVED:
        raise ValueError(
            Said("no client can be called `{value}`: by that word the house's agents are exported; "
                 "write another name", value=value)
        )  # fmt: skip
    return value
