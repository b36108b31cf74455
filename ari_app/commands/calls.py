"""`duudlaga calls`: the last calls, or the story of one."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from ari_app.caller import caller_number
from ari_app.commands.call_rows import (
    Row,
    Wanted,
    from_history,
    from_journal,
    lines_from_history,
    outcome_of,
)
from ari_app.commands.database import DatabaseAwayError, cursor_of
from ari_app.commands.journal_view import Line, open_view
from ari_app.commands.names import agent_names, clocks, refuse_unknown
from ari_app.commands.output import print_json, print_table
from ari_app.commands.recording_lines import recording_lines
from ari_app.commands.story import told
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339
from ari_app.flow.entries import OUTCOMES
from ari_app.flow.said import Said
from ari_app.flow.unassigned import HOUSE
from ari_app.operations.refused import RefusedError
from ari_app.settings import Settings

app = typer.Typer()

Outcome = StrEnum("Outcome", {name.upper(): name for name in OUTCOMES})  # type: ignore[misc]

_COLUMNS = ("offered_at", "client", "number", "caller", "outcome", "agent", "id")


@app.command()
def calls(  # noqa: PLR0913, PLR0917 - an argument for each option
    context: typer.Context,
    client: Annotated[str | None, typer.Option(help="Only this client's calls.")] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only of this day, on the client's clock."),
    ] = None,
    caller: Annotated[str | None, typer.Option(help="Only from this number.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only those whom this agent talked to.")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only those that ended so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
    call: Annotated[UUID | None, typer.Option(help="Tell the story of this call.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the last calls, or tell the story of one.

    Without Postgres this machine's journal answers: it has the same fields for the calls that it
    still holds. Times are on the client's clock.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    clock = clocks(settings)
    wanted = Wanted(
        limit,
        clock,
        call=str(call) if call else None,
        client=client,
        day=day.date() if day else None,
        caller=(caller_number(caller) or caller) if caller else None,
        agent=agent,
        outcome=outcome,
    )
    rows, lines = _find(settings, texts, wanted)
    if call and not rows and not lines:
        raise RefusedError(Said("there is no call {call}", call=call))
    if not rows and not call:
        refuse_unknown(settings, client=None if client == HOUSE else client, agent=agent)
    if as_json:
        print_json([row | {"entries": _as_json(lines)} for row in rows] if call else rows)
    elif call:
        names = agent_names(settings)
        for line in lines:
            typer.echo(told(line.entry, texts, clock.of(line.client), names))
        entries = [line.entry for line in lines]
        for sentence in recording_lines(entries, str(call), settings.recordings, texts):
            typer.echo(sentence)
    elif rows:
        names = agent_names(settings)
        shown = [_for_people(row, texts, names) for row in clock.told(rows, "offered_at")]
        print_table(shown, _COLUMNS, texts)
    else:
        typer.echo(texts("calls.none"))


def _find(settings: Settings, texts: Texts, wanted: Wanted) -> tuple[list[Row], list[Line]]:
    """The rows and, of one call, its entries: the fullest account that can be had now."""
    call = wanted.call
    with open_view(settings.journal) as journal:
        lines = journal.of_call(call) if journal and call else []
        try:
            with cursor_of(settings, wanted.client) as cursor:
                rows = from_history(cursor, settings.recordings, wanted)
                shipped = lines_from_history(cursor, call) if call else []
                if rows or not lines:
                    return rows, max(lines, shipped, key=len)
        except DatabaseAwayError as error:
            typer.echo(texts("calls.from_journal", reason=texts.said(error.reason)), err=True)
        if journal is None:
            return [], []
        return from_journal(journal, settings.recordings, wanted), lines


def _as_json(lines: list[Line]) -> list[Row]:
    return [
        {"kind": line.entry.kind, "at": rfc3339(line.entry.at), "data": line.entry.data}
        for line in lines
    ]


def _for_people(row: Row, texts: Texts, names: Mapping[str, str]) -> Row:
    return row | {
        "outcome": outcome_of(row, texts),
        "agent": names.get(row["agent"], row["agent"]),
    }
