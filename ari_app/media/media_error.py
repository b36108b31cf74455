"""What goes wrong with sounds."""


class MediaError(Exception):
    """A sound cannot be read, made or kept; the message is a sentence that says which and why."""
