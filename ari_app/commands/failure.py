"""What a person sees when a command fails: one sentence, never a traceback."""

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

import typer

from ari_app.commands.texts import Texts
from ari_app.commands.usage import typed_wrongly
from ari_app.flow.said import Said


@contextmanager
def as_program(texts: Texts) -> Iterator[None]:
    """Run a command as a program: what it prints never breaks it, and its end is an exit status.

    A terminal of another encoding gets what it cannot show as numbers. What was typed wrongly is
    told in lines that are not wrapped.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except typer.Abort:
        sys.exit(1)
    except typer.TyperException as error:
        _show(error, texts)
        sys.exit(error.exit_code)


def _show(error: typer.TyperException, texts: Texts) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        return  # the help stands there already
    context = getattr(error, "ctx", None)
    if context is not None:
        typer.echo(context.get_usage(), err=True)
    label = texts("usage.error")
    typer.echo(f"{label}: {typed_wrongly(error, texts)}", err=True)


@contextmanager
def report_failure(texts: Texts) -> Iterator[None]:
    """Print the exception's sentence on standard error and leave with exit status 1.

    The project's own exceptions carry a sentence made for people. Any other one is a fault of the
    program: it goes, whole, to log/commands.log of the home, and the sentence says so.
    """
    try:
        yield
        sys.stdout.flush()  # a pipe that nobody reads any more is noticed here, not at the exit
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise  # typer's own way to end a command or to refuse its arguments
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stdout = None  # or Python complains once more at its exit
        raise typer.Exit(0) from None
    except Exception as error:  # the last place where it can become a sentence
        typer.echo(_sentence(error, texts), err=True)
        raise typer.Exit(1) from error


def _sentence(error: Exception, texts: Texts) -> str:
    if type(error).__module__.startswith("ari_app."):
        from ari_app.commands.output import printable  # noqa: PLC0415 - loads rich

        said = any(isinstance(each, Said) for each in error.args)
        text = "\n".join(map(texts.said, error.args)) if said else str(error).rstrip()
        is_name = said and texts.begins_with_a_name(error.args[0])
        if text.partition(" ")[0].isalpha() and not is_name:  # names stay as they are
            text = text[:1].upper() + text[1:]
        text = "\n".join(map(printable, text.split("\n")))
        return text + ("" if text.endswith((".", "!", "?")) else ".")
    kind = f"{type(error).__name__}: {error}".splitlines()[0]
    try:
        return texts("failure.unforeseen", kind=kind, log=_keep(error))
    except Exception as no_log:  # noqa: BLE001 - the first fault is the one to tell
        return texts("failure.unforeseen_unkept", kind=kind, why=no_log)


def _keep(error: Exception) -> Path:
    from ari_app.places import Places  # noqa: PLC0415 - slow to load, and seldom needed

    log = Places.load().home / "log" / "commands.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    line = {
        "timestamp": datetime.now(UTC).isoformat(),
        "level": "error",
        "event": "command_failed",
        "arguments": sys.argv[1:],
        "exception": "".join(traceback.format_exception(error)),
    }
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return log
