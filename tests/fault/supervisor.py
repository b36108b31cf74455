"""The supervisor of a drill: everything as in production, but the controller is the mortal one.

``python -m tests.fault.supervisor``, with the ports of the line to Asterisk in ``FAULT_ARI_PORT``
and ``FAULT_AMI_PORT``. While ``home/run/unwatched`` is there, a hung controller is left alone.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from ari_app.places import REPOSITORY
from ari_app.settings import Settings
from ari_app.standalone import plan as production
from ari_app.standalone import supervisor, watched
from ari_app.standalone.plan import Stage
from ari_app.standalone.service import Service

LONGEST_PAUSE_SECONDS = 1.0
"""Production waits up to 5 s before it starts what dies again and again; we kill on purpose."""


def plan(settings: Settings) -> list[Stage]:
    """Production's plan with another controller."""
    return [
        replace(stage, services=[_mortal(service, settings) for service in stage.services])
        for stage in production.plan(settings)
    ]


def _mortal(service: Service, settings: Settings) -> Service:
    if service.name != "controller":
        return service
    environment = {
        **service.environment,
        "PYTHONPATH": str(REPOSITORY),
        "DUUDLAGA_ARI_PORT": os.environ["FAULT_ARI_PORT"],
        "DUUDLAGA_AMI_PORT": os.environ["FAULT_AMI_PORT"],
    }
    unwatched = settings.run / "unwatched"
    return replace(
        service,
        command=[sys.executable, "-m", "tests.fault.controller"],
        environment=environment,
        ready_seconds=300,
        works=lambda: unwatched.exists() or service.works(),
    )


if __name__ == "__main__":
    setattr(supervisor, "plan", plan)  # noqa: B010 - plain assignment is refused by mypy
    setattr(watched, "_LONGEST_PAUSE_SECONDS", LONGEST_PAUSE_SECONDS)  # noqa: B010
    supervisor.main()
