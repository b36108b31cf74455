"""How a process of ours ends when it cannot go on: with a sentence where the reason is known."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def last_words() -> Iterator[None]:
    """Turn the project's own exceptions into the process's last words and exit status 1.

    `duudlaga up` shows the last words of what does not start. Any other exception is a fault of
    the program and keeps its traceback.
    """
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("ari_app."):
            raise
        raise SystemExit(str(error)) from error
