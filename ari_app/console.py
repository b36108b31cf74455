"""Where text for people goes: fitted to a terminal, and never wrapped for anything else."""

from rich.console import Console

_UNWRAPPED = 100_000


class _Console(Console):
    """Leaves a closed pipe to whoever runs the command, as `print` does."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - rich calls this while it handles the BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """A console on standard output, or on standard error.

    A program or a file gets each message and each row of a table on one line, whatever the width
    that the environment tells.
    """
    made = _Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made.width = _UNWRAPPED
    return made
