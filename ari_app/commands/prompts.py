"""`duudlaga prompt`: bring in what callers hear."""

from pathlib import Path
from typing import Annotated

import typer

from ari_app.commands.texts import Texts
from ari_app.flow.languages import heard_languages
from ari_app.flow.said import Said, meant, shown
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompt_import import import_prompt
from ari_app.operations.refused import RefusedError, no_client
from ari_app.places import Places
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.account import give_back

app = typer.Typer(no_args_is_help=True, help="Bring in what callers hear.")


@app.callback()
def _group() -> None:
    """Bring in what callers hear."""


@app.command("import")
def import_(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client's slug.")],
    prompt: Annotated[str, typer.Argument(help="The prompt's slug, as flows name it.")],
    file: Annotated[Path, typer.Argument(help="A recording in any common format.")],
    spoken: Annotated[
        str | None,
        typer.Option("--in", metavar="LANGUAGE", help="Its language; else the client's."),
    ] = None,
) -> None:
    """Take a recording as a client's prompt: converted, trimmed, levelled, heard at once.

    It stands in the place of what the client's document names there, spoken or recorded. A later
    import of the document does not speak over it, and an export takes it along.
    """
    texts: Texts = context.obj
    places = Places.load()
    house = Snapshot.open(places.snapshot)
    _refuse_unknown(house, client, prompt)
    spoken = spoken or str(house.clients[client]["language"])
    _refuse_unheard(house, client, spoken)
    _refuse_unnamed(house, client, prompt, spoken, file)
    sound = import_prompt(places, client, prompt, spoken, file)
    give_back(places.home)
    path = client_prompt(places.home, client, spoken, prompt)
    typer.echo(texts("prompt.imported", seconds=f"{sound.seconds:.1f}", path=path))


def _refuse_unknown(house: Snapshot, client: str, prompt: str) -> None:
    """A recording that no flow plays would lie there unheard."""
    if client not in house.clients:
        raise no_client(client, house.clients)
    prompts = house.clients[client]["prompts"]
    if prompt not in prompts:
        said = Said(
            "client {client} has no prompt {prompt}; it has: {known}. A new one is named in the "
            "client's document first",
            client=client, prompt=prompt, known=", ".join(sorted(prompts)) or "-",
        )  # fmt: skip
        raise RefusedError(meant(said, prompt, prompts))


def _refuse_unheard(house: Snapshot, client: str, language: str) -> None:
    """Nor would one be heard in a language that none of the client's flows speaks."""
    facts = house.clients[client]
    flows = [flow["definition"] for flow in facts["flows"].values()]
    heard = heard_languages(facts["language"], flows)
    if language not in heard:
        said = Said("client {client} is heard in {known}, and not in {language}",
                    client=client, known=", ".join(heard), language=language)  # fmt: skip
        raise RefusedError(said)


def _refuse_unnamed(house: Snapshot, client: str, prompt: str, language: str, file: Path) -> None:
    """One that the document does not have would not be in its export, and lost with a move."""
    known = house.clients[client]["prompts"][prompt]
    if language not in known:
        said = Said(
            "client {client} has the prompt {prompt} in {known}, and not in {language}. Name it in "
            "the client's document, and import that: `{language}: {{file: {file}}}`",
            client=client, prompt=prompt, known=", ".join(known), language=language,
            file=shown(file.name),
        )  # fmt: skip
        raise RefusedError(said)
