"""`duudlaga up`, `down` and `home`: start and stop everything of this copy."""

import sys
import time
from typing import Annotated

import typer

from ari_app.commands.progress import Progress
from ari_app.commands.texts import Texts
from ari_app.places import Places
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone import up as standalone
from ari_app.standalone.doctor_asterisk import fallback
from ari_app.standalone.status import Status
from ari_app.standalone.status import status as status_now

app = typer.Typer()


@app.command()
def up(
    context: typer.Context,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Come back when all is ready.")
    ] = False,
) -> None:
    """Start everything on this machine and watch over it.

    What dies is started again. Ctrl-C stops everything; `duudlaga down` does too, from elsewhere.
    """
    texts: Texts = context.obj
    settings = Settings.load()
    progress = Progress(texts)
    began = time.monotonic()

    def show(status: Status) -> None:
        if progress.show(status) and status.phase == "running":
            seconds = f"{time.monotonic() - began:.0f}"
            typer.echo(texts("up.ready", home=settings.home, seconds=seconds))
            _say_what_is_next(settings, texts)
            _warn(settings, texts)
            typer.echo(texts("up.detached" if detach else "up.how_to_stop"))

    standalone.up(settings, detach=detach, show=show)
    if not detach:
        typer.echo(texts("down.stopped"))


@app.command()
def down(context: typer.Context) -> None:
    """Stop everything that `up` started."""
    texts: Texts = context.obj
    settings = Settings.load()
    progress = Progress(texts, known=status_now(settings))

    def show(status: Status) -> None:
        progress.show(status)

    stopped = standalone.down(settings, show=show)
    typer.echo(texts("down.stopped" if stopped else "down.nothing_runs"))


@app.command()
def home() -> None:
    """Print the folder that holds everything of this copy."""
    typer.echo(Places.load().home)


def _warn(settings: Settings, texts: Texts) -> None:
    """What runs, and yet would let callers down, is said at once and not only by the doctor."""
    found = fallback(settings)
    if found.grade != "ok":
        why, advice = texts.said(found.fact), texts.said(found.advice)
        typer.secho(texts("up.no_fallback", why=why, advice=advice), fg="yellow")


def _say_what_is_next(settings: Settings, texts: Texts) -> None:
    numbers = Snapshot.open(settings.snapshot).numbers
    if numbers:
        typer.echo(texts("up.next", command=f"{sys.argv[0]} call {min(numbers)}"))
    typer.echo(texts("up.phone"))
