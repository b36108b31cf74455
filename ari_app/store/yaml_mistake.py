"""What is said of a file that is no YAML: our sentences for the slips of people who write it.

PyYAML tells where it gave up and on what; the line itself tells why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from ari_app.flow.said import Said, shown

_TWO_COLONS = re.compile(r"^\s*(- )?[^\s#'\"{\[][^:]*: +[^'\"{\[|>].*: ")
_HASH = re.compile(r"[{,\[]\s*#|\s#\S?\s*:")
_CLOSING = re.compile(r"but found '([\]}])'")
_APOSTROPHE = re.compile(r"'[^']*\w'\w")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEY_OF_HASH = re.compile(r"^\s*#\s*:\s")

Explained = tuple[int, Said]
"""The line, counted from 1, and what is wrong there."""


OPEN_QUOTES = Said("the quotes that open on this line are not closed")


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Explained:
    """Return the line to look at, and what to write there."""
    at = error.problem_mark or error.context_mark
    number = at.line if at else 0
    problem = error.problem or ""
    opened = error.context_mark.line if error.context_mark else number
    line = lines[number] if number < len(lines) else ""
    for n in (number, opened, number - 1):
        if 0 <= n < len(lines) and "\t" in lines[n]:
            return n + 1, _tab(lines[n])
    if "alias" in f"{error.context}{problem}" or "anchor" in f"{error.context}":
        mark = "&" if "anchor" in f"{error.context}" else "*"
        return opened + 1, _quote(mark)
    if "cannot start any token" in problem:
        return number + 1, _quote(line[at.column : at.column + 1] if at else "@")
    if quotes := _quotes(lines, number, at.column if at else 0):
        return quotes
    if "mapping values are not allowed" in problem:
        return number + 1, _too_many_colons(line)
    return _unfinished(error, lines, number, opened)


def _quotes(lines: Sequence[str], number: int, column: int) -> Explained | None:
    """Explain double quotes that open and do not close, or close before their text does.

    They come in pairs: when an odd number of lines has an odd number of them, the last such line
    up to the one at fault began it.
    """
    odd = [
        n
        for n, line in enumerate(lines)
        if not line.lstrip().startswith("#") and line.replace('\\"', "").count('"') % 2
    ]
    before = [n for n in odd if n <= number]
    if len(odd) % 2 and before:
        return before[-1] + 1, OPEN_QUOTES
    if number < len(lines) and lines[number][:column].rstrip().endswith('"'):
        return number + 1, Said(
            "this text goes on after its quotes; write single quotes around the whole of it"
        )
    return None


def _too_many_colons(line: str) -> Said:
    if not _TWO_COLONS.match(line):
        return _INDENTED
    text = f'"{shown(line.split(": ", 1)[1].strip())}"'
    return Said("a text with a colon and a space in it stands in quotes: {example}", example=text)


def _second_colon(line: str, column: int) -> Said:
    """Explain a colon within a value in { }: one of the text, or that of the next field."""
    begin = max(line.rfind(sign, 0, column) for sign in "{,[")
    value = begin + 1 if line[begin] == "[" else line.find(": ", begin, column) + 2
    ends = [end for sign in "}]," if (end := line.find(sign, column)) > 0]
    text = f'"{shown(line[value : min(ends, default=len(line))].strip())}"'
    *before, last = line[value:column].split() or [""]
    if before and _NAME.fullmatch(last):
        return Said("a comma is missing before `{field}`, or a text with a colon and a space in it "
                    "stands in quotes: {example}", field=last, example=text)  # fmt: skip
    return Said("a text with a colon and a space in it stands in quotes: {example}", example=text)


def _unfinished(
    error: yaml.MarkedYAMLError, lines: Sequence[str], number: int, opened: int
) -> Explained:
    """Explain what was begun on one line and missed on another."""
    at = error.problem_mark
    problem, context = error.problem or "", error.context or ""
    if "while parsing a flow" in context:
        for n in range(opened, min(number + 1, len(lines))):
            if _HASH.search(lines[n]):
                return n + 1, Said('a # begins a comment; put the key in quotes: "#"')
        if at is not None and opened == number and "got ':'" in problem:
            return number + 1, _second_colon(lines[number], at.column)
        return opened + 1, Said(
            "what is opened on this line with {{ or [ is not closed, or a comma is missing"
        )
    if "quoted scalar" in context and "end of stream" in problem:
        return opened + 1, OPEN_QUOTES
    if "simple key" in context or "expected ':'" in problem:
        return opened + 1, Said("a colon and a space are missing after the first word of this line")
    line = lines[number] if number < len(lines) else ""
    return number + 1, _on_the_line(problem, context, line)


def _on_the_line(problem: str, context: str, line: str) -> Said:
    if "quoted scalar" in context and "escape" in problem:
        return Said(
            "a backslash stands doubled in double quotes, or write single quotes around the text"
        )
    if "expected a single document" in context:
        return Said("a second document begins here; a file holds one, without ---")
    if closing := _CLOSING.search(problem):
        return Said("a {sign} stands here that nothing opened", sign=closing[1])
    if _APOSTROPHE.search(line):
        return Said("a text with an apostrophe stands in double quotes")
    if "block" in context or "block" in problem:
        return _INDENTED
    return Said("this line is no YAML; put texts with signs such as %, @, :, # or ` in quotes")


_INDENTED = Said(
    "this line is indented in another way than its neighbours; "
    "what belongs together begins in the same column, with spaces"
)


def _tab(line: str) -> Said:
    if line[: len(line) - len(line.lstrip())].count("\t"):
        return Said("the line begins with a tab; use spaces")
    return Said("a tab stands in this line; use spaces")


def _quote(sign: str) -> Said:
    if sign in ("*", "&"):
        return Said('a key or text that begins with {sign} stands in quotes: "{sign}"', sign=sign)
    return Said('a text that begins with {sign} stands in quotes: "{sign}…"', sign=shown(sign))


def commented_keys(lines: Sequence[str]) -> list[Explained]:
    """Return the lines that were meant as the key ``#``, and are comments as they stand."""
    return [
        (n, Said('a # begins a comment; put the key in quotes: "#"'))
        for n, line in enumerate(lines, 1)
        if _KEY_OF_HASH.match(line)
    ]
