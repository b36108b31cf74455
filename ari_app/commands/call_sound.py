"""When a caller heard something and when not: what the ear wrote down, as a line and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ari_app.commands.texts import Texts
from ari_app.simulator.hearing import Kind, Span, longest_silence, missing, spans
from ari_app.simulator.leg_file import read_leg

LONG_SECONDS = 3.0
"""A longer silence is named as such: a caller takes the line for dead."""
_SIGNS: dict[Kind, str] = {"sound": "▮", "silence": "▯", "nothing": "·"}
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120)
_LONGEST_LINE = 60


@dataclass(frozen=True)
class CallSound:
    """Moments are seconds from the answer on; `missing` counts packets that did not arrive."""

    seconds: float
    spans: Sequence[Span]
    longest_silence: Span
    missing: int

    @classmethod
    def read(cls, leg: Path | None) -> Self | None:
        """What the caller of this leg heard; `None` when nobody answered or nobody listened."""
        if leg is None or not leg.exists():
            return None
        heard = read_leg(leg)
        begin = heard.answered_at
        if begin is None:
            return None
        end = heard.ended_at or max([begin, *(each[-1].at for each in (heard.hears, heard.sip))])
        found = [
            Span(span.kind, span.begin - begin, span.end - begin)
            for span in spans(heard.hears, begin, end)
        ]
        seconds = end - begin
        lost = sum(gap.packets for gap in missing(heard.hears))
        return cls(seconds, found, longest_silence(found, 0.0, seconds), lost)

    def as_json(self) -> dict[str, Any]:
        """The field `sound` of docs/json-output.md."""
        longest = self.longest_silence
        return {
            "seconds": round(self.seconds, 2),
            "longest_silence_seconds": round(longest.seconds, 2),
            "longest_silence_from": round(longest.begin, 2) if longest.seconds else None,
            "missing_packets": self.missing,
            "spans": [
                {"kind": span.kind, "from": round(span.begin, 2), "to": round(span.end, 2)}
                for span in self.spans
            ],
        }

    def told(self, texts: Texts) -> list[str]:
        """The line of time, and a sentence on the longest silence."""
        step = next((each for each in _STEPS if self.seconds / each <= _LONGEST_LINE), _STEPS[-1])
        line = texts(
            "call.sound",
            line=self._line(step),
            seconds=f"{self.seconds:.0f}",
            sound=_SIGNS["sound"],
            silence=_SIGNS["silence"],
            nothing=_SIGNS["nothing"],
            step=step,
        )
        longest = self.longest_silence
        key = "call.long_silence" if longest.seconds > LONG_SECONDS else "call.longest_silence"
        return [line, texts(key, seconds=f"{longest.seconds:.1f}", at=f"{longest.begin:.0f}")]

    def _line(self, step: float) -> str:
        count = max(1, round(self.seconds / step))
        return "".join(_SIGNS[self._mostly(n * step, (n + 1) * step)] for n in range(count))

    def _mostly(self, begin: float, end: float) -> Kind:
        shares: dict[Kind, float] = dict.fromkeys(_SIGNS, 0.0)
        for span in self.spans:
            shares[span.kind] += max(0.0, min(span.end, end) - max(span.begin, begin))
        return max(shares, key=lambda kind: shares[kind])
