"""What is said when a third-party program cannot be had."""


class FetchError(Exception):
    """A part cannot be fetched, or is missing; the message says which, why and what to do."""
