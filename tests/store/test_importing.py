"""An administrator describes a client in a file; what is wrong with it is said plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ari_app.store.database import Connection, transaction
from ari_app.store.document_file import DocumentError, read_document
from ari_app.store.exporting import client_slugs, load_agents, load_client, to_yaml
from ari_app.store.importing import import_documents
from tests.store.anu_clinic import AGENTS, ANU_CLINIC

real = pytest.mark.real


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "menu.wav").write_bytes(b"RIFF")
    (tmp_path / "anu.yaml").write_text(ANU_CLINIC, encoding="utf-8")
    (tmp_path / "agents.yaml").write_text(AGENTS, encoding="utf-8")
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / "anu.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "anu.yaml").write_text(text.replace(old, new), encoding="utf-8")


def refusal(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    return str(caught.value)


def test_a_menus_keys_and_a_date_are_text_without_quotes(folder: Path) -> None:
    document = read_document(folder / "anu.yaml").content.model_dump()
    assert document["flows"]["main"]["nodes"]["menu"]["exits"]["1"] == "reception"
    assert document["calendars"]["main"]["exceptions"][0]["date"] == "2026-12-31"
    assert document["numbers"][0]["number"] == "+97670110001"


def test_a_misspelt_field_is_named_with_file_line_and_path(folder: Path) -> None:
    change(folder, "{wrap_up_seconds: 20", "{wrapup_seconds: 20")
    file = folder / "anu.yaml"
    assert refusal(file) == (
        f"{file}, line 16, queues.reception.wrapup_seconds: nobody knows this field."
    )


def test_every_wrong_value_is_named_at_once(folder: Path) -> None:
    change(folder, "09:00-18:00", "9-18")
    change(folder, "Asia/Ulaanbaatar", "Asia/Ulan")
    change(folder, "name: Ану эмнэлэг\n", "")
    said = refusal(folder / "anu.yaml")
    assert "calendars.main.weekly.mon.0: '9-18' should read like 09:00-18:00." in said
    assert "line 3, timezone: 'Asia/Ulan' is no time zone" in said
    assert "line 1, name: this field is missing." in said


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("flow: main,", "flow: mian,", "number +97670110001 leads to flow 'mian', not found"),
        ("fallback_queue: reception", "fallback_queue: x", "fallback_queue 'x' is not among"),
        ('{text: "Сайн байна уу"}', "{}", "prompts.welcome.mn: a prompt has either text or file"),
        ("name: Ану эмнэлэг", "name: a\nname: b", "line 3: key 'name' stands twice"),
        ("queues:", "queues: [", "line "),
    ],
)
def test_what_does_not_fit_together_is_refused(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    change(folder, old, new)
    assert sentence in refusal(folder / "anu.yaml")


@real
def test_what_goes_in_comes_out_again(folder: Path, writer: Connection) -> None:
    imported = import_documents(writer, [folder])
    assert imported.clients == ("anu-clinic",)
    assert imported.agents == ("bold", "saraa")
    assert imported.revisions == (("anu-clinic", "main", 1),)
    assert {(p.prompt, p.language) for p in imported.prompts} == {("welcome", "mn"), ("menu", "mn")}
    with transaction(writer) as cursor:
        client = load_client(cursor, "anu-clinic")
        agents = load_agents(cursor)
    assert client is not None
    assert client == read_document(folder / "anu.yaml").content
    assert agents == read_document(folder / "agents.yaml").content
    (folder / "anu.yaml").write_text(to_yaml(client), encoding="utf-8")
    assert read_document(folder / "anu.yaml").content == client
    again = import_documents(writer, [folder])
    assert (again.revisions, again.prompts) == ((), ())


@real
def test_a_changed_flow_is_the_next_revision_and_the_old_one_stays(
    folder: Path, writer: Connection
) -> None:
    import_documents(writer, [folder])
    change(folder, "name: Main\n", "name: Changed\n")
    assert import_documents(writer, [folder]).revisions == (("anu-clinic", "main", 2),)
    with transaction(writer) as cursor:
        cursor.execute("SELECT definition->>'name' FROM flow_revisions ORDER BY revision")
        assert [name for (name,) in cursor.fetchall()] == ["Main", "Changed"]


@real
def test_a_withdrawn_flow_comes_back_under_a_new_number(folder: Path, writer: Connection) -> None:
    change(
        folder,
        "flows:\n",
        "flows:\n  extra: {spec_version: 1, name: Extra, language: mn,"
        " start: bye, nodes: {bye: {type: hangup}}}\n",
    )
    with_extra = (folder / "anu.yaml").read_text(encoding="utf-8")
    import_documents(writer, [folder])
    (folder / "anu.yaml").write_text(ANU_CLINIC, encoding="utf-8")
    import_documents(writer, [folder])
    with transaction(writer) as cursor:
        client = load_client(cursor, "anu-clinic")
        assert client is not None
        assert set(client.flows) == {"main"}
    (folder / "anu.yaml").write_text(with_extra, encoding="utf-8")
    assert import_documents(writer, [folder]).revisions == (("anu-clinic", "extra", 2),)


def second_client(folder: Path) -> Path:
    content = yaml.safe_load(ANU_CLINIC)
    content["client"] = "tavan-bank"
    path = folder / "bank.yaml"
    text = ANU_CLINIC.replace("client: anu-clinic", "client: tavan-bank")
    path.write_text(text, encoding="utf-8")
    return path


@real
def test_two_clients_with_one_number_are_both_named(folder: Path, writer: Connection) -> None:
    second_client(folder)
    with pytest.raises(DocumentError) as caught:
        import_documents(writer, [folder])
    said = str(caught.value)
    assert "number +97670110001 of client tavan-bank belongs to client anu-clinic in" in said
    assert "bank.yaml, line 9, numbers.0" in said
    with transaction(writer) as cursor:
        assert client_slugs(cursor) == []


@real
def test_a_number_of_a_client_imported_before_is_not_taken(
    folder: Path, writer: Connection
) -> None:
    import_documents(writer, [folder])
    with pytest.raises(DocumentError, match="belongs to client anu-clinic already"):
        import_documents(writer, [second_client(folder)])


@real
def test_a_number_may_move_from_one_client_to_another(folder: Path, writer: Connection) -> None:
    import_documents(writer, [folder])
    second_client(folder)
    change(folder, '  - {number: "+976 7011-0001", flow: main, label: "Main"}\n', "")
    change(folder, "numbers:\n", "")
    import_documents(writer, [folder])
    with transaction(writer) as cursor:
        cursor.execute("SELECT number, client_id FROM numbers")
        assert cursor.fetchall() == [("+97670110001", "tavan-bank")]


@real
def test_a_missing_recording_and_an_unknown_agent_are_named(
    folder: Path, writer: Connection
) -> None:
    change(folder, "saraa: 3", "sara: 3")
    with pytest.raises(DocumentError, match=r"agents\.sara: the house has no agent sara"):
        import_documents(writer, [folder])
    (folder / "audio" / "menu.wav").unlink()
    with pytest.raises(
        DocumentError, match=r"prompts\.menu\.mn\.file: there is no file audio/menu\.wav"
    ):
        import_documents(writer, [folder])


@real
def test_a_new_recording_under_the_same_name_is_noticed(folder: Path, writer: Connection) -> None:
    import_documents(writer, [folder])
    (folder / "audio" / "menu.wav").write_bytes(b"RIFF, new")
    (changed,) = import_documents(writer, [folder]).prompts
    assert (changed.prompt, changed.file) == ("menu", folder / "audio" / "menu.wav")


@real
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("1: reception", "1: recepton", "line 30, flows.main.nodes.menu.exits.1: "),
        ("prompt: menu", "prompt: manu", "flows.main.nodes.menu.prompt: "),
        ("type: hangup", "type: hang_up", "flows.main.nodes.bye"),
        ("start: welcome", "start: wellcome", "flows.main.start: "),
    ],
)
def test_a_broken_flow_is_refused_with_node_and_field(
    folder: Path, writer: Connection, old: str, new: str, sentence: str
) -> None:
    change(folder, old, new)
    with pytest.raises(DocumentError) as caught:
        import_documents(writer, [folder])
    assert sentence in str(caught.value)


@real
def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    folder: Path, writer: Connection
) -> None:
    assert import_documents(writer, [folder], dry_run=True).clients == ("anu-clinic",)
    with transaction(writer) as cursor:
        assert client_slugs(cursor) == []


@real
def test_a_prompt_whose_sound_is_gone_is_made_again(folder: Path, writer: Connection) -> None:
    import_documents(writer, [folder])
    again = import_documents(writer, [folder], has_sound=lambda _c, prompt, _l: prompt != "menu")
    assert [prompt.prompt for prompt in again.prompts] == ["menu"]


def test_a_country_without_known_holidays_is_refused(folder: Path) -> None:
    change(folder, "country: MN", "country: XX")
    assert "calendars.main.holidays" in refusal(folder / "anu.yaml")


_CLIENT = "client: a\nname: A\nlanguage: mn\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "should hold a mapping"),
        (b"[1, 2]", "should hold a mapping"),
        (bytes(range(256)), "cannot be read"),
        (b"client: a\0b", "is no YAML"),
        (b'client: "a\\0b"', "line 1: 'a\\x00b' has a control character"),
        (b"client: a\n\nclient: b\n", "line 3: key 'client' stands twice"),
        (b"client: a\n---\nclient: b\n", "another document"),
        (b"? [a, b]\n: c\n", "line 1: a key should be text"),
        (b"client: !!python/object/apply:os.system [id]", "line 1: could not determine"),
        (b"client: &a {b: *a}", "recursive"),
        (b"client: " + b"[" * 3000 + b"]" * 3000, "is no YAML"),
        (b"client: " + b"a" * 2_000_000, "is larger than 2 MB"),
        (b"client: 5\nname: A\nlanguage: mn\n", "line 1, client: this should be text"),
        (f"{_CLIENT}numbers: [{{number: +97670110001, flow: main}}]".encode(), "put it in quotes"),
        (f"{_CLIENT}numbers: 5".encode(), "line 4, numbers: this should be a list"),
        (f"{_CLIENT}flows: {{main: [1]}}".encode(), "line 4, flows.main: this should be a mapping"),
        (f"{_CLIENT}queues: {{q: {{weight: .inf}}}}".encode(), "line 4, queues.q.weight: "),
        (f"{_CLIENT}timezone: Mars/Base".encode(), "line 4, timezone: 'Mars/Base' is no time zone"),
        (
            f"{_CLIENT}numbers: [{{number: '+99912345', flow: main}}]".encode(),
            "numbers.0.number: +99912345 begins with the code of no country",
        ),
    ],
)
def test_what_is_no_document_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "client.yaml"
    file.write_bytes(content)
    said = refusal(file)
    assert words in said
    assert said.startswith(str(file))


def test_a_folder_or_nothing_in_a_files_place_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path)
    assert "cannot be read" in refusal(tmp_path / "nothing.yaml")
