"""Every agent's phone has a password of its own, and keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.telephony.phone_book import PhoneBook, PhoneBookError
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


def test_the_controller_and_an_import_give_a_new_agent_the_same_password(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    controller, imported = PhoneBook(path), PhoneBook(path)
    assert imported.password("bold") == controller.password("bold")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"bold": 5}', "\udcff"])
def test_a_corrupt_book_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "phones.json"
    path.write_text(content, errors="surrogateescape")
    with pytest.raises(PhoneBookError, match=r"phones\.json"):
        PhoneBook(path)


@pytest.mark.parametrize("slug", ["", "../etc", "a b", "A", "x;y", "bold/auth", "-x"])
def test_a_slug_that_would_be_a_path_is_no_agent(slug: str) -> None:
    with pytest.raises(ValueError, match="is not an agent's slug"):
        Phone(slug, "secret")


def test_an_agent_who_left_and_comes_back_gets_another_password(tmp_path: Path) -> None:
    book = PhoneBook(tmp_path / "phones.json")
    before, saraa = book.password("bold"), book.password("saraa")
    book.forget("bold")
    book.forget("bold")
    assert book.known("bold") is None
    assert PhoneBook(tmp_path / "phones.json").password("saraa") == saraa
    assert book.password("bold") != before
