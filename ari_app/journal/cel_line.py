"""One line of Asterisk's own account of calls (cel.jsonl), read in a way no caller can deceive."""

import re

# As in asterisk_conf/cel_custom.conf; Asterisk writes the names in small letters.
FIELDS = [
    "eventtype",
    "eventtime",
    "name",
    "num",
    "dnid",
    "exten",
    "context",
    "channame",
    "appname",
    "appdata",
    "uniqueid",
    "linkedid",
    "peer",
    "userfield",
    "eventextra",
    "tenantid",
    "accountcode",
]

# Asterisk 22.10.1 writes every quote of a value as \" and nothing else escaped, backslashes
# neither. So `,"num":"` cannot come out of a value, and the text between two such marks is exactly
# the value, while json.loads fails on a caller named \" and misreads one named \n.
# Tested by test_cel_line.py: "a caller whose name holds quotes and backslashes".
_LINE = re.compile(
    r"\{" + ",".join(rf'"{name}":"(?P<{name}>.*?)"' for name in FIELDS) + r"\}\s*", re.DOTALL
)


def parse_cel_line(line: str) -> dict[str, str] | None:
    """The fields of a line by their names in FIELDS; None for what is no whole line.

    A line is torn when Asterisk was killed while writing it, or when a dialled number holds a line
    feed (sip:1%0A2@…). Times are Unix seconds; `eventextra` is JSON, or empty.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    return {name: text.replace('\\"', '"') for name, text in match.groupdict().items()}
