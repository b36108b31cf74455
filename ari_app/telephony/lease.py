"""The lease under which Asterisk keeps a caller in our hands. Pure.

The dialplan starts every call under ``TIMEOUT(absolute)``; when it runs out, Asterisk itself takes
the caller out of our hands and into the dialplan's ``T`` extension, whatever the state of this
process. Only a controller whose event loop turns and whose ARI answers renews it. A controller
that hangs therefore loses its callers to the fallback instead of keeping them in silence.
"""

from __future__ import annotations

FIRST_SECONDS = 4.0
"""What the dialplan sets before ``Stasis()`` (asterisk_conf/extensions.conf)."""

LENGTH_SECONDS = 9.0
"""What one renewal gives: the longest a caller can be without sound after a hang."""

RENEW_BELOW_SECONDS = 3.2
"""Renewed when less than this is left; more than two sweeps, less than the first lease."""

SWEEP_SECONDS = 0.5

CALL_CAP_SECONDS = 2 * 3600.0
"""Two people who talk are under this cap only: a stall of ours must not cut a conversation."""


def renewal(expires_at: float, now: float, *, talking: bool, capped: bool) -> float | None:
    """Return the seconds to set the lease to now, or ``None`` to leave it alone.

    ``expires_at`` and ``now`` are in the same clock; ``capped`` says that the call already has
    the cap of a conversation.
    """
    if talking:
        return None if capped else CALL_CAP_SECONDS
    if capped or expires_at - now < RENEW_BELOW_SECONDS:
        return LENGTH_SECONDS
    return None
