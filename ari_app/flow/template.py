"""Texts with ``${variable}`` in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ari_app.flow.run import Run

ALWAYS = ("caller_number", "caller_name", "number", "language", "queue")
"""Variables that every call has; `queue` is empty before the first one."""
_LONGEST = 250
_VARIABLE = re.compile(r"\$\{([a-z][a-z0-9_]{0,31})\}")


def expand(run: Run, text: str) -> str:
    """Return ``text`` with the call's values in it, at most 250 characters.

    Besides the call's own variables there are those of :data:`ALWAYS`; an unknown name stands for
    nothing. Values are not expanded again.
    """
    return _VARIABLE.sub(lambda match: value(run, match[1]), text)[:_LONGEST]


def value(run: Run, name: str) -> str:
    """Return a variable's value, or the empty text."""
    own = run.variables.get(name)
    if own is not None:
        return own
    if name == "queue":
        return run.last_queue or ""
    if name in ALWAYS:
        return getattr(run, name) or ""
    return ""
