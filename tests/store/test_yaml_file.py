"""What is no YAML, or grows beyond measure, is refused in a sentence, with its line."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from ari_app.commands.texts import Texts
from ari_app.flow.said import Said
from ari_app.store.document_file import DocumentError
from ari_app.store.yaml_file import read_yaml
from tests.commands.clinic import CLINIC
from tests.commands.test_sentences import templates


def refusal(folder: Path, content: str | bytes) -> DocumentError:
    file = folder / "client.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DocumentError) as caught:
        read_yaml(file)
    return caught.value


COLUMNS = (
    "this line is indented in another way than its neighbours; "
    "what belongs together begins in the same column, with spaces"
)
HASH = 'a # begins a comment; put the key in quotes: "#"'
CONTROL = "a control character stands in this line; remove it"
OPEN_QUOTES = "the quotes that open on this line are not closed"
AFTER_QUOTES = "this text goes on after its quotes; write single quotes around the whole of it"
COMMA_OR_COLON = (
    "a comma is missing before `{}`, or a text with a colon and a space in it stands in quotes: "
    '"{}"'
)
NO_YAML = "this line is no YAML; put texts with signs such as %, @, :, # or ` in quotes"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("a:\n  exits:\n    *: b\n", 3,
         'a key or text that begins with * stands in quotes: "*"'),
        ("a: {1: b, *: c}\n", 1, 'a key or text that begins with * stands in quotes: "*"'),
        ("a: {1: &}\n", 1, 'a key or text that begins with & stands in quotes: "&"'),
        ("a: {b: 1, c: *d}\n", 1, 'a key or text that begins with * stands in quotes: "*"'),
        ("a: {1: b, #: c}\nd: 1\ne: 2\n", 1, HASH),
        ("a:\n  1: x\n  #: y\n", 3, HASH),
        ("finish_key: #\nb: 1\n", 1,
         'a # begins a comment; put the value in quotes: "#"'),
        ("colour: #1971c2\n", 1,
         'a # begins a comment; put the value in quotes: "#1971c2"'),
        ("a:\n\tb: 1\n", 2, "the line begins with a tab; use spaces"),
        ("a:\n  b: 1\n\tc: 2\n", 3, "the line begins with a tab; use spaces"),
        ("a:\n  b:\t1\n", 2, "a tab stands in this line; use spaces"),
        ("a: @x\n", 1, 'a text that begins with @ stands in quotes: "@…"'),
        ("a: `x`\n", 1, 'a text that begins with ` stands in quotes: "`…"'),
        ("a: %x\n", 1, 'a text that begins with % stands in quotes: "%…"'),
        ("a: !x y\n", 1, 'a text that begins with ! stands in quotes: "!x …"'),
        ("name: Anu: clinic\n", 1,
         'a text with a colon and a space in it stands in quotes: "Anu: clinic"'),
        ("a: 1\n  b: 2\n", 2, COLUMNS),
        ("a:\n  b: 1\n c: 2\n", 3, COLUMNS),
        ("a: [1, 2\nb: 3\n", 1,
         "what is opened on this line with { or [ is not closed, or a comma is missing"),
        ("a: {b: 1 c: 2}\n", 1,
         COMMA_OR_COLON.format("c", "1 c: 2")),
        ("a: {b: Hello: press one}\n", 1,
         'a text with a colon and a space in it stands in quotes: "Hello: press one"'),
        ("a: {b: Second menu, press one again}\n", 1,
         'a text with a comma stands in quotes: "Second menu, press one again"'),
        ("a: {b: Hello, for sales, press one: now, c: 1}\n", 1,
         'a text with a comma stands in quotes: "Hello, for sales, press one: now"'),
        ("a: {1: b, 2}\n", 1,
         'a colon is missing after `2`, or a text with a comma stands in quotes: "b, 2"'),
        ('a: "x "y" z"\n', 1, AFTER_QUOTES),
        ('a: {b: "x" y}\n', 1, AFTER_QUOTES),
        ('a: x\nb: "x\nc: en\nd: "#e8"\n', 2, OPEN_QUOTES),
        ('a: x\nb: "x\nc: en\nd: "red"\n', 2, OPEN_QUOTES),
        ('a:\n  b: {text: "Hello}\n  c: {text: "Bye"}\n', 2, OPEN_QUOTES),
        ('a: "one\n  two"\nb: "x\nc: 1\nd: "y"\n', 3, OPEN_QUOTES),
        ("x: {a: 1}}\n", 1, "a } stands here that nothing opened"),
        ('a: "x\nb: 1\n', 1, "the quotes that open on this line are not closed"),
        ("a: 'it's'\n", 1, "a text with an apostrophe stands in double quotes"),
        ('a: "\\q"\n', 1,
         "a backslash stands doubled in double quotes, or write single quotes around the text"),
        ("a: 1\nbc\nd: 1\n", 2,
         "a colon and a space are missing after the first word of this line"),
        ("a: 1\n---\nb: 1\n", 2,
         "a second document begins here; a file holds one, without ---"),
        ("a: 1\n\na: 2\n", 3, "the key `a` stands twice"),
        ("? [a, b]\n: c\n", 1, "a key is a text, not a list or a mapping"),
        ("a: &x {b: *x}\n", 1, "this mapping contains itself by its alias"),
        ("a: !!python/object/apply:os.system [id]", 1,
         'a text that begins with ! stands in quotes: "!!python/object/apply:os.system …"'),
        ("a: x\0b", 1, CONTROL),
        ('\na: "x\\0b"', 2, CONTROL),
        ("%x\n", 2, NO_YAML),
        ("a: " + "9" * 5000, 1, "a number has at most 40 digits"),
        ("a: " + "[" * 60 + "]" * 60, 1,
         "mappings and lists stand in one another more than 40 deep"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line(
    tmp_path: Path, content: str, line: int, message: str
) -> None:
    error = refusal(tmp_path, content)
    assert str(error) == f"{tmp_path / 'client.yaml'}, line {line}: {message}."
    assert isinstance(error.args[0], Said)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ('a: "one\n  two: three"\nb: 1\n', "one two: three"),
        ("a: {b: 'one, two three', c: [x, y z]}\n", {"b": "one, two three", "c": ["x", "y z"]}),
        ("a: {b: http://x.y, c: 1}\n", {"b": "http://x.y", "c": 1}),
        ("a: {b: [x], c: }\n", {"b": ["x"], "c": None}),
    ],
)
def test_what_only_looks_like_a_slip_is_read(tmp_path: Path, content: str, value: object) -> None:
    file = tmp_path / "client.yaml"
    file.write_text(content, encoding="utf-8")
    assert read_yaml(file).content["a"] == value


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"# a comment alone\n", "the file is empty"),
        (b"[1, 2]", "a file holds the fields of a client, of agents or of a flow"),
        (bytes(range(256)), "the file is not in UTF-8; save it as UTF-8 text"),
        (b"a: " + b"x" * 1_000_000, "the document is larger than 500 kB"),
        (
            b"a: " + b"[" * 3000 + b"]" * 3000,
            "mappings and lists stand in one another more than 40 deep",
        ),
    ],
)
def test_what_is_no_document_at_all_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    assert str(refusal(tmp_path, content)) == f"{tmp_path / 'client.yaml'}: {message}."


def test_a_folder_or_nothing_in_a_files_place_is_named(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path, "this is a folder, not a file"),
        (tmp_path / "nothing.yaml", "there is no such file"),
    ):
        with pytest.raises(DocumentError) as caught:
            read_yaml(path)
        assert str(caught.value) == f"{path}: {message}."


def lists_of_lists(count: int) -> str:
    rows = ["l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    rows += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, count)]
    return "\n".join(rows)


def merges_of_merges(count: int) -> str:
    rows = ["l0: &l0 {a: 1, b: 2}"]
    rows += [f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}" for n in range(1, count)]
    return "\n".join(rows)


def long_texts(count: int) -> str:
    return f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * count)}]\n"


@pytest.mark.parametrize(
    "content", [lists_of_lists(12), merges_of_merges(12), long_texts(200), lists_of_lists(8)]
)
def test_aliases_that_multiply_are_refused_at_once(tmp_path: Path, content: str) -> None:
    began = time.monotonic()
    said = str(refusal(tmp_path, content))
    assert said.endswith("the aliases make the document larger than 500 kB; write less by aliases.")
    assert time.monotonic() - began < 2


def test_a_few_aliases_and_merge_keys_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text(
        "base: &b {ring_seconds: 25, wrap_up_seconds: 5}\n"
        "line: {<<: *b, ring_seconds: 30}\nother: *b\nthird: {<<: *b}\n",
        encoding="utf-8",
    )
    content = read_yaml(file).content
    assert content["line"] == {"ring_seconds": 30, "wrap_up_seconds": 5}
    assert content["other"] == content["third"] == {"ring_seconds": 25, "wrap_up_seconds": 5}


def test_keys_stay_text_and_a_comment_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text("exits: # where\n  1: a\n  no: b # or so\nday: 2026-12-31\n", encoding="utf-8")
    assert read_yaml(file).content == {"exits": {"1": "a", "no": "b"}, "day": "2026-12-31"}


def test_whatever_slips_in_a_sentence_of_ours_comes_out(tmp_path: Path) -> None:
    """A sound document with a slip of the finger: read, or refused in our words, with a line."""
    chance = random.Random(9)  # noqa: S311 - the same slips each time
    known, mongolian = templates(), Texts("mn")
    for _ in range(400):
        at = chance.randrange(len(CLINIC))
        slip = chance.choice("\t*&#:@`%!{}[]\"'|>?-,\n \\\0")
        text = CLINIC[:at] + slip + CLINIC[at + chance.randrange(3) :]
        (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
        try:
            read_yaml(tmp_path / "a.yaml")
        except DocumentError as error:
            for said in error.args:
                assert said.values["message"].template in known
                assert mongolian.said(said) != said, said
