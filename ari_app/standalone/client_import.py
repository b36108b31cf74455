"""All that importing clients means: their rows, their prompts' sounds, the published snapshot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ari_app.media.leftovers import lay_aside, leftover_sounds
from ari_app.media.media_error import MediaError
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompt_import import import_prompt, recording_problem
from ari_app.media.prompt_recording import FROM_DOCUMENT, recording, take_over
from ari_app.media.speech import speak_client_prompt
from ari_app.places import REPOSITORY, Places
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.store.archive import Opened, opened
from ari_app.store.check import Sounds
from ari_app.store.database import Connection
from ari_app.store.document_file import DocumentError
from ari_app.store.importing import Imported, PromptSource, import_documents


@dataclass(frozen=True)
class ImportReport:
    """What was done. `version` is the snapshot in force; `None` after a dry run.

    `leftovers` are sounds that the documents do not name any more.
    """

    imported: Imported
    problems: tuple[str, ...]
    leftovers: tuple[Path, ...]
    version: str | None


def import_clients(
    settings: Settings, connection: Connection, files: Sequence[Path], *, dry_run: bool = False
) -> ImportReport:
    """Import the documents; raises `DocumentError` with every mistake, and nothing is changed.

    A prompt whose sound cannot be made is a problem in the report, and does not stop the others:
    callers hear the standard words in its place. Sounds that the documents do not name any more
    are laid aside once nothing published names them.
    """

    def has_sound(client: str, prompt: str, language: str) -> bool:
        return client_prompt(settings.home, client, language, prompt).is_file()

    with opened(files) as sources:
        try:
            imported = import_documents(
                connection,
                sources.paths,
                has_sound=has_sound,
                sounds=sounds_of(settings),
                music=MUSIC,
                dry_run=dry_run,
            )
        except DocumentError as error:
            raise DocumentError(findings=sources.named(error.findings)) from error
        imported = replace(imported, warnings=tuple(sources.named(imported.warnings)))
        leftovers = tuple(leftover_sounds(settings, imported.clients, imported.named))
        if dry_run:
            return ImportReport(imported, (), leftovers, None)
        problems = []
        for prompt in imported.prompts:
            try:
                _make(settings, prompt, sources)
            except MediaError as error:
                problems.append(error.args[0])
    version = publish(connection, settings.snapshot)
    lay_aside(settings, leftovers)
    return ImportReport(imported, tuple(problems), leftovers, version)


def _music_of(configuration: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\[([^]]+)\]", configuration, re.MULTILINE)) - {"general"}


MUSIC = _music_of((REPOSITORY / "asterisk_conf" / "musiconhold.conf").read_text(encoding="utf-8"))
"""The music that Asterisk has."""


def sounds_of(places: Places) -> Sounds:
    """What a check has to know of recordings in this home."""

    def kept(client: str, prompt: str, language: str) -> bytes | None:
        try:
            return recording(places.home, client, prompt, language)
        except (MediaError, OSError):
            return None  # one that cannot be read is as good as none: the document must bring it

    return Sounds(lambda path: recording_problem(places, path), kept)


def _make(settings: Settings, prompt: PromptSource, sources: Opened) -> None:
    where = (prompt.client, prompt.prompt, prompt.language)
    if prompt.file is not None:
        if not (sources.holds(prompt.file) and take_over(settings, *where, prompt.file)):
            import_prompt(settings, *where, prompt.file, mark=FROM_DOCUMENT)
        return
    assert prompt.text is not None, "a prompt has either text or file"
    speak_client_prompt(settings, *where, prompt.text)
