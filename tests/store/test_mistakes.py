"""The mistakes that people make in a client's document: the whole sentence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ari_app.commands.texts import Texts
from ari_app.store.check import House, check, read_or_tell
from ari_app.store.document_file import DocumentError, Finding, read_document
from ari_app.store.yaml_file import read_yaml

SHOP = """\
client: shop
name: Shop
language: en
timezone: Asia/Ulaanbaatar
colour: "#e8590c"
numbers:
  - {number: "+97677551002", flow: main}
calendars:
  main:
    weekly: {mon: ["09:00-18:00"]}
    exceptions:
      - {date: 2026-12-30, hours: ["09:00-12:00"]}
    holidays: {country: MN}
queues:
  sales: {}
prompts:
  hello: {en: {text: Hello}}
agents: {bold: 5}
flows:
  main:
    spec_version: 1
    start: hello
    nodes:
      hello: {type: greeting, prompt: hello, refuse_recording_key: "9", exits: {done: menu}}
      menu: {type: menu, prompt: hello, timeout_seconds: 3, exits: {"1": sales, max_tries: bye}}
      sales: {type: queue, queue: sales, max_wait_seconds: 60, exits: {timeout: bye}}
      bye: {type: voicemail}
"""

HOUSE = House(frozenset({"bold"}), {"+97670110001": "clinic"})


def found(folder: Path, text: str) -> list[Finding]:
    file = folder / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        return check([read_or_tell(read_yaml(file), HOUSE.music)], HOUSE)
    except DocumentError as error:
        return list(error.findings)


def sentences(folder: Path, text: str, language: str) -> list[str]:
    """Without the folder: ``shop.yaml, line 7, …``."""
    texts = Texts(language)
    return [texts.said(each.sentence).replace(f"{folder}/", "") for each in found(folder, text)]


def test_the_document_of_these_tests_is_in_order(tmp_path: Path) -> None:
    assert sentences(tmp_path, SHOP, "en") == []


MISTAKES = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[each["mistake"] for each in MISTAKES])
def test_a_mistake_is_said_in_one_sentence(tmp_path: Path, mistake: dict[str, str]) -> None:
    assert mistake["old"] in SHOP
    text = SHOP.replace(mistake["old"], mistake["new"], 1)
    for language in ("en", "mn"):
        said = sentences(tmp_path, text, language)
        assert said == [f"shop.yaml, {mistake[language]}"]


OFFERED = re.compile(r'"([^"]+)"|[`]([^`]+)[`]|write ([^ ,;`"]+) without')


@pytest.mark.parametrize(
    "mistake", [each for each in MISTAKES if "right" in each], ids=lambda each: each["mistake"]
)
def test_who_does_what_the_sentence_says_has_what_was_meant(
    tmp_path: Path, mistake: dict[str, str]
) -> None:
    right = SHOP.replace(mistake["old"], mistake["right"], 1)
    assert sentences(tmp_path, right, "en") == []
    for language in ("en", "mn"):
        (*_, offered) = OFFERED.findall(mistake[language])
        assert next(filter(None, offered)) in mistake["right"]


@pytest.mark.parametrize(
    "raw",
    ["007", "010", "0x1F", "0b11", "1_000", "1.10", "1.0e+3", "12:30", "1:30:00", "-5", "+5", ".5",
     "yes", "Off", "TRUE", "no", "+97699009900", "976"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Shop", "name: RAW"),
        ("{text: Hello}", "{text: RAW}"),
        ("      bye: {", "      note: {type: set, variables: {a: RAW}}\n      bye: {"),
    ],
)
def test_a_text_that_is_put_in_quotes_as_advised_is_the_text_that_was_written(
    tmp_path: Path, raw: str, old: str, new: str
) -> None:
    text = SHOP.replace(old, new, 1)
    said = " ".join(sentences(tmp_path, text.replace("RAW", raw), "en"))
    assert re.findall(r'quotes.*: ("[^"]+")', said) == [f'"{raw}"']
    obeyed = " ".join(sentences(tmp_path, text.replace("RAW", f'"{raw}"'), "en"))
    assert "quotes" not in obeyed


def test_all_mistakes_of_a_document_are_told_in_one_round(tmp_path: Path) -> None:
    """Of form, of hours, and of a flow; after mending the first kind there is nothing new."""
    text = (
        SHOP.replace('mon: ["09:00-18:00"]', 'mon: ["9-18"], tue: ["19:00-18:00"]')
        .replace("  sales: {}", "  sales: {wieght: 2}")
        .replace("{timeout: bye}", "{timeout: byee}")
    )
    told = sentences(tmp_path, text, "en")
    assert [re.sub(r"shop.yaml, line \d+, ([^:]+):.*", r"\1", each) for each in told] == [
        "calendars.main.weekly.mon.0",
        "queues.sales.wieght",
        "calendars.main.weekly.tue.0",
        "flows.main.nodes.sales.exits.timeout",
    ]
    mended = text.replace("9-18", "09:00-18:00").replace("wieght", "weight")
    assert sentences(tmp_path, mended, "en") == told[2:]


def test_a_night_is_no_slip(tmp_path: Path) -> None:
    text = SHOP.replace("09:00-18:00", "22:00-06:00")
    assert sentences(tmp_path, text, "en") == []


def test_the_findings_of_hours_that_are_taken_are_warnings(tmp_path: Path) -> None:
    for span in ('"19:00-18:00"', '"09:00-12:00", "11:00-18:00"'):
        (finding,) = found(tmp_path, SHOP.replace('"09:00-18:00"', span))
        assert finding.severity == "warning"


def test_the_agents_document_misspelt_is_named(tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text("agent:\n  bold: {name: Болд}\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert str(caught.value) == (
        f"{file}, line 1, agent: nobody knows the field `agent`; did you mean `agents`?"
    )


def test_a_document_of_nothing_known_is_asked_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text("x: 1\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert str(caught.value) == (
        f"{file}, line 1: the document says not what it is: a client's has the field `client`, "
        "the agents' has `agents`."
    )
