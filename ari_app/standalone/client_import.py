"""All that importing clients means: their rows, their prompts' sounds, the published snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.media.media_error import MediaError
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompt_import import import_prompt
from ari_app.media.speech import speak_client_prompt
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.store.database import Connection
from ari_app.store.importing import Imported, PromptSource, import_documents


@dataclass(frozen=True)
class ImportReport:
    """What was done. `version` is the snapshot in force; `None` after a dry run."""

    imported: Imported
    problems: tuple[str, ...]
    version: str | None


def import_clients(
    settings: Settings, connection: Connection, files: Sequence[Path], *, dry_run: bool = False
) -> ImportReport:
    """Import the documents; raises `DocumentError` with every mistake, and nothing is changed.

    A prompt whose sound cannot be made is a problem in the report, and does not stop the others:
    callers hear the standard words in its place.
    """

    def has_sound(client: str, prompt: str, language: str) -> bool:
        return client_prompt(settings.home, client, language, prompt).is_file()

    imported = import_documents(connection, files, has_sound=has_sound, dry_run=dry_run)
    if dry_run:
        return ImportReport(imported, (), None)
    problems = []
    for prompt in imported.prompts:
        try:
            _make(settings, prompt)
        except MediaError as error:
            problems.append(str(error))
    return ImportReport(imported, tuple(problems), publish(connection, settings.snapshot))


def _make(settings: Settings, prompt: PromptSource) -> None:
    if prompt.file is not None:
        where = (prompt.client, prompt.prompt, prompt.language)
        import_prompt(settings, *where, prompt.file, mark="from its document")
        return
    assert prompt.text is not None, "a prompt has either text or file"
    speak_client_prompt(settings, prompt.client, prompt.prompt, prompt.language, prompt.text)
