"""The node type ``transfer``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import events as e
from ari_app.flow import ring, talk
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Between, Doc, MusicName, PhoneNumber, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_RING_GRACE_SECONDS = 5


@dataclass(frozen=True)
class Transfer(Node):
    """Connects the caller with an outside number, such as the client's own staff.

    The number stands in the definition and is never made of what a caller entered: that would let
    strangers dial at the client's expense.

    ```json
    {
      "type": "transfer",
      "number": "+97699112233",
      "ring_seconds": 30,
      "exits": {"done": "goodbye", "busy": "voicemail", "failed": "voicemail"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The talk is over.", ends=True),
        "busy": Exit("The number is busy.", instead="failed"),
        "no_answer": Exit("Nobody answered in time, or for a word.", instead="failed"),
        "failed": Exit("The number could not be reached, or the line broke."),
    }

    number: Annotated[PhoneNumber, Doc("The number, E.164.")]
    prompt: Annotated[Prompt | None, Doc("Played before the number is dialled.")] = (
        "standard:transfer/connecting"
    )
    ring_seconds: Annotated[int, Between(5, 180), Doc("How long it may ring.")] = 30
    music: Annotated[MusicName, Doc("The music while it rings.")] = "default"

    def enter(self, walk: Walk) -> None:
        walk.run.sought = True
        walk.run.digits = ""
        if self.prompt is None:
            self._ring(walk)
        else:
            walk.play(self.prompt)

    def handle(self, walk: Walk, event: e.Event) -> None:
        legs = walk.run.legs
        if isinstance(event, e.LegAnswered):
            talk.begin(walk, legs[event.leg])
        elif isinstance(event, e.LegFailed):
            self._missed(walk, event.leg, event.reason, alive=False)
        elif isinstance(event, e.LegHungUp):
            self._ended(walk, event.leg, lost=event.lost)
        elif isinstance(event, e.PlayFinished):
            self._ring(walk)
        elif isinstance(event, e.WaitTimedOut):
            for leg in ring.ringing(walk):
                self._missed(walk, leg.id, "no_answer", alive=True)

    def resume(self, walk: Walk, event: e.Resumed) -> None:
        leg = talk.talking(walk)
        if leg is not None:
            if leg.id in event.answered:
                talk.resume(walk, leg)
            else:
                end = walk.leg_end(leg.id)
                self._ended(walk, leg.id, lost=end is None or end.lost)
            return
        for leg in ring.ringing(walk):
            if leg.id in event.answered:
                talk.begin(walk, leg)
            elif leg.id in event.ringing:
                walk.run.music = False
                walk.start_music(self.music)
            else:
                self._missed(walk, leg.id, "unreachable", alive=False)
            return
        self.enter(walk)

    def _ring(self, walk: Walk) -> None:
        ring.ring_number(walk, self.number, self.ring_seconds)
        walk.start_music(self.music)
        walk.wait("ring", self.ring_seconds + _RING_GRACE_SECONDS)

    def _missed(self, walk: Walk, leg: str, reason: str, *, alive: bool) -> None:
        ring.miss(walk, walk.run.legs[leg], reason, alive=alive)
        walk.stop_music()
        walk.leave(reason if reason in ("busy", "no_answer") else "failed")

    def _ended(self, walk: Walk, leg: str, *, lost: bool) -> None:
        wordless = not talk.counts(walk, walk.run.legs[leg])
        talk.end(walk, walk.run.legs[leg], "lost" if lost else "outside", alive=False)
        walk.run.queued_at = None
        if wordless and not lost:
            walk.leave("no_answer")
            return
        if not lost:
            walk.memory["ended_by"] = "outside"
        walk.leave("failed" if lost else "done")
