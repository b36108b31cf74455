"""`duudlaga doctor`: the checks, in red and green, as they are done."""

from dataclasses import asdict
from typing import Annotated

import typer

from ari_app.commands.output import cell, print_json
from ari_app.commands.texts import Texts
from ari_app.settings import Settings
from ari_app.standalone.doctor import examine
from ari_app.standalone.finding import Finding

app = typer.Typer()

_WIDTH = 12
_MARKS = {"ok": ("✔", "green"), "warn": ("!", "yellow"), "bad": ("✘", "red")}


@app.command()
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check the machine and the copy, in red and green.

    Each finding that is not green says what to do. Exit status 1 when one is red.
    """
    texts: Texts = context.obj
    findings = []
    for finding in examine(Settings.load()):
        findings.append(finding)
        if not as_json:
            _print(finding, texts)
    bad = sum(finding.grade == "bad" for finding in findings)
    doubtful = sum(finding.grade == "warn" for finding in findings)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    elif bad:
        typer.echo(texts("doctor.problems", count=bad))
    elif doubtful:
        typer.echo(texts("doctor.warnings", count=doubtful))
    else:
        typer.echo(texts("doctor.all_good"))
    if bad:
        raise typer.Exit(1)


def _print(finding: Finding, texts: Texts) -> None:
    mark, colour = _MARKS[finding.grade]
    name = texts.word(f"check_{finding.name.replace(' ', '_')}")
    typer.secho(f"{mark} {name:<{_WIDTH}} ", fg=colour, nl=False)
    typer.echo(_one_line(texts.said(finding.fact)))
    if finding.advice:
        typer.echo(f"  {'':<{_WIDTH}} → {_one_line(texts.said(finding.advice))}")


def _one_line(text: str) -> str:
    return cell(" ".join(text.split()))
