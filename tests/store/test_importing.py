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


def test_a_menus_keys_and_a_date_are_text_without_quotes(folder: Path) -> None:
    document = read_document(folder / "anu.yaml").content.model_dump()
    assert document["flows"]["main"]["nodes"]["menu"]["exits"]["1"] == "reception"
    assert document["calendars"]["main"]["exceptions"][0]["date"] == "2026-12-31"
    assert document["numbers"][0]["number"] == "+97670110001"


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
    assert "bank.yaml, line 9, numbers.0.number: the number +97670110001 belongs to the" in said
    with transaction(writer) as cursor:
        assert client_slugs(cursor) == []


@real
def test_a_number_of_a_client_imported_before_is_not_taken(
    folder: Path, writer: Connection
) -> None:
    import_documents(writer, [folder])
    with pytest.raises(DocumentError, match="belongs to the client anu-clinic already"):
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
    with pytest.raises(
        DocumentError, match=r"agents\.sara: the house has no agent sara; did you mean `saraa`\?"
    ):
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
