"""One third-party service, or the set-up steps, in the foreground: what a container runs.

``python -m ari_app.standalone.one asterisk`` (or postgres, redis, setup)
"""

import os
import sys
from collections.abc import Callable

from ari_app.fetch_error import FetchError
from ari_app.settings import Settings
from ari_app.settings_error import SettingsError
from ari_app.standalone.asterisk import asterisk
from ari_app.standalone.postgres import postgres
from ari_app.standalone.redis import redis_server
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.setup import STEPS

_SERVICES: dict[str, Callable[[Settings], Service]] = {
    "asterisk": asterisk,
    "postgres": postgres,
    "redis": redis_server,
}


def run_one(settings: Settings, name: str) -> None:
    """Become the service `name`; for ``setup``, do all steps and return.

    Raises `ServiceError` for another name.
    """
    if name == "setup":
        for _, do in STEPS:
            do(settings)
        return
    if name not in _SERVICES:
        raise ServiceError(f"There is no {name!r}: say setup, {', '.join(_SERVICES)}.")
    service = _SERVICES[name](settings)
    for folder in (settings.run, settings.log):
        folder.mkdir(parents=True, exist_ok=True)
    service.prepare()
    environment = {**os.environ, **service.environment}
    os.execvpe(service.command[0], list(service.command), environment)  # noqa: S606 - no shell


def main() -> None:
    """Take the name from the command line."""
    try:
        run_one(Settings.load(), " ".join(sys.argv[1:]))
    except (FetchError, ServiceError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
