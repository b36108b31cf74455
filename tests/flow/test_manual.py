"""The manual in docs/nodes is what the code says today."""

from __future__ import annotations

from ari_app.flow.manual import FOLDER, pages
from ari_app.flow.nodes import TYPES


def test_the_manual_is_up_to_date() -> None:
    made = pages()
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == made, "run: python -m ari_app.flow.manual"


def test_every_type_has_a_page_with_its_exits_and_an_example() -> None:
    made = pages()
    for name in TYPES:
        page = made[f"{name}.md"]
        assert "## Exits" in page
        assert f'"type": "{name}"' in page
        assert f"({name}.md)" in made["README.md"]
