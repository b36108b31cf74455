"""What each of our processes needs and how that stands, for `duudlaga status`."""

from typing import Any

from ari_app.commands.texts import Texts
from ari_app.commands.times import rfc3339, wall_clock
from ari_app.health.asking import PROCESSES, SilentError, ask
from ari_app.settings import Settings


def health_of(settings: Settings, process: str) -> dict[str, Any]:
    """The fields `health` and `dependencies` of one process, as in docs/json-output.md.

    `health` is `silent` for one of ours that does not answer, `None` for programs of others.
    """
    if process not in PROCESSES:
        return {"health": None, "dependencies": []}
    try:
        report = ask(settings.run, process)
    except SilentError:
        return {"health": "silent", "dependencies": []}
    needs = [
        {
            "name": each.name,
            "state": each.state,
            "since": rfc3339(each.since),
            "reason": each.reason or None,
        }
        for each in report.dependencies
    ]
    return {"health": report.state, "dependencies": needs}


def sentences(processes: list[dict[str, Any]], texts: Texts, zone: str) -> list[str]:
    """What is not as it should be, a sentence each; one sentence when all is.

    Times are on the clock of `zone`.
    """
    told = []
    for line in processes:
        if line["health"] == "silent":
            told.append(texts("health.silent", process=line["name"]))
        wrong = (need for need in line["dependencies"] if need["state"] != "up")
        told.extend(_sentence(line["name"], need, texts, zone) for need in wrong)
    return told or [texts("health.all_up")]


def _sentence(process: str, need: dict[str, Any], texts: Texts, zone: str) -> str:
    facts = {
        "process": process,
        "since": wall_clock(need["since"], zone),
        "reason": need["reason"],
    }
    if need["name"] == "way_in":  # no trouble of the process, which only tells of it
        return texts("health.refused", reason=need["reason"])
    facts["need"] = texts.word(f"need_{need['name']}")
    if need["state"] == "down":
        return texts("health.down", **facts)
    return texts("health.degraded", **facts)
