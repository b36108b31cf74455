"""`duudlaga prompt`: bring in what callers hear."""

from pathlib import Path
from typing import Annotated

import typer

from ari_app.commands.clients import unknown_client
from ari_app.commands.texts import Texts
from ari_app.flow.said import Said, meant
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompt_import import import_prompt
from ari_app.places import Places
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.account import give_back
from ari_app.store.document_file import DocumentError

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
    spoken: Annotated[str, typer.Option("--in", metavar="LANGUAGE", help="Its language.")] = "mn",
) -> None:
    """Take a recording as a client's prompt: converted, trimmed, levelled, heard at once.

    It stands in the place of what was spoken or recorded there before, and a later import of the
    client's document does not speak over it.
    """
    texts: Texts = context.obj
    places = Places.load()
    _refuse_unknown(Snapshot.open(places.snapshot), client, prompt)
    sound = import_prompt(places, client, prompt, spoken, file)
    give_back(places.home)
    path = client_prompt(places.home, client, spoken, prompt)
    typer.echo(texts("prompt.imported", seconds=f"{sound.seconds:.1f}", path=path))


def _refuse_unknown(house: Snapshot, client: str, prompt: str) -> None:
    """A recording that no flow plays would lie there unheard."""
    if client not in house.clients:
        raise DocumentError(unknown_client(client, list(house.clients)))
    prompts = house.clients[client]["prompts"]
    if prompt not in prompts:
        said = Said(
            "client {client} has no prompt {prompt}; it has: {known}. A new one is named in the "
            "client's document first",
            client=client, prompt=prompt, known=", ".join(sorted(prompts)) or "-",
        )  # fmt: skip
        raise DocumentError(meant(said, prompt, prompts))
