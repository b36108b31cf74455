"""What is wrong in files of clients, agents and flows, before anything is imported."""

from collections.abc import Iterable
from pathlib import Path

from ari_app.places import Places
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.client_import import MUSIC, sounds_of
from ari_app.store.archive import opened
from ari_app.store.check import House, check, documents_of, read_or_tell
from ari_app.store.document_file import DocumentError, Finding, is_flow
from ari_app.store.flow_check import findings_of_flow
from ari_app.store.yaml_file import read_yaml


def findings(paths: Iterable[Path], places: Places) -> list[Finding]:
    """Hold documents against the rules, and against what is published on this machine.

    The same check goes before every import. A flow in a file of its own is taken at its word on
    names of prompts, queues and calendars.
    """
    with opened(list(paths)) as sources:
        return sources.named(_findings(sources.paths, places))


def _findings(paths: Iterable[Path], places: Places) -> list[Finding]:
    found: list[Finding] = []
    documents = []
    for path in documents_of(paths):
        try:
            file = read_yaml(path)
            if is_flow(file.content):
                found += findings_of_flow(file)
            else:
                documents.append(read_or_tell(file, MUSIC))
        except DocumentError as error:
            found += error.findings
    return [*found, *check(documents, house(places), sounds_of(places))]


def house(places: Places) -> House:
    """The agents and numbers that are published here; nobody's, when nothing is."""
    if not (places.snapshot / "current").exists():
        return House(music=MUSIC)
    snapshot = Snapshot.open(places.snapshot)
    owners = {number: owner["client"] for number, owner in snapshot.numbers.items()}
    return House(frozenset(snapshot.agents), owners, MUSIC)
