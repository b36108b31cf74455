"""A call's journal in plain words: one sentence for each entry."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ari_app.commands.output import cell
from ari_app.commands.texts import Texts
from ari_app.flow.entries import Entry

# Fields whose values are words of the project, and read better in the person's language.
_WORDS = frozenset({"reason", "outcome", "by", "kind", "new", "language"})
# Facts for which the whole sentence may be another one: entry.agent_missed_unreachable.
_TURNS = ("reason", "by", "outcome")


def told(entry: Entry, texts: Texts, zone: str, agents: Mapping[str, str] | None = None) -> str:
    """The entry as one line: the time by the clock of `zone`, and its words.

    `agents` are the agents' names by slug.
    """
    clock = datetime.fromtimestamp(entry.at, UTC).astimezone(ZoneInfo(zone))
    clock_text = clock.strftime("%H:%M:%S.%f")[:-5]
    return f"{clock_text}  {sentence(entry, texts, agents)}"


def sentence(entry: Entry, texts: Texts, agents: Mapping[str, str] | None = None) -> str:
    """What the entry says. An entry of a kind or form that we do not know is told all the same."""
    data = dict(entry.data)
    if agent := data.get("agent"):
        data["agent"] = (agents or {}).get(agent, agent)
    facts = _Facts({name: _fact(name, value, texts) for name, value in data.items()})
    facts["caller"] = _caller(data, texts)
    facts["party"] = cell(data.get("agent") or data.get("number")) or texts.word("agent")
    facts.setdefault("kind", entry.kind)
    if entry.kind == "callback_booked" and not entry.data.get("number"):
        facts["number"] = texts.word("withheld")
    text = _pattern(entry, texts).format_map(facts)
    return text[:1].upper() + text[1:]


def _pattern(entry: Entry, texts: Texts) -> str:
    """The most telling sentence that there is for the entry."""
    reasons = [entry.data.get(name) for name in _TURNS]
    if entry.kind == "recording_stored":
        reasons.append(_whole(entry.data))
    if entry.kind == "queue_joined" and entry.data.get("position") is None:
        reasons.append("unknown")
    keys = [f"entry.{entry.kind}_{reason}" for reason in reasons if isinstance(reason, str)]
    for key in (*keys, f"entry.{entry.kind}"):
        try:
            return texts(key)
        except KeyError:
            continue
    return texts("entry.other")


def _whole(recording: Mapping[str, Any]) -> str:
    """How much of a recording there is; empty for all of it."""
    missing, there = recording.get("missing_seconds"), recording.get("path")
    if missing is None:
        return "" if there else "empty"
    if there:
        return "partly"
    return "lost" if missing else "lost_unmeasured"


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"


def _fact(name: str, value: Any, texts: Texts) -> str:
    if name in _WORDS and isinstance(value, str):
        return cell(texts.word(value))
    if isinstance(value, float):
        return f"{value:.1f}"
    return cell(value) or "–"


def _caller(data: Mapping[str, Any], texts: Texts) -> str:
    """The number, as far as there is one, and the name that the network sent."""
    number = data.get("caller_number") or data.get("caller_raw") or texts.word("withheld")
    name = data.get("caller_name")
    return cell(f"{number} ({name})" if name else number)
