"""Everything that `duudlaga up` starts, in order: the one table to read."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ari_app.health.asking import works
from ari_app.settings import Settings
from ari_app.standalone import setup
from ari_app.standalone.asterisk import asterisk
from ari_app.standalone.outside_world import outside
from ari_app.standalone.postgres import postgres
from ari_app.standalone.redis import redis_server
from ari_app.standalone.service import Service
from ari_app.standalone.yielding import yielding


@dataclass(frozen=True)
class Step:
    """Something to do between services; done already, it takes no time."""

    name: str
    do: Callable[[], None]


@dataclass(frozen=True)
class Stage:
    """Services that start at the same time, and the steps that follow when all are ready."""

    services: Sequence[Service]
    steps: Sequence[Step] = ()


def plan(settings: Settings) -> list[Stage]:
    """The stages; each begins when the one before is done. They stop in the opposite order.

    What the settings name as being there already is not started.
    """
    foundation = []
    if settings.postgres_dsn is None:
        foundation.append(postgres(settings))
    if settings.redis_url is None:
        foundation.append(redis_server(settings))
    if settings.ari_url is None:
        foundation.append(asterisk(settings))
    return [
        Stage(foundation, [Step(name, partial(do, settings)) for name, do in setup.STEPS]),
        Stage(
            [
                ours(settings, "controller", "ari_app.controller"),
                # Rows and recordings may wait a moment, callers may not.
                ours(settings, "shipper", "ari_app.journal.shipper", niceness=5),
                ours(settings, "recorder", "ari_app.media.recorder", niceness=10),
                ours(settings, "reaper", "ari_app.reaper"),
                ours(settings, "ear", "ari_app.simulator"),
                outside(settings),
                yielding(settings),
            ]
        ),
    ]


def ours(settings: Settings, name: str, module: str, niceness: int = 0) -> Service:
    """A process of our own. It is ready when the file home/run/<name>.ready is there."""
    ready = settings.run / f"{name}.ready"
    politely = ["nice", "-n", str(niceness)] if niceness else []
    return Service(
        name=name,
        command=[*politely, sys.executable, "-m", module],
        environment={"DUUDLAGA_HOME": str(settings.home), "DUUDLAGA_PARTS": str(settings.parts)},
        prepare=lambda: ready.unlink(missing_ok=True),
        is_ready=ready.exists,
        works=partial(works, settings.run, name),
    )
