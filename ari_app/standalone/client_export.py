"""A client as it leaves the house: its document, and the recordings that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.media.media_error import MediaError
from ari_app.media.prompt_recording import recording
from ari_app.store.archive import pack, recording_name
from ari_app.store.client_document import ClientDocument, PromptDocument
from ari_app.store.document_file import DocumentError
from ari_app.store.exporting import to_yaml


@dataclass(frozen=True)
class ClientExport:
    """`recordings` are the sound files by the name that the document has for them.

    `lost` are recordings that this machine does not have, or that cannot be read.
    """

    document: ClientDocument
    recordings: Mapping[str, bytes]
    lost: tuple[str, ...]

    def pack(self, path: Path) -> None:
        """Write both as one archive, from which the client can be imported again."""
        if self.lost:
            names = ", ".join(self.lost)
            raise DocumentError(
                Said("recordings are not on this machine, import them anew: {names}", names=names)
            )
        text = to_yaml(self.document).encode()
        pack(path, {f"{self.document.client}.yaml": text, **self.recordings})


def export_client(home: Path, document: ClientDocument) -> ClientExport:
    """Name every recording in the document, those too that were brought in over a spoken text."""
    recordings: dict[str, bytes] = {}
    lost: list[str] = []
    prompts: dict[str, dict[str, PromptDocument]] = {}
    for slug, languages in document.prompts.items():
        prompts[slug] = {}
        for language, prompt in languages.items():
            name = recording_name(language, slug)
            try:
                sound = recording(home, document.client, slug, language)
            except (MediaError, OSError):
                lost.append(f"{slug} ({language})")
                prompts[slug][language] = prompt
                continue
            if sound is not None:
                recordings[name] = sound
                prompts[slug][language] = PromptDocument(file=name)
                continue
            prompts[slug][language] = prompt
            if prompt.file is not None:
                lost.append(f"{slug} ({language})")
    return ClientExport(document.model_copy(update={"prompts": prompts}), recordings, tuple(lost))
