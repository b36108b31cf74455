"""The one error of the flow language."""

from __future__ import annotations


class FlowError(Exception):
    """A definition cannot do what it says; the text is a sentence for its author.

    It never leaves the interpreter: :func:`ari_app.flow.engine.advance` journals it as
    ``flow_failed`` and brings the caller to a person by another way.
    """
