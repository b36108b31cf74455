"""Where the call stands when the fallback gets it: at its beginning, or where it was left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ari_app.fallback.channel import Channel
from ari_app.fallback.keeper import Keeper
from ari_app.flow.engine import Flow
from ari_app.flow.events import Event, Resumed
from ari_app.flow.ids import call_id
from ari_app.flow.run import Run, run_from_json
from ari_app.journal.turn import SavedRun
from ari_app.snapshot.reader import Snapshot


@dataclass(frozen=True, slots=True)
class Opening:
    """The run, its flow, and the event with which it goes on, unless it is ``over``."""

    flow: Flow
    run: Run
    event: Event
    over: bool = False


def open_call(
    channel: Channel,
    keeper: Keeper,
    snapshot: Callable[[], Snapshot],
    now: float,
    house_language: str,
) -> Opening:
    """Begin the call's run, or take on the one that the journal has, open or ended.

    ``snapshot`` opens the snapshot, which a run that goes on does not need. Raises
    ``SnapshotError`` or ``JournalError`` when what the call needs cannot be read.
    """
    call = call_id(channel.unique_id)
    saved = keeper.load(call)
    if saved is not None:
        return take_on(saved, keeper)
    # Numbering plans take an eighth of the start; who is taken over, often in a crowd, needs none.
    from ari_app.snapshot.reception import receive  # noqa: PLC0415

    received = receive(
        snapshot(), channel.incoming, channel.caller_raw, channel.caller_name, house_language
    )
    keeper.keep_bundle(received.bundle)
    flow = Flow.load(received.bundle)
    return Opening(flow, flow.start(call, received.number, now), received.offered)


def take_on(saved: SavedRun, keeper: Keeper) -> Opening:
    """Go on with a run that somebody else began. Its legs are not ours, so none is left."""
    flow = Flow.load(keeper.bundle(saved.bundle))
    run = run_from_json(saved.state)
    over = saved.ended_at is not None
    return Opening(flow, run, Resumed(ended=keeper.ended_legs(run)), over=over)
