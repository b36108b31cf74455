"""Languages that a document names and callers do not hear, or hear without the client's words."""

from __future__ import annotations

from collections.abc import Iterator

from ari_app.flow.languages import LANGUAGES, heard_languages, unspoken
from ari_app.flow.said import Said
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentFile, Finding


def language_findings(file: DocumentFile, document: ClientDocument) -> Iterator[Finding]:
    """Yield what is wrong; languages within flows are the flows' own findings."""
    if document.language not in LANGUAGES:
        yield file.find(["language"], unspoken(document.language))
    for slug, languages in document.prompts.items():
        for language in languages:
            if language not in LANGUAGES:
                yield file.find(["prompts", slug, language], unspoken(language))
    heard = heard_languages(document.language, document.flows.values())
    there = {language for prompt in document.prompts.values() for language in prompt}
    if not there or not {*heard, *there} <= set(LANGUAGES):
        return  # the rest would only follow from this
    known = ", ".join(heard)
    for slug, languages in document.prompts.items():
        for language in sorted(set(languages) - set(heard)):
            said = Said("nobody hears it: the flows of this client speak {known}", known=known)
            yield file.find(["prompts", slug, language], said, "warning")
    for language in heard:
        if language not in there:
            said = Said("callers can hear {language}, and no prompt is in it; they hear another "
                        "language in its place", language=language)  # fmt: skip
            yield file.find(["prompts"], said, "warning")
