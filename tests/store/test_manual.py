"""The pages of the documents are what the code says today, and their examples are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.store.check import House, check
from ari_app.store.document_file import read_document
from ari_app.store.manual import EXAMPLES, FOLDER, PAGES, Page, pages, sections
from ari_app.store.yaml_file import read_yaml


def test_the_pages_are_up_to_date() -> None:
    for name, text in pages().items():
        written = (FOLDER / name).read_text(encoding="utf-8")
        assert written == text, "run: python -m ari_app.store.manual"


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_field_of_every_mapping_is_in_the_example(page: Page) -> None:
    found = list(sections(page.model, read_yaml(page.example).content))
    assert len(found) > 1
    for path, model, example in found:
        assert set(example) == set(model.model_fields), path


def test_the_examples_are_in_order(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio/welcome-en.m4a").write_bytes(b"sound")
    files = []
    for example in EXAMPLES.glob("*.yaml"):
        (tmp_path / example.name).write_text(example.read_text("utf-8"), encoding="utf-8")
        files.append(read_document(tmp_path / example.name))
    assert len(files) == len(PAGES)
    assert [str(each.sentence) for each in check(files, House())] == []


def test_the_page_has_type_default_meaning_and_example() -> None:
    page = pages()["client-document.md"]
    row = "| `ring_seconds` | whole number 1 to 600 | `20` | How long an agent's phone rings. |"
    assert f"{row} `20` |" in page
    assert "| `client` | text (slug) | required | " in page
