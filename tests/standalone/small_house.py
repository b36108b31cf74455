"""A house without controller: ``python -m tests.standalone.small_house`` runs until SIGTERM.

It lives in the folder that DUUDLAGA_HOME names, and steps down from root as `duudlaga up` does.
"""

import asyncio
import sys

from ari_app.settings import Settings
from ari_app.standalone import setup
from ari_app.standalone.account import step_down
from ari_app.standalone.asterisk import asterisk
from ari_app.standalone.outside_world import outside
from ari_app.standalone.plan import Stage, Step, ours
from ari_app.standalone.postgres import postgres
from ari_app.standalone.redis import redis_server
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.supervisor import Supervisor


def main() -> None:
    settings = Settings.load()
    step_down(settings.home)
    try:
        with settings.held_ports() as held:
            asyncio.run(Supervisor(held, stages(held), lambda _status: None).run())
    except ServiceError as error:
        sys.exit(str(error))


def stages(settings: Settings) -> list[Stage]:
    """What it runs, one after the other."""
    return [
        Stage(
            [
                postgres(settings),
                redis_server(settings),
                asterisk(settings),
                ours(settings, "ear", "ari_app.simulator"),
                outside(settings),
            ],
            [
                Step("database", lambda: setup.make_database(settings)),
                Step("tables", lambda: setup.make_tables(settings)),
            ],
        )
    ]


if __name__ == "__main__":
    main()
