"""Reads the published configuration. Standard library only: the fallback reads it too.

``home/snapshot`` holds ``<version>/house.json`` with its SHA-256 beside it and ``contacts.db``;
the link ``current`` names the version in force and is replaced in one step.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from ari_app.flow.said import Said
from ari_app.telephone_number import spellings

_log = logging.getLogger(__name__)

_CONTACT = "SELECT known, vip, blocked, name FROM contacts WHERE client = ? AND number = ?"


class SnapshotError(Exception):
    """No version of the snapshot can be read; the text says which folder and why."""


@dataclass(frozen=True, slots=True)
class Route:
    """Whose number it is and which flow answers. ``number`` is E.164."""

    number: str
    client: str
    flow: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of a caller who called this client before, or whom the client entered."""

    known: bool
    vip: bool
    blocked: bool
    name: str


class Snapshot:
    """One version of the configuration, unchanging. :meth:`open` is the way to get one."""

    def __init__(self, directory: Path, house: dict[str, Any]) -> None:
        self.directory = directory
        self.version: str = house["version"]
        self.clients: dict[str, dict[str, Any]] = house["clients"]
        self.agents: dict[str, dict[str, Any]] = house["agents"]
        self.numbers: dict[str, dict[str, str]] = house["numbers"]
        self._routes = _routes(self.numbers)
        self._bundles: dict[tuple[str, str], dict[str, Any]] = {}
        # Kept open: to open it costs ten times as much as to ask.
        self._contacts: sqlite3.Connection | None = None

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the version in force, or, when that is damaged, the newest one that is not.

        Raises :class:`SnapshotError` when there is none.
        """
        current = _target(directory)
        earlier = sorted(
            (path for path in directory.glob("*/house.json") if path.parent.name != "current"),
            reverse=True,
        )
        tried = [current] if current else []
        tried += [path.parent for path in earlier if path.parent != current]
        for version in tried:
            try:
                return cls(version, _read_house(version))
            except (OSError, ValueError, KeyError) as error:
                _log.error("Snapshot %s cannot be used: %s", version, error)
        raise SnapshotError(Said("there is no usable snapshot in {directory}", directory=directory))

    def changed(self) -> bool:
        """Tell whether another version is in force by now. Costs one look at the link."""
        current = _target(self.directory.parent)
        return current is not None and current != self.directory

    def route(self, number: str) -> Route | None:
        """Return whose number this is, however it is written: ``+976 7011-0001``, ``70110001``."""
        routes = (self._routes.get(digits) for digits in spellings(number))
        return next((route for route in routes if route is not None), None)

    def bundle(self, client: str, flow: str) -> dict[str, Any]:
        """Return all that a run of this flow needs, to be kept with the run.

        Raises :class:`KeyError` when the client has no such flow. Do not change what comes back.
        """
        key = (client, flow)
        if key not in self._bundles:
            house = self.clients[client]
            self._bundles[key] = {
                "client": client,
                "flow": flow,
                "revision": house["flows"][flow]["revision"],
                "definition": house["flows"][flow]["definition"],
                "subflows": {
                    slug: other["definition"]
                    for slug, other in house["flows"].items()
                    if slug != flow
                },
                "calendars": house["calendars"],
                "timezone": house["timezone"],
                "language": house["language"],
                "short_abandon_seconds": house["short_abandon_seconds"],
                "fallback_queue": house["fallback_queue"],
                "record": house["record"],
            }
        return self._bundles[key]

    def queue(self, client: str, slug: str) -> dict[str, Any] | None:
        """Return a client's queue, or ``None``."""
        queue: dict[str, Any] | None = self.clients.get(client, {}).get("queues", {}).get(slug)
        return queue

    def contact(self, client: str, number: str) -> Contact | None:
        """Return what is known of the caller ``number`` (E.164), or ``None``.

        A damaged file of contacts makes everybody unknown, and is logged: a call goes on.
        """
        path = self.directory / "contacts.db"
        try:
            if self._contacts is None:
                # immutable: the file is never written again, so there is no lock and no side file.
                address = f"file:{quote(str(path))}?mode=ro&immutable=1"
                self._contacts = sqlite3.connect(address, uri=True)
            row = self._contacts.execute(_CONTACT, (client, number)).fetchone()
        except sqlite3.Error as error:
            _log.error("Contacts %s cannot be read: %s", path, error)
            self.close()
            return None
        return Contact(bool(row[0]), bool(row[1]), bool(row[2]), row[3]) if row else None

    def close(self) -> None:
        """Close the contacts, if they are open. What is asked later opens them again."""
        if self._contacts is not None:
            self._contacts.close()
            self._contacts = None


def _target(directory: Path) -> Path | None:
    """Return where the link ``current`` leads, or ``None`` without a link."""
    try:
        return directory / (directory / "current").readlink().name
    except OSError:  # no version was published yet, or somebody removed the link
        return None


def _read_house(version: Path) -> dict[str, Any]:
    content = (version / "house.json").read_bytes()
    expected = (version / "house.json.sha256").read_text(encoding="ascii").split()
    if expected[:1] != [hashlib.sha256(content).hexdigest()]:
        raise ValueError("house.json does not have the SHA-256 written beside it")
    house: dict[str, Any] = json.loads(content)
    return house


def _routes(numbers: dict[str, dict[str, str]]) -> dict[str, Route]:
    """Index the numbers by their digits, and by their national form where only one has it.

    Some networks leave the trunk prefix between the country and the rest: ``976 0 70110001``.
    """
    national: dict[str, list[Route]] = {}
    routes, prefixed = {}, {}
    for number, owner in numbers.items():
        route = Route(number, owner["client"], owner["flow"])
        digits, short = number.removeprefix("+"), owner.get("national", "")
        routes[digits] = route
        national.setdefault(short, []).append(route)
        if short and digits.endswith(short):
            prefixed[f"{digits.removesuffix(short)}0{short}"] = route
    for digits, found in national.items():
        if digits and len(found) == 1:
            routes.setdefault(digits, found[0])
    return prefixed | routes
