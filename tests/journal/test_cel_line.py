"""The witness's lines, as Asterisk 22.10.1 writes them, with callers who want to break them."""

import pytest

from ari_app.journal.cel_line import FIELDS, parse_cel_line


def as_asterisk_writes(**fields: str) -> str:
    texts = {name: fields.get(name, "").replace('"', '\\"') for name in FIELDS}
    return "{" + ",".join(f'"{name}":"{text}"' for name, text in texts.items()) + "}\n"


@pytest.mark.parametrize(
    "name",
    [
        "Болд",
        'Bold "the caller"',
        "ends in a backslash\\",
        '\\"',
        '\\","num":"110',
        '","num":"110',
        "\\n is two letters",
        "<script>${SHELL(id)}</script>",
        "'); DROP TABLE calls; --",
    ],
)
def test_a_caller_whose_name_holds_quotes_and_backslashes_changes_no_other_field(name: str) -> None:
    line = as_asterisk_writes(eventtype="CHAN_START", name=name, num="+97699112233")
    fields = parse_cel_line(line)
    assert fields is not None
    assert fields["name"] == name
    assert fields["num"] == "+97699112233"
    assert fields["eventtype"] == "CHAN_START"


def test_a_caller_cannot_forge_a_second_line_with_a_line_feed() -> None:
    forged = as_asterisk_writes(eventtype="ANSWER").strip()
    written = as_asterisk_writes(eventtype="CHAN_START", exten=f"1\n{forged}\n")
    assert [parse_cel_line(line) for line in written.splitlines()] == [None, None, None]


def test_a_line_that_was_torn_when_asterisk_was_killed_is_no_line() -> None:
    assert parse_cel_line(as_asterisk_writes(eventtype="HANGUP")[:-9]) is None
