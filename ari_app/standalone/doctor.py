"""`duudlaga doctor`: is everything here as calls need it?"""

from collections.abc import Callable, Iterator

from ari_app.settings import Settings
from ari_app.standalone.doctor_asterisk import ASTERISK_CHECKS
from ari_app.standalone.doctor_machine import MACHINE_CHECKS
from ari_app.standalone.doctor_storage import STORAGE_CHECKS
from ari_app.standalone.finding import Finding

CHECKS: dict[str, Callable[[Settings], Finding]] = {
    **MACHINE_CHECKS,
    **ASTERISK_CHECKS,
    **STORAGE_CHECKS,
}


def examine(settings: Settings) -> Iterator[Finding]:
    """Do every check, one after the other. A check that fails by itself is a bad finding."""
    for name, check in CHECKS.items():
        try:
            yield check(settings)
        except Exception as error:  # noqa: BLE001 - a doctor reports, whatever it finds
            yield Finding(name, "bad", f"{type(error).__name__}: {error}", "See home/log.")
