"""What happens to a caller whose flow is broken: three refuges, each tried once.

1. the flow's own ``on_failure`` node,
2. the client's fallback queue,
3. a callback, the standard apology, and the end of the call.

A refuge that fails leads to the next one, so this comes to an end whatever the definitions say.
People who talk are left alone: their talk needs no flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import ending, talk
from ari_app.flow.loaded import FALLBACK
from ari_app.flow.run import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from ari_app.flow.walk import Walk

_ON_FAILURE, _QUEUE, _PROMISE, _NONE = 1, 2, 3, 4


def fail(walk: Walk, reason: str, go: Callable[[Walk, str], None], hung_up: str = "") -> None:
    """Journal what is broken and bring the caller to the next refuge.

    ``go`` enters a node by its slug and walks on from there until the run waits. ``hung_up`` is
    the leg whose end the turn is about: a talk with it is over.
    """
    walk.exit = walk.start = None
    walk.entry("flow_failed", node=walk.name, reason=reason[:500])
    if walk.gone:
        walk.run.outcome = "abandoned"
        walk.entry("call_ended", outcome="abandoned", by="caller", reason=reason, node=walk.name)
        return
    leg = talk.talking(walk)
    if leg is not None:
        if leg.id != hung_up:
            return
        talk.end(walk, leg, "agent", alive=False)
    walk.run.sought = True
    ending.let_go(walk, "flow")
    start = _next_refuge(walk)
    if start is None:
        ending.finish(walk, "flow", "every fallback failed")
        return
    go(walk, start)


def _next_refuge(walk: Walk) -> str | None:
    """Move the run to the next refuge and return its first node."""
    run, flow = walk.run, walk.flow
    run.digits = ""
    run.refuge += 1
    if run.refuge == _ON_FAILURE:
        graph = flow.graphs.get(run.flow)
        if graph is not None and graph.on_failure in graph.places:
            run.frames = [Frame(run.flow, "")]
            return graph.on_failure
        run.refuge += 1
    fallback = flow.graphs[FALLBACK]
    run.frames = [Frame(FALLBACK, "")]
    if run.refuge == _QUEUE and "queue" in fallback.places:
        return "queue"
    if run.refuge <= _PROMISE:
        run.refuge = _PROMISE
        return "promise"
    run.refuge = _NONE
    return None
