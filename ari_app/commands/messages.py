"""`duudlaga messages` and `duudlaga callbacks`: what callers left, and who is to be rung back."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ari_app.commands.database import cursor_of
from ari_app.commands.names import clocks, refuse_unknown
from ari_app.commands.output import print_json, print_table
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339
from ari_app.operations.messages import list_messages
from ari_app.settings import Settings
from ari_app.store.callbacks import open_callbacks

app = typer.Typer()

_MESSAGES = ("client", "caller", "left_at", "seconds", "kind", "file")
_CALLBACKS = ("client", "number", "waiting_since", "reason", "misses", "queue", "id")
_Client = Annotated[str | None, typer.Option(help="Only this client's.")]
_Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def messages(
    context: typer.Context, client: _Client = None, limit: _Limit = 20, as_json: _Json = False
) -> None:
    """List the messages that callers left, newest first."""
    settings, texts = Settings.load(), context.obj
    with cursor_of(settings, client) as cursor:
        found = list_messages(cursor, client, limit)
    rows = [asdict(row) for row in found]
    for row in rows:
        row["left_at"] = rfc3339(row["left_at"])
        row["file"] = str(settings.recordings / row["file"]) if row["file"] else None
    _show(settings, texts, client, rows, _MESSAGES, as_json=as_json, none="messages.none")


@app.command()
def callbacks(
    context: typer.Context, client: _Client = None, limit: _Limit = 100, as_json: _Json = False
) -> None:
    """List who is to be rung back: since when, why, and how many calls it stands for."""
    settings, texts = Settings.load(), context.obj
    with cursor_of(settings, client) as cursor:
        found = open_callbacks(cursor, client)[:limit]
    rows = [asdict(row) for row in found]
    for row in rows:
        for name in ("opened_at", "last_missed_at", "waiting_since"):
            row[name] = rfc3339(row[name])
    _show(settings, texts, client, rows, _CALLBACKS, as_json=as_json, none="callbacks.none")


def _show(
    settings: Settings,
    texts: Texts,
    client: str | None,
    rows: list[dict[str, Any]],
    columns: tuple[str, ...],
    *,
    as_json: bool,
    none: str,
) -> None:
    if not rows and client is not None:
        refuse_unknown(settings, client=client)
    if as_json:
        print_json(rows)
    elif rows:
        column = "left_at" if "left_at" in columns else "waiting_since"
        timed = clocks(settings).told(rows, column)
        print_table([_for_people(row, texts) for row in timed], columns, texts)
    else:
        typer.echo(texts(none))


def _for_people(row: dict[str, Any], texts: Texts) -> dict[str, Any]:
    shown = dict(row)
    for name, value in row.items():
        if value is not None and name in ("kind", "reason"):
            shown[name] = texts.word(value)
        elif isinstance(value, float):
            shown[name] = f"{value:.0f}"
    return shown
