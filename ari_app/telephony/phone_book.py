"""The passwords of the agents' SIP accounts."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


class PhoneBook:
    """One random password per agent, made on first use and kept in ``path`` (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def password(self, slug: str) -> str:
        """Return the password of agent ``slug``; blocks for a small write when it is new."""
        if slug not in self._passwords:
            self._save({**self._passwords, slug: secrets.token_urlsafe(18)})
        return self._passwords[slug]

    def known(self, slug: str) -> str | None:
        """Return the password of agent ``slug``, or ``None`` when there is none yet."""
        return self._passwords.get(slug)

    def renew(self, slug: str) -> str:
        """Replace the password of agent ``slug`` and return the new one."""
        self._save({**self._passwords, slug: secrets.token_urlsafe(18)})
        return self._passwords[slug]

    def forget(self, slug: str) -> None:
        """Drop the password of agent ``slug``."""
        self._save({name: word for name, word in self._passwords.items() if name != slug})

    def _save(self, passwords: dict[str, str]) -> None:
        unfinished = self._path.with_suffix(".tmp")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(passwords, file, indent=2, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        self._passwords = passwords
