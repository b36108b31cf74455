"""A random schedule: who calls when, what breaks when, all decided by a seed alone.

How the machine takes it differs from run to run; what is done to it does not. Asterisk dies in few
schedules: its calls are cut, and there is little more to see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fault.clients import GREETING, MENU, NEWCOMER, QUEUE, RINGING, TALKING, VOICEMAIL
from tests.fault.deeds import kill, order, resume, steer, stop
from tests.fault.drill import Deed, nothing
from tests.fault.invariant import ASTERISK_DIES, NOBODY_LEADS, NONE, Allowance

CALLING_SECONDS = 6.0
LEAVING_SECONDS = 2.5
_WITHOUT_CONTROLLER = ("controller-", "killed-at-", "line-")
_PLACES = (GREETING, MENU, QUEUE, RINGING, TALKING, VOICEMAIL, NEWCOMER, NEWCOMER, NEWCOMER)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A fault of a schedule: at ``at`` seconds it strikes, and is healed ``lasts`` later."""

    name: str
    at: float
    lasts: float
    strike: Deed
    heal: Deed = nothing


@dataclass(frozen=True, slots=True)
class Visit:
    """A call of a schedule, and what the caller does. ``key_at`` and ``leave_at`` may be never."""

    at: float
    place: str
    key_at: float | None
    leave_at: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens under a seed."""

    seed: int
    visits: Sequence[Visit]
    strokes: Sequence[Stroke]

    @property
    def allowed(self) -> Allowance:
        """Asterisk's death takes calls away; without a controller, or far from it, calls wait."""
        names = [stroke.name for stroke in self.strokes]
        if "asterisk-killed" in names:
            return ASTERISK_DIES
        alone = any(name.startswith(_WITHOUT_CONTROLLER) for name in names)
        return NOBODY_LEADS if alone else NONE


_POINTS = (
    "before_save:Answer", "after_save:Answer", "sent:Answer", "after_save:Play",
    "after_save:RingAgent", "sent:RingAgent", "before_save:Connect", "after_save:Connect",
    "half:Connect", "sent:Connect", "after_save:HangUp", "after_save:JoinQueue",
    "before_save:EndLeg", "after_save:EndLeg", "after_save:Record", "sent:Record",
)  # fmt: skip

_Make = Callable[[Random, float], Stroke]


def _brief(name: str, deed: Deed) -> _Make:
    return lambda _, at: Stroke(name, at, 0.0, deed)


def _lasting(name: str, deed: Deed, heal: Deed, most: float) -> _Make:
    return lambda dice, at: Stroke(name, at, dice.uniform(0.2, most), deed, heal)


def _point(dice: Random, at: float) -> Stroke:
    point = dice.choice(_POINTS)
    return Stroke(f"killed-at-{point}", at, 3.0, steer("crash", point), steer("crash", None))


_KINDS: Sequence[tuple[float, _Make]] = (
    (4, _brief("controller-killed", kill("controller"))),
    (4, _point),
    (4, _lasting("controller-stopped", stop("controller"), resume("controller"), 6.0)),
    (2, _lasting("line-cut", order("cut"), order("through"), 4.0)),
    (2, _lasting("line-slow", order("slow 0.3 0.05"), order("through"), 5.0)),
    (1, _brief("redis-killed", kill("redis"))),
    (1, _lasting("redis-stopped", stop("redis"), resume("redis"), 4.0)),
    (1, _brief("postgres-killed", kill("postgres"))),
    (1, _lasting("postgres-stopped", stop("postgres"), resume("postgres"), 4.0)),
    (1, _brief("shipper-killed", kill("shipper"))),
    (1, _brief("recorder-killed", kill("recorder"))),
    (0.3, _brief("asterisk-killed", kill("asterisk"))),
)


def schedule(seed: int) -> Schedule:
    """What happens under this seed."""
    dice = Random(seed)  # noqa: S311 - a seed is to be repeated
    visits = [_visit(dice) for _ in range(dice.randint(20, 30))]
    weights = [weight for weight, _ in _KINDS]
    kinds = dice.choices(_KINDS, weights, k=dice.randint(1, 4))
    strokes = [make(dice, dice.uniform(1.0, CALLING_SECONDS)) for _, make in kinds]
    by_time = sorted(strokes, key=lambda stroke: stroke.at)
    return Schedule(seed, sorted(visits, key=lambda visit: visit.at), by_time)


def _visit(dice: Random) -> Visit:
    at = dice.uniform(0.0, CALLING_SECONDS - 1.0)
    stays = dice.uniform(0.3, CALLING_SECONDS + LEAVING_SECONDS - at)
    key_at = dice.uniform(0.2, stays) if dice.random() < 0.3 else None
    return Visit(at, dice.choice(_PLACES), key_at, at + stays)
