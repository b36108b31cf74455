"""The command `duudlaga`: which commands there are, and what they have in common.

A command's module is imported when that command runs, and not before: help stays quick, and a
library that cannot be loaded stops only the commands that need it.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from itertools import zip_longest
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from ari_app.commands.failure import as_program, report_failure
from ari_app.commands.help import spoken, translate, words_of
from ari_app.commands.texts import LANGUAGES, Texts, chosen_language
from ari_app.flow.said import Said


class _Listed(NamedTuple):
    """A command as the list shows it; `module` stands in ari_app/commands."""

    module: str
    panel: str
    help: str
    is_group: bool = False


_RUN, _CALL, _HOUSE, _KEEP = "Running", "Calls", "Clients and agents", "Storage"

COMMANDS = {
    "up": _Listed("running", _RUN, "Start everything on this machine and watch over it."),
    "down": _Listed("running", _RUN, "Stop everything that `up` started."),
    "status": _Listed("status", _RUN, "Show what runs, since when, and every address."),
    "doctor": _Listed("doctor", _RUN, "Check the machine and the copy, in red and green."),
    "home": _Listed("running", _RUN, "Print the folder that holds everything of this copy."),
    "call": _Listed("call", _CALL, "Place a real call and watch what happens to it."),
    "calls": _Listed("calls", _CALL, "List the last calls, or tell the story of one."),
    "messages": _Listed("messages", _CALL, "List the messages that callers left, newest first."),
    "callbacks": _Listed(
        "messages",
        _CALL,
        "List who is to be rung back: since when, why, and how many calls it stands for.",
    ),
    "client": _Listed("clients", _HOUSE, "Import, export, list and remove clients.", is_group=True),
    "flow": _Listed("flows", _HOUSE, "Validate a call flow, or walk through it.", is_group=True),
    "agent": _Listed("agents", _HOUSE, "Show agents, their states and phones.", is_group=True),
    "caller": _Listed(
        "callers", _HOUSE, "Block callers, prefer them, or list them.", is_group=True
    ),
    "prompt": _Listed("prompts", _HOUSE, "Bring in what callers hear.", is_group=True),
    "migrate": _Listed("storage", _KEEP, "Bring the database up to this version's tables."),
    "rebuild": _Listed("storage", _KEEP, "Derive the history of calls anew from its entries."),
}


class _Commands(TyperGroup):
    """Lists commands without loading them, and turns every failure into a sentence."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Exchange the listed command for the real one; typer calls this to run it."""
        name, listed, rest = super().resolve_command(ctx, args)
        command = load_command(name) if name in COMMANDS else listed
        translate(command, ctx.obj, ctx)
        return name, command, rest

    def get_help_option(self, ctx: Any) -> Any:
        """The option that asks for help, in the reader's language; typer calls this."""
        option = super().get_help_option(ctx)
        if option is not None and ctx.obj is not None:
            option.help = words_of(ctx.obj.language).get(str(option.help), option.help)
        return option

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and end with its exit status; the script and tests call this."""
        given = args[0] if args else extra.get("args")
        texts = Texts(_language_of(sys.argv[1:] if given is None else given))
        translate(self, texts)
        with spoken(texts), as_program(texts):
            sys.exit(super().main(*args, **(extra | {"standalone_mode": False, "obj": texts})))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it raises ends as a sentence and exit status 1."""
        with report_failure(ctx.obj):
            return super().invoke(ctx)


def load_command(name: str) -> Any:
    """The real command of this name, from its module."""
    listed = COMMANDS[name]
    group = typer.main.get_group(import_module(f"ari_app.commands.{listed.module}").app)
    return group if listed.is_group else group.commands[name]


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _name, _listed in COMMANDS.items():
    # `_Commands` exchanges it for the real one before it could run.
    app.command(_name, help=_listed.help, rich_help_panel=_listed.panel)(lambda: None)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo("duudlaga " + version("duudlaga"))
        raise typer.Exit


def _language_of(arguments: Sequence[str]) -> str:
    """The language of help, which typer gives before it has read `--language`."""
    for option, value in zip_longest(arguments, arguments[1:]):
        if option == "--language" and value in LANGUAGES:
            return value
        if option.removeprefix("--language=") in LANGUAGES and "=" in option:
            return option.removeprefix("--language=")
        if not option.startswith("-") and option not in LANGUAGES:
            break  # from the command on, words are its own
    wish = os.environ.get("DUUDLAGA_LANGUAGE")
    return wish if wish in LANGUAGES else chosen_language()


def _known_language(language: str | None) -> str | None:
    if language is not None and language not in LANGUAGES:
        said = Said("{language!r} is no language of the commands; they speak {known}.",
                    language=language, known=", ".join(LANGUAGES))  # fmt: skip
        raise typer.BadParameter(said)
    return language


@app.callback()
def prepare(
    context: typer.Context,
    language: Annotated[
        str | None,
        typer.Option(
            envvar="DUUDLAGA_LANGUAGE",
            callback=_known_language,
            help="en or mn; else as the terminal is set.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", callback=_print_version, is_eager=True, help="The version."
        ),
    ] = False,
) -> None:
    """Duudlaga answers calls for many companies with one team of agents.

    Begin with: duudlaga up. Then, in another window: duudlaga call NUMBER.
    """
    context.obj = Texts(language or context.obj.language)
