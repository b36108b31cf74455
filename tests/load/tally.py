"""What all callers of one rate heard, and whether that is good enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.load.judgement import Party, judge
from tests.load.watch import Busyness

SILENCE_SECONDS = 3.0
GOAL_SECONDS = 0.5
_EXAMPLES = 6


@dataclass
class Tally:
    """Lists have a line for each that was wrong; ``longest`` is seconds by what lay around.

    Silences and packets are of callers and agents, all else, the half second too, of callers.

    ``missing`` packets never arrived; ``dropped`` is how many of them the kernel had, and this
    program was too slow to take. ``taken_over`` counts calls that another process went on with.
    """

    rate: float
    busyness: Busyness
    calls: int = 0
    packets: int = 0
    missing: int = 0
    dropped: int = 0
    taken_over: int = 0
    failed: list[str] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)
    pauses: list[str] = field(default_factory=list)
    excused: int = 0
    lost: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    agents_longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    pauses_of: Counter[str] = field(default_factory=Counter)

    def take(self, party: Party) -> None:
        """Judge what one party heard, and count it."""
        judged = judge(party)
        self.missing += judged.missing
        longest = self.agents_longest if party.is_agent else self.longest
        for gap in judged.gaps:
            longest[gap.kind] = max(longest[gap.kind], gap.seconds)
            words = f"{party.who} {gap.kind} {gap.seconds:.2f} s at {gap.at - party.begin:.1f} s"
            if gap.seconds > SILENCE_SECONDS:
                self.silences.append(words)
            if gap.seconds > GOAL_SECONDS and not party.is_agent:
                self.pauses.append(words)
                self.pauses_of[gap.kind] += 1
                late = self.busyness.late_within(gap.at, gap.at + gap.seconds)
                self.excused += gap.seconds - late <= GOAL_SECONDS
        self.lost += [f"{party.who} {name}" for name in judged.lost]
        self.twice += [f"{party.who} {name}" for name in judged.twice]
        self.cut += [f"{party.who} {words}" for words in judged.cut]

    @property
    def longest_seconds(self) -> float:
        """The longest silence of a caller."""
        return max(self.longest.values(), default=0.0)

    @property
    def is_sound(self) -> bool:
        """Whether nobody was left in silence and nothing was lost, on whatever machine."""
        return not (self.failed or self.silences or self.lost or self.cut or self.twice)

    @property
    def is_good(self) -> bool:
        """Whether every goal is met, the half second and the packets among them."""
        return self.is_sound and not self.pauses and not self.missing

    @property
    def is_excused(self) -> bool:
        """Whether this program, or the machine, explains all that keeps the goal from being met."""
        pauses = self.excused == len(self.pauses) or not self.busyness.is_free
        return self.is_sound and pauses and self.missing <= self.dropped

    @property
    def blame(self) -> str:
        """Whose fault a missed goal is, as far as figures say it; empty when it is met."""
        if self.is_good:
            return ""
        seen = self.busyness
        if not seen.is_free:
            return f"the machine had no time left ({seen.idle:.0%} idle)"
        if self.is_excused:
            late = f"this program was woken late in {self.excused} pauses"
            return f"{late} and too slow for {self.dropped} packets"
        return f"the house's: the machine had time ({seen.idle:.0%} idle)"

    def lines(self) -> list[str]:
        """The details, for a person to read."""
        wrong = {
            f"silences over {SILENCE_SECONDS:g} s": self.silences,
            f"over {GOAL_SECONDS:g} s": self.pauses,
            "prompts lost": self.lost,
            "prompts cut": self.cut,
            "prompts heard twice": self.twice,
            "calls that went otherwise": self.failed,
        }
        return [
            f"{self.calls} calls at {self.rate:g} a second in {self.busyness.seconds:.0f} s",
            self.busyness.words(),
            *(
                f"{name}: {len(lines)}; {'; '.join(lines[:_EXAMPLES])}"
                for name, lines in wrong.items()
                if lines
            ),
            "longest silences: "
            + ", ".join(
                f"{kind} {s:.2f} s ({self.pauses_of[kind]})" for kind, s in _worst(self.longest)
            )
            + f" (in brackets: how many over {GOAL_SECONDS:g} s)",
            "of agents: "
            + ", ".join(f"{kind} {s:.2f} s" for kind, s in _worst(self.agents_longest)),
            *([f"The goal is missed: {self.blame}."] if self.blame else []),
        ]


def _worst(longest: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(longest.items(), key=lambda each: -each[1])


def table(tallies: Sequence[Tally]) -> list[str]:
    """One column a rate, in Markdown."""
    rows: list[tuple[str, list[str]]] = [
        ("calls/s", [f"{each.rate:g}" for each in tallies]),
        ("calls", [str(each.calls) for each in tallies]),
        ("silences over 3 s", [str(len(each.silences)) for each in tallies]),
        ("over 0.5 s (this program late meanwhile)",
         [f"{len(each.pauses)} ({each.excused})" for each in tallies]),
        ("longest silence of a caller", [f"{each.longest_seconds:.2f} s" for each in tallies]),
        ("of an agent",
         [f"{max(each.agents_longest.values(), default=0.0):.2f} s" for each in tallies]),
        ("prompts lost / cut / twice",
         [f"{len(each.lost)} / {len(each.cut)} / {len(each.twice)}" for each in tallies]),
        ("calls that went otherwise", [str(len(each.failed)) for each in tallies]),
        ("calls taken over by another process", [str(each.taken_over) for each in tallies]),
        ("packets heard", [str(each.packets) for each in tallies]),
        ("packets missing (dropped by this program)",
         [f"{each.missing} ({each.dropped})" for each in tallies]),
        ("this program late, at worst",
         [f"{each.busyness.worst_seconds * 1000:.0f} ms" for each in tallies]),
        ("machine idle", [f"{each.busyness.idle:.0%}" for each in tallies]),
        ("goal", ["met" if each.is_good else "missed" for each in tallies]),
    ]  # fmt: skip
    lines = [f"| {name} | {' | '.join(values)} |" for name, values in rows]
    return [lines[0], f"|---|{'---|' * len(tallies)}", *lines[1:]]
