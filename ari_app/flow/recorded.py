"""A message in the caller's own voice: from the tone to the decision whether it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import commands as c

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_GRACE_SECONDS = 10
"""Asterisk itself ends a recording at its greatest length; this is for one that it forgot."""


def start(walk: Walk, kind: str, max_seconds: int, silence_seconds: int, finish: str) -> None:
    """Record the caller now. ``kind`` is ``message`` or ``voicemail``."""
    run = walk.run
    walk.answer()
    walk.stop_playing()
    walk.stop_music()
    run.recording = walk.new_id()
    run.digits = ""
    walk.memory["recording_kind"] = kind
    walk.memory["recording_at"] = walk.now
    walk.memory["recording_seconds"] = None
    walk.commands.append(c.Record(run.recording, max_seconds, silence_seconds, finish))
    walk.entry("recording_expected", recording=run.recording, kind=kind, leg=None, agent=None)
    walk.wait("record", max_seconds + _GRACE_SECONDS)


def so_far(walk: Walk) -> float:
    """Return the recording's length in seconds; of one that still runs by the clock."""
    known = walk.memory.get("recording_seconds")
    if known is not None:
        return float(known)
    return max(0.0, walk.at - float(walk.memory.get("recording_at", walk.at)))


def keep(walk: Walk, seconds: float, least: float) -> bool:
    """Count what was recorded as a message if it has at least ``least`` seconds."""
    run = walk.run
    if not seconds >= least:
        discard(walk, "too_short")
        return False
    recording, run.recording = run.recording, None
    if recording is None:
        return False
    kind = walk.memory["recording_kind"]
    run.message_left = kind
    walk.entry("message_left", recording=recording, kind=kind, seconds=round(seconds, 3))
    return True


def discard(walk: Walk, reason: str) -> None:
    """Journal that what was recorded is not to be kept: ``too_short`` or ``recorded_again``."""
    recording, walk.run.recording = walk.run.recording, None
    if recording is not None:
        walk.entry("recording_discarded", recording=recording, reason=reason)


def stop(walk: Walk) -> None:
    """End the recording that runs."""
    over = walk.memory.get("recording_seconds") is not None
    if walk.run.recording is not None and not over and not walk.gone:
        walk.commands.append(c.StopRecording(walk.new_id(), walk.run.recording))
