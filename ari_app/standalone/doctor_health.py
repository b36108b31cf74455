"""Checks of our own processes: what each says of itself, and whether all of it arrives."""

from collections.abc import Callable
from functools import partial

from ari_app.health.asking import PROCESSES, SilentError, ask
from ari_app.settings import Settings
from ari_app.standalone.finding import Finding, Grade

_LATE_SECONDS = 10.0
_MUCH_TOO_LATE_SECONDS = 300.0


def process(settings: Settings, name: str) -> Finding:
    """It answers, and reaches everything that it needs."""
    try:
        report = ask(settings.run, name)
    except SilentError as error:
        log = settings.log / f"{name}.log"
        return Finding(name, "bad", str(error), f"See {log}; duudlaga status shows what runs.")
    wrong = [each for each in report.dependencies if each.state != "up"]
    if not wrong:
        return Finding(name, "ok", ", ".join(each.name for each in report.dependencies) + ": up")
    facts = "; ".join(f"{each.name} is {each.state}: {each.reason}" for each in wrong)
    grade: Grade = "bad" if report.state == "down" else "warn"
    return Finding(name, grade, facts, f"See {settings.log / f'{name}.log'}.")


def shipping(settings: Settings) -> Finding:
    """The journal's entries arrive in Postgres at once."""
    report = ask(settings.run, "shipper")
    waiting, seconds = report.figure("entries_waiting"), report.figure("entry_oldest_seconds")
    if not waiting or seconds < _LATE_SECONDS:
        return Finding("shipping", "ok", "every entry is in Postgres")
    fact = f"{waiting} entries are not in Postgres yet, the oldest for {seconds:.0f} s"
    grade: Grade = "bad" if seconds > _MUCH_TOO_LATE_SECONDS else "warn"
    return Finding("shipping", grade, fact, "They are safe on the disk. Look at Postgres.")


def history(settings: Settings) -> Finding:
    """Asterisk saw no call that is not on record."""
    count = ask(settings.run, "shipper").figure("calls_unlogged")
    if count is None:
        advice = "Once Postgres answers this is counted every ten seconds."
        return Finding("history", "warn", "not counted yet", advice)
    if count:
        advice = "They are entered within a minute of their end, else see shipper.log."
        return Finding("history", "warn", f"{count} calls are not on record", advice)
    return Finding("history", "ok", "every call that Asterisk saw is on record")


def recordings(settings: Settings) -> Finding:
    """The ledger has no gap, and every recording gets on."""
    report = ask(settings.run, "recorder")
    missing, failing = report.figure("recordings_missing"), report.figure("recordings_failing")
    if missing is None or failing is None:
        return Finding("recordings", "bad", "the ledger cannot be read", "See recorder.log.")
    facts = []
    if missing:
        lost = report.figure("recording_lost_seconds") or 0.0
        facts.append(f"{missing} of the last 24 hours are lost, wholly or partly ({lost:.1f} s)")
    if failing:
        facts.append(f"{failing} cannot be finished")
    if facts:
        return Finding("recordings", "warn", ", ".join(facts), "See recorder.log for each.")
    return Finding("recordings", "ok", "the ledger has no gap")


HEALTH_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    **{name: partial(process, name=name) for name in PROCESSES},
    "shipping": shipping,
    "history": history,
    "recordings": recordings,
}
