"""The passwords of the agents' SIP accounts."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PhoneBookError(Exception):
    """The file of passwords cannot be read; the message is a sentence that names it."""


class PhoneBook:
    """One random password per agent, made on first use and kept in ``path`` (mode 0600).

    Several processes may use one file at once: the controller, and an import that brings a new
    agent. The first who asks makes the password, and all get the same.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passwords = self._read()

    def password(self, slug: str) -> str:
        """Return the password of agent ``slug``; blocks for a small write when it is new."""
        if slug not in self._passwords:
            with self._alone():
                self._passwords = self._read()
                if slug not in self._passwords:
                    self._save({**self._passwords, slug: secrets.token_urlsafe(18)})
        return self._passwords[slug]

    def known(self, slug: str) -> str | None:
        """Return the password of agent ``slug``, or ``None`` when there is none yet."""
        return self._passwords.get(slug)

    def forget(self, slug: str) -> None:
        """Drop the password of an agent who left: somebody else may get the slug one day."""
        with self._alone():
            self._passwords = self._read()
            if self._passwords.pop(slug, None) is not None:
                self._save(self._passwords)

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}  # nobody has a phone yet
        except (OSError, ValueError) as error:
            raise PhoneBookError(
                f"{self._path} cannot be read ({error}). Mend it, or remove it: passwords are "
                "made anew then, and real phones need the new ones."
            ) from error
        if not isinstance(content, dict) or not all(isinstance(w, str) for w in content.values()):
            raise PhoneBookError(
                f"{self._path} must hold one JSON object of passwords: mend it or remove it."
            )
        return content

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder itself as the lock, so that no lock file is left behind."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _save(self, passwords: dict[str, str]) -> None:
        """Write it whole. It belongs to whom the folder belongs, even when root brings an agent."""
        unfinished = self._path.with_suffix(".tmp")
        owner = self._path.parent.stat()
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
            json.dump(passwords, file, indent=2, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        self._passwords = passwords
