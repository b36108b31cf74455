"""`duudlaga doctor`: is everything here as calls need it?"""

from collections.abc import Callable, Iterator

from ari_app.flow.said import Said, reason
from ari_app.settings import Settings
from ari_app.standalone.doctor_asterisk import ASTERISK_CHECKS
from ari_app.standalone.doctor_health import HEALTH_CHECKS
from ari_app.standalone.doctor_machine import MACHINE_CHECKS
from ari_app.standalone.doctor_storage import FILE_CHECKS, SERVER_CHECKS
from ari_app.standalone.finding import Finding
from ari_app.standalone.status import status

CHECKS: dict[str, Callable[[Settings], Finding]] = {
    **MACHINE_CHECKS,
    **FILE_CHECKS,
    **SERVER_CHECKS,
    **ASTERISK_CHECKS,
    **HEALTH_CHECKS,
}


def examine(settings: Settings) -> Iterator[Finding]:
    """Do every check, one after the other; of what does not run nothing is asked.

    A check that fails by itself is a bad finding.
    """
    asleep = _asleep(settings)
    for name, check in CHECKS.items():
        if name in asleep:
            continue
        try:
            yield check(settings)
        except Exception as error:  # noqa: BLE001 - a doctor reports, whatever it finds
            words = reason(error) or type(error).__name__
            yield Finding(name, "bad", words, Said("See {log}.", log=settings.log))


def _asleep(settings: Settings) -> set[str]:
    """Checks of what this copy starts, while it does not run: one line says so already."""
    if status(settings).phase not in ("stopped", "failed"):
        return set()
    checks = set(HEALTH_CHECKS)
    if settings.ari_url is None:
        checks |= set(ASTERISK_CHECKS)
    if settings.postgres_dsn is None:
        checks.add("Postgres")
    if settings.redis_url is None:
        checks.add("Redis")
    return checks
