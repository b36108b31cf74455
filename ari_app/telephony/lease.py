"""The lease under which Asterisk keeps a caller in our hands. Pure.

The dialplan starts every call under ``TIMEOUT(absolute)``; when it runs out, Asterisk itself takes
the caller out of our hands and into the dialplan's ``T`` extension, whatever the state of this
process. Only a controller whose event loop turns and whose ARI answers renews it. A controller
that hangs therefore loses its callers to the fallback instead of keeping them in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_SECONDS = 4.0
"""What the dialplan sets before ``Stasis()`` (asterisk_conf/extensions.conf)."""

LENGTH_SECONDS = 5.0
"""What one renewal gives: about the longest that a caller is without sound after a hang."""

MUSIC_SECONDS = 9.0
"""The same for a caller who hears music, which plays on without us."""

SPREAD_SECONDS = 1.5
"""Renewals differ by up to so much, or all callers would fall to the fallback at the same moment,
and its scripts would take each other's processor."""

LONGEST_SECONDS = MUSIC_SECONDS + SPREAD_SECONDS
"""No lease but the cap of a conversation is longer."""

RENEW_BELOW_SECONDS = 3.2
"""Renewed when less than this is left; more than two sweeps, less than the first lease."""

MUSIC_RENEW_BELOW_SECONDS = 5.5
"""The same for a caller who hears music: when the controller dies, most of its callers wait with
music, and a busy machine takes four seconds to start another one for them."""

SWEEP_SECONDS = 0.5

CALL_CAP_SECONDS = 2 * 3600.0
"""Two people who talk are under this cap only: a stall of ours must not cut a conversation."""


@dataclass(frozen=True, slots=True)
class Held:
    """How a caller is in our hands. ``capped``: the lease is the cap of a conversation already."""

    expires_at: float
    talking: bool = False
    music: bool = False
    capped: bool = False
    spread: float = 0.0


def renewal(held: Held, now: float) -> float | None:
    """Return the seconds to set the lease to now, or ``None`` to leave it alone.

    ``spread``, from 0 to 1, is the call's own.
    """
    if held.talking:
        return None if held.capped else CALL_CAP_SECONDS
    below = MUSIC_RENEW_BELOW_SECONDS if held.music else RENEW_BELOW_SECONDS
    if held.capped or held.expires_at - now < below:
        length = MUSIC_SECONDS if held.music else LENGTH_SECONDS
        return length + held.spread * SPREAD_SECONDS
    return None
