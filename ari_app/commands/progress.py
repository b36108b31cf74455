"""What starts and stops, one line for each change worth telling."""

import typer

from ari_app.commands.texts import Texts
from ari_app.standalone.status import Status


class Progress:
    """Prints what has changed since the last status that was shown."""

    def __init__(self, texts: Texts, known: Status | None = None) -> None:
        """`known` is the status from which on changes are news; without it nothing runs yet."""
        self._texts = texts
        self._last = known

    def show(self, status: Status) -> bool:
        """Print the news; tell whether the phase is another than before."""
        last, self._last = self._last, status
        before = {line.name: line.health for line in last.processes} if last else {}
        for line in status.processes:
            if line.health in ("ready", "restarting", "stopped") and line.health != before.get(
                line.name, "stopped"
            ):
                typer.echo(f"  {line.name:<12} {self._texts.word(line.health)}")
        if status.step and status.step != (last.step if last else None):
            typer.echo(f"  {self._texts.word(f'step_{status.step}')} …")
        return last is None or last.phase != status.phase
