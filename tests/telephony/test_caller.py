"""Who calls: whatever the network sends, a number that can be called back comes out, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.caller import caller_number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("99112233", "+97699112233"),
        ("+97699112233", "+97699112233"),
        ("97699112233", "+97699112233"),
        ("0097699112233", "+97699112233"),
        ("+49 151 12345678", "+4915112345678"),
        ("18001234", "18001234"),
        ("101", "101"),
    ],
)
def test_a_number_is_kept_in_one_form(raw: str, number: str) -> None:
    assert caller_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "anonymous",
        "Restricted",
        "<script>",
        "${SHELL(id)}",
        "'); DROP TABLE calls",
        "12",
        "٩٩١",
    ],
)
def test_what_is_no_number_is_none(raw: str) -> None:
    assert caller_number(raw) is None


@given(st.text())
def test_hostile_text_gives_digits_or_nothing(raw: str) -> None:
    number = caller_number(raw)
    assert number is None or number.removeprefix("+").isascii()
    assert number is None or number.removeprefix("+").isdigit()
