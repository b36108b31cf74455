"""`duudlaga caller`: whom a client knows, blocks and prefers."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ari_app.commands.database import cursor_of, house_database
from ari_app.commands.names import actor, clocks, refuse_unknown
from ari_app.commands.output import print_json, print_table
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339
from ari_app.operations.callers import Mark, list_callers, mark_caller
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.standalone.account import give_back

app = typer.Typer(no_args_is_help=True, help="Block callers, prefer them, or list them.")

_COLUMNS = ("number", "name", "blocked", "vip", "calls", "answered_calls", "last_call_at")
_Number = Annotated[str, typer.Argument(help="The caller's number, as people write it.")]
_Client = Annotated[str, typer.Option(help="The client's slug.")]


@app.command("list")
def list_(
    context: typer.Context,
    client: _Client,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only those who are blocked.")] = False,
    vip: Annotated[bool, typer.Option("--vip", help="Only those who are preferred.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List a client's callers, who called last first."""
    settings, texts = Settings.load(), context.obj
    mark: Mark | None = "blocked" if blocked else "vip" if vip else None
    with cursor_of(settings, client) as cursor:
        rows = [_row(asdict(each)) for each in list_callers(cursor, client, mark, limit)]
    if not rows:
        refuse_unknown(settings, client=client)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(clocks(settings).told(rows, "last_call_at"), _COLUMNS, texts)
    else:
        typer.echo(texts("caller.none"))


@app.command()
def block(context: typer.Context, number: _Number, client: _Client) -> None:
    """Refuse a caller's calls to a client from the next one on."""
    _mark(context.obj, number, client, "blocked", on=True)


@app.command()
def unblock(context: typer.Context, number: _Number, client: _Client) -> None:
    """Take a caller's calls again from the next one on."""
    _mark(context.obj, number, client, "blocked", on=False)


@app.command()
def vip(context: typer.Context, number: _Number, client: _Client) -> None:
    """Prefer a caller from the next call on, in flows that ask for it."""
    _mark(context.obj, number, client, "vip", on=True)


@app.command()
def unvip(context: typer.Context, number: _Number, client: _Client) -> None:
    """Prefer a caller no more."""
    _mark(context.obj, number, client, "vip", on=False)


def _mark(texts: Texts, written: str, client: str, mark: Mark, *, on: bool) -> None:
    settings = Settings.load()
    refuse_unknown(settings, client=client)
    with cursor_of(settings, client) as cursor:
        number, changed = mark_caller(cursor, client, written, mark, on=on, actor=actor())
    with house_database(settings) as connection:
        publish(connection, settings.snapshot)
    give_back(settings.home)
    done = f"caller.{mark}" if on else f"caller.not_{mark}"
    typer.echo(texts(done, number=number, client=client))
    if not changed:
        typer.echo(texts("caller.unchanged"))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"last_call_at": rfc3339(row["last_call_at"])}
