"""`duudlaga calls`: the last calls, or the story of one."""

from typing import Annotated
from uuid import UUID

import typer

from ari_app.commands.call_rows import (
    Row,
    from_history,
    from_journal,
    lines_from_history,
)
from ari_app.commands.database import DatabaseAwayError, house_database
from ari_app.commands.journal_view import Line, open_view
from ari_app.commands.output import print_json, print_table
from ari_app.commands.story import told
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339, wall_clock
from ari_app.settings import Settings
from ari_app.store.database import transaction

app = typer.Typer()

_COLUMNS = ("offered_at", "client", "number", "caller", "outcome", "agent", "id")


@app.command()
def calls(
    context: typer.Context,
    client: Annotated[str | None, typer.Option(help="Only this client's calls.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
    call: Annotated[UUID | None, typer.Option(help="Tell the story of this call.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the last calls, or tell the story of one.

    Without Postgres this machine's journal answers: it has the same fields for the calls that it
    still holds.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    wanted = str(call) if call else None
    rows, lines = _find(settings, texts, client, wanted, limit)
    if wanted and not rows and not lines:
        typer.echo(texts("calls.unknown", call=wanted), err=True)
        raise typer.Exit(1)
    if as_json:
        print_json([row | {"entries": _as_json(lines)} for row in rows] if wanted else rows)
    elif wanted:
        for line in lines:
            typer.echo(told(line.entry, texts))
        _print_recording(rows, texts)
    elif rows:
        print_table([_for_people(row, texts) for row in rows], _COLUMNS)
    else:
        typer.echo(texts("calls.none"))


def _find(
    settings: Settings, texts: Texts, client: str | None, call: str | None, limit: int
) -> tuple[list[Row], list[Line]]:
    """The rows and, of one call, its entries: the fullest account that can be had now."""
    with open_view(settings.journal) as journal:
        lines = journal.of_call(call) if journal and call else []
        try:
            with house_database(settings) as connection, transaction(connection) as cursor:
                rows = from_history(
                    cursor, settings.recordings, client=client, call=call, limit=limit
                )
                shipped = lines_from_history(cursor, call) if call else []
                if rows or not lines:
                    return rows, max(lines, shipped, key=len)
        except DatabaseAwayError as error:
            typer.echo(texts("calls.from_journal", reason=error.reason), err=True)
        if journal is None:
            return [], []
        found = from_journal(journal, settings.recordings, client=client, call=call, limit=limit)
        return found, lines


def _as_json(lines: list[Line]) -> list[Row]:
    return [
        {"kind": line.entry.kind, "at": rfc3339(line.entry.at), "data": line.entry.data}
        for line in lines
    ]


def _print_recording(rows: list[Row], texts: Texts) -> None:
    for row in rows:
        if row["recording"]:
            typer.echo(texts("call.recording", path=row["recording"]))


def _for_people(row: Row, texts: Texts) -> Row:
    return row | {
        "offered_at": wall_clock(row["offered_at"]),
        "outcome": texts.word(row["outcome"]) if row["outcome"] else None,
    }
