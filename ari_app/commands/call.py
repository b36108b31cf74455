"""`duudlaga call`: a real call from the outside world, told while it happens."""

import asyncio
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from ari_app.commands.call_rows import outcome_of
from ari_app.commands.call_watch import CallWatch, Placed
from ari_app.commands.journal_view import Line
from ari_app.commands.names import agent_names, clocks
from ari_app.commands.output import print_json
from ari_app.commands.recording_lines import recording_lines
from ari_app.commands.story import told
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339
from ari_app.settings import Settings

app = typer.Typer()


@app.command()
def call(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A client's number, as +97670110001 or 70110001.")],
    press: Annotated[
        str, typer.Option(help="Keys to press once answered; w waits half a second, W a whole one.")
    ] = "",
    caller: Annotated[str, typer.Option("--from", help="The caller's number.")] = "99112233",
    name: Annotated[str, typer.Option(help="The caller's name.")] = "",
    hang_up_after: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds from the answer; else the house ends it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, at the end.")] = False,
) -> None:
    """Place a real call and watch what happens to it.

    It is a SIP call with sound, from the second Asterisk, which stands for the telephone network.
    Ctrl-C hangs up. In the end stand the outcome, the recording, what the caller heard, and when
    there was sound and when not.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    number = re.sub(r"[ ()./-]", "", number)  # as people write it
    if not as_json:
        typer.echo(texts("call.dialling", caller=caller, number=number))

    clock, names = clocks(settings), agent_names(settings)

    def tell(line: Line) -> None:
        if not as_json:
            typer.echo(told(line.entry, texts, clock.of(line.client), names))

    watch = CallWatch(settings, tell)
    placed = asyncio.run(watch.place(number, caller, name, press, hang_up_after))
    if as_json:
        print_json(_as_json(placed))
    else:
        _print(placed, texts, settings.recordings)
    if placed.row is None or placed.row["outcome"] is None:
        raise typer.Exit(1)


def _as_json(placed: Placed) -> dict[str, Any]:
    entries = [
        {"kind": line.entry.kind, "at": rfc3339(line.entry.at), "data": line.entry.data}
        for line in placed.lines
    ]
    sound = placed.sound.as_json() if placed.sound else None
    return {**(placed.row or {}), "heard": placed.heard, "sound": sound, "entries": entries}


def _print(placed: Placed, texts: Texts, recordings: Path) -> None:
    row = placed.row
    if placed.trouble:
        typer.echo(texts(placed.trouble))
    if row is None:
        typer.echo(texts("call.unlogged"))
    elif row["outcome"] is None:
        typer.echo(texts("call.no_outcome"))
    else:
        typer.echo(texts("call.outcome", outcome=outcome_of(row, texts)))
    if row:
        entries = [line.entry for line in placed.lines]
        about = recording_lines(entries, row["id"], recordings, texts)
        nothing = [] if placed.recorded else [texts("call.no_recording")]
        for sentence in about or nothing:
            typer.echo(sentence)
    if placed.heard:
        typer.echo(texts("call.heard", path=placed.heard))
    for line in placed.sound.told(texts) if placed.sound else ():
        typer.echo(line)
