"""Every agent's phone has a password of its own, and keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.telephony.phone_book import PhoneBook
from ari_app.telephony.phones import Phone


def test_a_password_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    bold = PhoneBook(path).password("bold")
    book = PhoneBook(path)
    assert book.password("bold") == bold
    assert book.password("saraa") != bold
    assert len(bold) >= 24


def test_nobody_else_can_read_the_book(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    PhoneBook(path).password("bold")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_password_can_be_renewed_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    book = PhoneBook(path)
    first, second = book.password("bold"), book.renew("bold")
    assert first != second == PhoneBook(path).password("bold")
    book.forget("bold")
    assert PhoneBook(path).password("bold") not in (first, second)


@pytest.mark.parametrize("slug", ["", "../etc", "a b", "A", "x;y", "bold/auth", "-x"])
def test_a_slug_that_would_be_a_path_is_no_agent(slug: str) -> None:
    with pytest.raises(ValueError, match="is not an agent's slug"):
        Phone(slug, "secret")
