"""What a person sees while parts are fetched."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class FetchProgress:
    """A bar for each step of each part on a terminal; in a log, a line when a step begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description:34}"),
            BarColumn(),
            TextColumn("{task.fields[amount]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def begin(self, step: str, total: int) -> TaskID:
        """Show a step of `total` bytes or packages; its bar stands at nothing."""
        if not self._console.is_terminal:
            self._console.print(step, markup=False)
        return self._bars.add_task(step, total=total, amount="")

    def show(self, bar: TaskID, done: int, amount: str) -> None:
        """Move a step's bar to `done`, said to a person as `amount`."""
        self._bars.update(bar, completed=done, amount=amount)
