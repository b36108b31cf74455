"""One process that `duudlaga up` watches over."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


def _nothing() -> None:
    """Most services need no preparation."""


def _unasked() -> bool:
    """Not every service can be asked whether it still works; its end is noticed all the same."""
    return True


@dataclass(frozen=True)
class Service:
    """How one process is prepared, started, known to be ready, and stopped.

    `prepare`, `is_ready` and `works` may block for a moment: they are called in a thread. `works`
    is asked about every second of one that was ready; who does not for a while is killed.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    prepare: Callable[[], None] = _nothing
    works: Callable[[], bool] = _unasked
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    ready_seconds: float = 30
    stop_seconds: float = 10
    addresses: Mapping[str, str] = field(default_factory=dict)
