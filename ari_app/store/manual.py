"""The manual of the documents, made of their models and of an example that has every field.

``python -m ari_app.store.manual`` writes docs/client-document.md and docs/agents-document.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ari_app.flow.manual import value_in_words
from ari_app.flow.setting import Doc
from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.yaml_file import read_yaml

FOLDER = Path(__file__).parents[2] / "docs"
EXAMPLES = Path(__file__).with_name("examples")

_NOTE = "<!-- Made by `python -m ari_app.store.manual` from ari_app/store/client_document.py. -->\n"


@dataclass(frozen=True)
class Page:
    """A document's page: its model, its example, and what is said before the fields."""

    name: str
    title: str
    model: type[BaseModel]
    introduction: str

    @property
    def example(self) -> Path:
        """A whole document in which every field stands."""
        return EXAMPLES / f"{self.name}.yaml"


PAGES = (
    Page(
        "client-document",
        "A client's document",
        ClientDocument,
        "A client is one YAML file. `duudlaga client export` writes it, `duudlaga flow validate` "
        "checks it, and `duudlaga client import` brings it in: all of it, or, with a mistake, "
        "nothing. A field that nobody knows is a mistake. Slugs have small Latin letters, digits, "
        "`-` and `_`, and begin with a letter or digit. What begins with `#`, `*`, `@` or `+`, and "
        "every key of a telephone, stands in quotes.",
    ),
    Page(
        "agents-document",
        "The agents' document",
        AgentsDocument,
        "Agents belong to the house and serve several clients; which ones, with which level, "
        "stands in [the client's document](client-document.md). An import adds and changes agents, "
        "and removes none.",
    ),
)


def pages() -> dict[str, str]:
    """Return the pages: Markdown by file name."""
    return {f"{page.name}.md": _page(page) for page in PAGES}


def write(folder: Path = FOLDER) -> None:
    """Write all pages."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def sections(model: type[BaseModel], example: Any, path: str = "") -> Iterator[
    tuple[str, type[BaseModel], dict[str, Any]]
]:  # fmt: skip
    """Yield each mapping of a document: where it stands, its model, and all that the example has.

    Several members of a list or mapping are one in the last: what any of them shows.
    """
    yield path, model, example
    hints = get_type_hints(model, include_extras=True)
    for name, hint in hints.items():
        inner = _models_in(hint)
        if name in example and inner:
            shown: dict[str, Any] = {}
            for member in _members(example[name], inner[0]):
                shown |= member
            place = f"{path}.{name}".lstrip(".") + _level(hint)
            yield from sections(inner[0], shown, place)


def _page(page: Page) -> str:
    content = read_yaml(page.example).content
    lines = [_NOTE, f"# {page.title}\n", f"{page.introduction}\n"]
    for path, model, example in sections(page.model, content):
        lines.append(f"## `{path}`\n" if path else "## The document\n")
        lines.append(" ".join((model.__doc__ or "").split()) + "\n")
        lines += [*_fields(model, example), ""]
    lines += ["## Example\n", "```yaml", page.example.read_text("utf-8").rstrip(), "```", ""]
    return "\n".join(lines)


def _fields(model: type[BaseModel], example: dict[str, Any]) -> Iterator[str]:
    yield "| field | value | default | meaning | example |"
    yield "|---|---|---|---|---|"
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        hint = hints[name]
        meaning = next(mark.meaning for mark in hint.__metadata__ if isinstance(mark, Doc))
        default = "required" if field.default is PydanticUndefined else _code(field.default)
        value = value_in_words(hint)
        shown = "" if _models_in(hint) or name == "flows" else _code(example[name])
        yield f"| `{name}` | {value} | {default} | {meaning} | {shown} |"


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _models_in(hint: Any) -> list[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [model for inner in get_args(hint) for model in _models_in(inner)]


def _level(hint: Any) -> str:
    """Return how deep below its field a model stands: ``.SLUG.LANGUAGE`` for prompts."""
    words = value_in_words(hint)
    keys = re.findall(r"mapping from text \((\w+)\)", words)
    return "[…]" if words.startswith("list") else "".join(f".{key.upper()}" for key in keys)


def _members(value: Any, model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and set(value) <= set(model.model_fields):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _members(inner, model)


if __name__ == "__main__":
    write()
