"""Why a leg never answered, from Asterisk's hang-up cause (ITU-T Q.850, ``causes.h``)."""

from __future__ import annotations

_BUSY = {17}
_NO_ANSWER = {18, 19}
_REFUSED = {21}


def failed_because(cause: int) -> str:
    """Return why a leg that never answered ended: the reasons of ``LegFailed``.

    An originated channel whose ring time ran out ends with 19 or, when Asterisk itself gave up
    before the far end said anything, with 0 or 16.
    """
    if cause in _BUSY:
        return "busy"
    if cause in _REFUSED:
        return "refused"
    if cause in _NO_ANSWER or cause in (0, 16):
        return "no_answer"
    return "unreachable"
