"""How names, keys and numbers are written, and what is said of one that is not written so."""

from __future__ import annotations

from ari_app.flow import latin
from ari_app.flow import slug as slug_form
from ari_app.flow.said import AsWritten, NumberAsWritten, Said, shown

SLUG = f"^{slug_form.SLUG.pattern}$"
PROMPT = r"^(standard:[a-z0-9_/-]+|[a-z0-9][a-z0-9_-]*)$"
LANGUAGE = r"^[a-z]{2,3}$"
VARIABLE = r"^[a-z][a-z0-9_]{0,31}$"
KEY = r"^[0-9*#]$"
COUNTRY_CODE = r"^[1-9][0-9]{0,2}$"
PHONE_NUMBER = r"^\+?[0-9]{3,18}$"


def slug(text: str) -> Said:
    """Say how a slug is written, with an offer where letters can be exchanged."""
    offer = latin.slug(text)
    if not offer:
        return Said(
            "`{value}` is no name here; write small Latin letters, digits, - and _",
            value=shown(text),
        )
    return Said(
        "`{value}` is no name here; write small Latin letters, digits, - and _, such as `{offer}`",
        value=shown(text),
        offer=offer,
    )


def prompt(text: str) -> Said:
    """Say how a prompt is named."""
    if text.startswith("standard:"):
        return Said(
            "`{value}` is no standard prompt; write one like `standard:goodbye`", value=shown(text)
        )
    return slug(text)


def language(text: str) -> Said:
    """Say how a language is written."""
    return Said("`{value}` is no language; write its code, such as mn or en", value=shown(text))


def variable(text: str) -> Said:
    """Say how a variable is named."""
    return Said(
        "`{value}` is no name of a variable; write a small Latin letter first, then letters, "
        "digits and _, at most 32 in all",
        value=shown(text),
    )


def key(text: str) -> Said:
    """Say which keys there are."""
    return Said('`{value}` is no key; write one of 0 to 9, * and #, in quotes: "1"',
                value=shown(text))  # fmt: skip


def phone_number(text: str) -> Said:
    """Say how a number to dial is written."""
    return Said(
        "`{value}` is no number to dial; write it with its country, such as `+97699112233`",
        value=shown(text),
    )


def country_code(text: str) -> Said:
    """Say how the code of a country is written."""
    digits = "".join(each for each in text if each in "0123456789").lstrip("0")
    return Said('`{value}` is no code of a country; write its digits alone, in quotes: "{code}"',
                value=shown(text), code=digits if 1 <= len(digits) <= 3 else "976")  # fmt: skip


def unfitting(text: str) -> Said:
    """Say that a text does not have the form that is wanted, where no better words are known."""
    return Said("`{value}` cannot stand here", value=shown(text))


def not_text(value: object, role: str) -> Said:
    """Say what to write for a value that is a number or the like, where a text belongs."""
    if value is None:
        return Said('nothing stands here; write a text, in quotes if it begins with # or *: "#"')
    if isinstance(value, (dict, list, tuple)):
        return Said("a text belongs here, not a list or a mapping")
    return _without_quotes(value, role)


def _without_quotes(value: object, role: str) -> Said:
    written = AsWritten(shown(value))
    if isinstance(value, bool):
        return Said(
            'text stands in quotes here: YAML takes no, off and yes for an answer: "{value}"',
            value=written,
        )
    if role == "key":
        return Said('a key stands in quotes: "{value}"', value=written)
    if role == "number":
        return Said('a number stands in quotes: "{value}"', value=NumberAsWritten(written))
    if role == "country_code":
        return Said('the digits of the country stand in quotes: "{value}"', value=shown(value))
    return Said('a text stands in quotes: "{value}"', value=written)
