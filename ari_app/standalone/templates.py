"""Configuration files are templates: `@word@` is filled in."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.standalone.service_error import ServiceError

_WORD = re.compile(r"@([a-z_]+)@")
# Not the characters that end a value or begin something else in Asterisk's files and dialplan.
_PLAIN = re.compile(r"[\w /.:+~-]*")


def render_folder(sources: Sequence[Path], target: Path, values: Mapping[str, object]) -> None:
    """Fill in the `*.conf` of all `sources` and write them into `target`, which holds no others.

    A file in a later folder stands in for one of the same name in an earlier folder. The files
    hold passwords, so only their owner may read them. Raises `ServiceError` for a word without a
    value, and for a value that would break a file, such as a path with a comma.
    """
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    templates = {path.name: path for source in sources for path in source.glob("*.conf")}
    for old in target.glob("*.conf"):
        if old.name not in templates:
            old.unlink()
    for name, template in templates.items():
        new = target / f"{name}.new"
        new.touch(mode=0o600)
        new.write_text(_filled(template, values))
        new.rename(target / name)


def _filled(template: Path, values: Mapping[str, object]) -> str:
    def fill(match: re.Match[str]) -> str:
        word = match[1]
        if word not in values:
            raise ServiceError(
                Said(
                    "{template} asks for @{word}@, which nobody fills in.",
                    template=template,
                    word=word,
                )
            )
        value = str(values[word])
        if not _PLAIN.fullmatch(value):
            raise ServiceError(
                Said(
                    "{value!r} cannot stand in {template} ({word}): use letters, digits, "
                    "spaces and _ - + ~ . : / only. Choose another folder with "
                    "DUUDLAGA_HOME.",
                    value=value,
                    template=template.name,
                    word=word,
                )
            )
        return value

    return _WORD.sub(fill, template.read_text())
