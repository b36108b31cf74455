"""Checks of our own processes: what each says of itself, and whether all of it arrives."""

from collections.abc import Callable
from functools import partial

from ari_app.flow.said import Said
from ari_app.health.asking import PROCESSES, SilentError, ask
from ari_app.settings import Settings
from ari_app.standalone.finding import Finding, Grade

_LATE_SECONDS = 10.0
_MUCH_TOO_LATE_SECONDS = 300.0
_CHECKED_APART = frozenset({"history", "way_in"})
"""Needs of the shipper that are no trouble of its own; each has a check that says what to do."""


def process(settings: Settings, name: str) -> Finding:
    """It answers, and reaches everything that it needs."""
    try:
        report = ask(settings.run, name)
    except SilentError as error:
        log = settings.log / f"{name}.log"
        advice = Said("See {log}; `duudlaga status` shows what runs.", log=log)
        return Finding(name, "bad", error.said, advice)
    needs = [each for each in report.dependencies if each.name not in _CHECKED_APART]
    wrong = [each for each in needs if each.state != "up"]
    if not wrong:
        names = ", ".join(each.name for each in needs)
        return Finding(name, "ok", Said("reaches {names}", names=names))
    facts = "; ".join(f"{each.name} {each.state}: {each.reason}" for each in wrong)
    grade: Grade = "bad" if report.state == "down" else "warn"
    log = settings.log / f"{name}.log"
    return Finding(name, grade, facts, Said("See {log}.", log=log))


def shipping(settings: Settings) -> Finding:
    """The journal's entries arrive in Postgres at once."""
    report = ask(settings.run, "shipper")
    waiting, seconds = report.figure("entries_waiting"), report.figure("entry_oldest_seconds")
    if not waiting or seconds < _LATE_SECONDS:
        return Finding("shipping", "ok", Said("every entry is in Postgres"))
    fact = Said("{waiting} entries are not in Postgres yet, the oldest for {seconds:.0f} s",
                waiting=waiting, seconds=seconds)  # fmt: skip
    grade: Grade = "bad" if seconds > _MUCH_TOO_LATE_SECONDS else "warn"
    advice = Said("They are safe on the disk. Look at Postgres.")
    return Finding("shipping", grade, fact, advice)


def history(settings: Settings) -> Finding:
    """Asterisk saw no call that is not on record."""
    count = ask(settings.run, "shipper").figure("calls_unlogged")
    if count is None:
        advice = Said("Once Postgres answers this is counted every ten seconds.")
        return Finding("history", "warn", Said("not counted yet"), advice)
    if count:
        advice = Said("They are entered within a minute of their end, else see shipper.log.")
        fact = Said("{count} calls are not on record", count=count)
        return Finding("history", "warn", fact, advice)
    return Finding("history", "ok", Said("every call that Asterisk saw is on record"))


def way_in(settings: Settings) -> Finding:
    """No caller was refused before there was a channel."""
    needs = ask(settings.run, "shipper").dependencies
    reason = next((each.reason for each in needs if each.name == "way_in"), "")
    if reason:
        advice = Said(
            "Ask the trunk's operator for G.711 without encryption; "
            "`duudlaga calls --outcome refused` lists who called."
        )
        return Finding("way in", "warn", reason, advice)
    return Finding("way in", "ok", Said("no call was refused within the last hour"))


def recordings(settings: Settings) -> Finding:
    """The ledger has no gap, and every recording gets on."""
    see = Said("See {log}.", log=settings.log / "recorder.log")
    report = ask(settings.run, "recorder")
    missing, failing = report.figure("recordings_missing"), report.figure("recordings_failing")
    if missing is None or failing is None:
        return Finding("recordings", "bad", Said("the ledger cannot be read"), see)
    lost = report.figure("recording_lost_seconds") or 0.0
    said = Said(
        "{missing} of the last 24 hours are lost, wholly or partly ({lost:.1f} s known of); "
        "{failing} cannot be finished",
        missing=missing, lost=lost, failing=failing,
    )  # fmt: skip
    if missing or failing:
        advice = Said("{log} names each; `duudlaga calls --call ID` tells how much is lost.",
                      log=settings.log / "recorder.log")  # fmt: skip
        return Finding("recordings", "warn", said, advice)
    return Finding("recordings", "ok", Said("the ledger has no gap"))


HEALTH_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    **{name: partial(process, name=name) for name in PROCESSES},
    "shipping": shipping,
    "history": history,
    "way in": way_in,
    "recordings": recordings,
}
