"""The node types, one file each.

A file is imported when the first flow needs it: the fallback, one process per call, starts faster
that way.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from ari_app.flow.flow_error import FlowError

if TYPE_CHECKING:
    from ari_app.flow.node import Node

TYPES = (
    "greeting",
    "play",
    "say",
    "hours",
    "menu",
    "collect",
    "branch",
    "language",
    "set",
    "queue",
    "callback",
    "voicemail",
    "message",
    "transfer",
    "survey",
    "subflow",
    "hangup",
)
"""All types that a definition may use."""

_INTERNAL = ("promise",)


def node_type(name: str, slug: str) -> type[Node]:
    """Return the class of a type. Raises :class:`FlowError`, naming the node, if unknown."""
    if name not in TYPES and name not in _INTERNAL:
        raise FlowError(f"node {slug}, type: {name!r:.40} is unknown")
    module = import_module(f"ari_app.flow.nodes.{name}")
    return cast("type[Node]", getattr(module, name.capitalize()))
