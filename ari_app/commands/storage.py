"""`duudlaga migrate` and `rebuild`: the database's tables, and what is derived in them."""

from typing import Annotated

import typer

from ari_app.commands.database import house_database, owner_database, superuser_database
from ari_app.commands.texts import Texts
from ari_app.journal.ship import rebuild as derive_anew
from ari_app.settings import Settings
from ari_app.store.migrate import migrate as apply_missing
from ari_app.store.roles import prepare_server

app = typer.Typer()


@app.command()
def migrate(
    context: typer.Context,
    superuser: Annotated[
        str | None,
        typer.Option(
            metavar="DSN", help="First make the roles and the database, as `host=… user=postgres`."
        ),
    ] = None,
) -> None:
    """Bring the database up to this version's tables.

    `duudlaga up` does so by itself. Doing it again changes nothing. A Postgres that exists already
    is made ready with --superuser, once; its roles get the passwords of this copy.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    if superuser is not None:
        with superuser_database(superuser) as server:
            prepare_server(server, settings.postgres_passwords, settings.postgres_database)
        typer.echo(texts("migrate.prepared", database=settings.postgres_database))
    with owner_database(settings) as owner:
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
