"""What can go wrong with the journal, so that a caller of it can act by class."""

from __future__ import annotations


class JournalError(Exception):
    """The journal cannot be read or written; the text says which file and why."""


class JournalFullError(JournalError):
    """The disk has no room for the turn, or refuses to write. Nothing of the turn was saved."""


class JournalLockedError(JournalError):
    """Another process held the journal longer than the waiting time. Nothing was saved."""


class RunTakenError(JournalError):
    """Another process took the run on meanwhile: whoever is told so must not act for the call."""
