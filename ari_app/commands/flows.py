"""`duudlaga flow`: hold a flow against the rules, or walk through it without a telephone."""

import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ari_app.commands.flow_findings import findings
from ari_app.commands.flow_source import flow_source
from ari_app.commands.output import cell, print_json
from ari_app.commands.texts import Texts
from ari_app.flow.engine import Flow
from ari_app.flow.events import CallOffered
from ari_app.flow.said import Said
from ari_app.flow.simulate import HELP, Simulator
from ari_app.places import Places
from ari_app.store.document_file import Finding

app = typer.Typer(no_args_is_help=True, help="Validate a call flow, or walk through it.")

_WAITS = {"w": "wait 0.5", "W": "wait 1", "p": ""}
"""As in `duudlaga call --press`, but for `p`: a simulated caller knows when a prompt is over."""
_PATIENCE_SECONDS = 1800
_ITEM = re.compile(r"\b(client|standard):([\w/-]+)")


@app.command()
def validate(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="Flows, clients' or agents' documents, or folders of them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold documents and flows against the rules; exit with 1 when one would be refused.

    Every finding names the file, the line and the field. Warnings do not forbid an import. It is
    the check that every import makes.
    """
    texts: Texts = context.obj
    found = findings(files, Places.load())
    if as_json:
        print_json([_as_json(finding, texts) for finding in found])
    for finding in () if as_json else found:
        typer.echo(f"{texts.word(finding.severity)}: {texts.said(finding.sentence)}")
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)
    if not as_json:
        for file in files:
            typer.echo(texts("flow.valid", file=file))


def _as_json(finding: Finding, texts: Texts) -> dict[str, Any]:
    return {
        "file": str(finding.file),
        "line": finding.line,
        "path": finding.path,
        "message": texts.said(finding.message),
        "severity": finding.severity,
    }


@app.command()
def simulate(
    context: typer.Context,
    place: Annotated[
        str, typer.Argument(metavar="FILE|CLIENT", help="A client's or flow's file, or a slug.")
    ],
    flow: Annotated[str, typer.Option(help="Which of the client's flows.")] = "main",
    press: Annotated[
        str | None,
        typer.Option(
            help="Keys to press without asking; w waits half a second, W a whole one, and p for "
            "the end of a prompt."
        ),
    ] = None,
    caller: Annotated[str | None, typer.Option("--from", help="The caller's number.")] = None,
    at: Annotated[
        datetime | None, typer.Option(help="When the call comes in, on the client's clock.")
    ] = None,
) -> None:
    """Walk through a flow: what would a caller hear, and what would become of the call?

    It is led by the interpreter of live calls, and by what you type: keys, `wait 30`, `hang up`,
    `agent bold answers`. With --press the caller presses those keys, listens on for half an hour,
    and hangs up.
    """
    texts: Texts = context.obj
    source = flow_source(place, flow, Places.load().snapshot)
    loaded = Flow.load(source.bundle)
    when = at.replace(tzinfo=ZoneInfo(loaded.timezone)) if at else datetime.now().astimezone()

    def tell(said: Said) -> None:
        line = texts.said(said)
        typer.echo(cell(line) if "\n" not in line else line)
        for kind, name in _ITEM.findall(line):
            if words := source.words(kind, name, loaded.language):
                typer.echo(f"      “{cell(words)}”")

    lines = iter(_typed(texts) if press is None else _pressed(press))
    simulator = Simulator(loaded, tell, when.timestamp())
    simulator.take(CallOffered(caller_number=caller, caller_raw=caller or ""))
    while simulator.run.outcome is None and (line := next(lines, None)) is not None:
        simulator.feed(line.strip())


def _pressed(press: str) -> Iterable[str]:
    """The lines of somebody who presses these keys and then only listens."""
    for key in press:
        if key not in "0123456789*#" and key not in _WAITS:
            raise typer.BadParameter(
                Said(
                    "{key!r} is no key; they are 0-9, * and #, w and W to wait half a second or a "
                    "whole one, and p to wait for the end of a prompt.",
                    key=key,
                )
            )
    keys = [_WAITS.get(key, key) for key in press]
    return [*keys, f"wait {_PATIENCE_SECONDS}", "hang up"]


def _typed(texts: Texts) -> Iterable[str]:
    """The lines that a person types; the end of the input is the end of the walk."""
    typer.echo(texts.said(HELP))
    while True:
        typer.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line
