"""`duudlaga migrate` and `rebuild`: the database's tables, and what is derived in them."""

import typer

from ari_app.commands.database import house_database, owner_database
from ari_app.commands.texts import Texts
from ari_app.journal.ship import rebuild as derive_anew
from ari_app.settings import Settings
from ari_app.store.migrate import migrate as apply_missing

app = typer.Typer()


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database up to this version's tables.

    `duudlaga up` does so by itself. Doing it again changes nothing.
    """
    texts: Texts = context.obj
    with owner_database(Settings.load()) as owner:
        applied = apply_missing(owner)
    for name in applied:
        typer.echo(texts("migrate.applied", name=name))
    if not applied:
        typer.echo(texts("migrate.nothing"))


@app.command()
def rebuild(context: typer.Context) -> None:
    """Derive the history of calls anew from its entries.

    Calls, legs and callbacks are deleted and made again in one transaction: nobody sees less in
    between. For a new version that derives more, or corrects a mistake.
    """
    texts: Texts = context.obj
    with house_database(Settings.load()) as connection:
        count = derive_anew(connection)
    typer.echo(texts("rebuild.done", count=count))
