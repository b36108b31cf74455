"""`duudlaga status`: what runs, since when, every address, and the figures of now."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from ari_app.commands.addresses import addresses
from ari_app.commands.database import DatabaseAwayError, house_database
from ari_app.commands.health_rows import health_of, sentences
from ari_app.commands.journal_view import open_view
from ari_app.commands.names import agent_names, with_slug
from ari_app.commands.output import cell, print_json, print_table
from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339, wall_clock
from ari_app.journal.reconcile import UNLOGGED_AFTER_SECONDS
from ari_app.settings import Settings
from ari_app.standalone.simulated_phones import simulated
from ari_app.standalone.status import Status
from ari_app.standalone.status import status as status_now
from ari_app.store.calls import unlogged
from ari_app.store.database import transaction

app = typer.Typer()

COLUMNS = ("name", "state", "pid", "since", "restarts")


@app.command()
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what runs, since when, and every address.

    Exit status 1 when nothing runs.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    now = status_now(settings)
    report = {
        **_processes(settings, now),
        **addresses(settings),
        **_figures(settings),
        "simulated_phones": _simulated(settings),
    }
    if as_json:
        print_json(report)
    else:
        _print(report, texts, agent_names(settings), settings.timezone)
    if now.phase != "running":
        raise typer.Exit(1)


def _processes(settings: Settings, now: Status) -> dict[str, Any]:
    return {
        "home": now.home,
        "phase": now.phase,
        "pid": now.pid,
        "since": rfc3339(now.since),
        "failure": now.failure,
        "processes": [
            {
                "name": line.name,
                "state": line.health,
                "pid": line.pid,
                "since": rfc3339(line.since),
                "restarts": line.restarts,
                **health_of(settings, line.name),
            }
            for line in now.processes
        ],
    }


def _figures(settings: Settings) -> dict[str, Any]:
    with open_view(settings.journal) as journal:
        live_calls = journal.live_calls() if journal else 0
    return {"live_calls": live_calls, "calls_unlogged": _unlogged(settings)}


def _unlogged(settings: Settings) -> int | None:
    """How many calls only the witness knows; `None` when Postgres cannot be asked."""
    try:
        with house_database(settings) as connection, transaction(connection) as cursor:
            return unlogged(cursor, datetime.now(UTC) - timedelta(seconds=UNLOGGED_AFTER_SECONDS))
    except DatabaseAwayError:
        return None


def _simulated(settings: Settings) -> list[str]:
    """The agents whose phones the second Asterisk plays; none before the first start."""
    return simulated(settings) if settings.current_snapshot.exists() else []


def _print(report: dict[str, Any], texts: Texts, names: Mapping[str, str], zone: str) -> None:
    typer.echo(texts("status.home", home=report["home"]))
    if report["phase"] == "stopped":
        typer.echo(texts("status.nothing_runs"))
        return
    if report["failure"]:
        typer.echo(texts.said(report["failure"]))
    print_table(
        [
            line | {"state": texts.word(line["state"]), "since": wall_clock(line["since"], zone)}
            for line in report["processes"]
        ],
        COLUMNS,
        texts,
    )
    for sentence in sentences(report["processes"], texts, zone):
        typer.echo(cell(sentence))
    missing = report["calls_unlogged"]
    typer.echo(texts("status.live_calls", count=report["live_calls"]))
    count = texts("status.unknown") if missing is None else missing
    typer.echo(texts("status.unlogged", count=count))
    if report["simulated_phones"]:
        agents = (with_slug(slug, names) for slug in report["simulated_phones"])
        typer.echo(texts("status.simulated", agents=", ".join(agents)))
    for name, place in (
        ("SIP", report["sip"]["uri"]),
        (texts("status.outside"), report["outside"]["uri"]),
        ("ARI", report["ari"]["url"]),
        ("AMI", f"{report['ami']['address']}:{report['ami']['port']}"),
        ("Postgres", report["postgres"]["dsn"]),
        ("Redis", report["redis"]["url"]),
    ):
        typer.echo(f"  {name:<9} {place}")
