"""`duudlaga client`: import, export, list and remove the companies we answer for."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ari_app.commands.database import house_database
from ari_app.commands.journal_view import open_view
from ari_app.commands.names import actor
from ari_app.commands.output import can_show, print_json, print_table
from ari_app.commands.texts import Texts
from ari_app.flow.said import Said
from ari_app.operations.refused import has_live_calls, no_client
from ari_app.operations.removing import client_farewell, remove_client
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.standalone.account import give_back
from ari_app.standalone.client_export import export_client
from ari_app.standalone.client_import import ImportReport, import_clients
from ari_app.standalone.simulated_phones import give_agents_phones
from ari_app.store.archive import SUFFIX
from ari_app.store.client_document import ClientDocument
from ari_app.store.database import transaction
from ari_app.store.document_file import DocumentError
from ari_app.store.exporting import client_slugs, load_agents, load_client, to_yaml

app = typer.Typer(no_args_is_help=True, help="Import, export, list and remove clients.")

COLUMNS = ("client", "name", "language", "timezone", "numbers", "flows", "queues")


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Documents, archives of exports, or folders; agents before or with."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and change nothing.")
    ] = False,
) -> None:
    """Bring clients and agents in from their documents: all of them, or, with a mistake, none.

    A document is the whole truth of its client. Prompts are spoken or converted, and the new
    configuration counts from the next call on.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    with house_database(settings) as connection:
        report = import_clients(settings, connection, files, dry_run=dry_run)
    if report.imported.agents and not dry_run:
        give_agents_phones(settings)
    give_back(settings.home)
    for line in _lines(report, texts):
        typer.echo(line)
    for problem in report.problems:
        typer.echo(texts.said(problem), err=True)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def export(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client's slug, or `agents` for the agents.")],
    archive: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it there, with its recordings."),
    ] = None,
) -> None:
    """Print a client as the document from which it can be imported again.

    A client with recordings goes to another house as an archive; `client import` takes it as it is.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    with house_database(settings) as connection, transaction(connection) as cursor:
        document = load_agents(cursor) if client == "agents" else load_client(cursor, client)
        if document is None:
            raise no_client(client, client_slugs(cursor))
    if isinstance(document, ClientDocument):
        exported = export_client(settings.home, document)
        if archive is not None:
            exported.pack(_named_as_archive(archive))
            count = len(exported.recordings)
            typer.echo(texts("client.archived", file=archive, count=count))
            return
        document = exported.document
        if exported.lost:
            typer.echo(texts("client.lost", names=", ".join(exported.lost)), err=True)
        if exported.recordings:
            typer.echo(texts("client.has_recordings", count=len(exported.recordings)), err=True)
    elif archive is not None:
        raise DocumentError(Said("agents have no recordings; leave --archive out"))
    text = to_yaml(document)
    typer.echo(text if can_show(text) else to_yaml(document, ascii_only=True), nl=False)


def _named_as_archive(path: Path) -> Path:
    if path.suffix.lower() != SUFFIX:
        raise DocumentError(Said("write the archive's name with .zip at its end, not {file}",
                                 file=path))  # fmt: skip
    return path


@app.command()
def remove(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client's slug.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a client out of the house: numbers, flows, queues, prompts.

    Calls, recordings and callbacks stay on record. Refused while calls are live.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    with house_database(settings) as connection:
        with transaction(connection) as cursor:
            farewell = client_farewell(cursor, client)
        _refuse_live_calls(settings, client)
        typer.echo(
            texts(
                "client.farewell",
                client=client,
                numbers=", ".join(farewell.numbers) or "–",
                calls=farewell.calls,
                recordings=farewell.recordings,
                callbacks=farewell.callbacks,
            )
        )
        if not yes:
            typer.confirm(texts("client.remove", client=client), abort=True)
        with transaction(connection) as cursor:
            _refuse_live_calls(settings, client)
            remove_client(cursor, client, actor=actor())
        publish(connection, settings.snapshot)
    for prompts in (settings.client_prompts, settings.removed_prompts):
        shutil.rmtree(prompts / client, ignore_errors=True)
    give_back(settings.home)
    typer.echo(texts("client.removed", client=client))


def _refuse_live_calls(settings: Settings, client: str) -> None:
    """What this machine's journal knows, before Postgres does."""
    with open_view(settings.journal) as journal:
        count = journal.live_calls(client) if journal else 0
    if count:
        raise has_live_calls(client, count)


@app.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the clients with their numbers, flows and queues."""
    rows = []
    with house_database(Settings.load()) as connection, transaction(connection) as cursor:
        for slug in client_slugs(cursor):
            document = load_client(cursor, slug)
            assert document is not None, "one transaction sees the same clients throughout"
            rows.append(
                {
                    "client": slug,
                    "name": document.name,
                    "language": document.language,
                    "timezone": document.timezone,
                    "numbers": [number.number for number in document.numbers],
                    "flows": list(document.flows),
                    "queues": list(document.queues),
                }
            )
    if as_json:
        print_json(rows)
    else:
        print_table(rows, COLUMNS, context.obj)


def _lines(report: ImportReport, texts: Texts) -> Iterator[str]:
    """What the import did, one line each."""
    imported = report.imported
    tried = report.version is None
    for warning in imported.warnings:
        yield f"{texts.word(warning.severity)}: {texts.said(warning.sentence)}"
    for name in (*imported.agents, *imported.clients):
        yield texts("client.would_import" if tried else "client.imported", name=name)
    for client, flow, revision in imported.revisions:
        key = "client.would_publish" if tried else "client.published"
        yield texts(key, client=client, flow=flow, revision=revision)
    if imported.prompts:
        key = "client.would_make_prompts" if tried else "client.prompts"
        yield texts(key, count=len(imported.prompts))
    if report.leftovers:
        key = "client.would_lay_aside" if tried else "client.laid_aside"
        yield texts(key, count=len(report.leftovers))
    if tried:
        yield texts("client.nothing_changed")
    else:
        yield texts("client.in_force", version=report.version)
