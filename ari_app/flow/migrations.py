"""Stored definitions of older versions, brought to the present one.

The n-th function of :data:`MIGRATIONS` turns ``spec_version`` n into n + 1, and has the files
``tests/flow/definitions/N.json`` (before) and ``N+1.json`` (after). A migration never changes what
a caller hears. Standard library only: the interpreter reads old revisions too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ari_app.flow.flow_error import FlowError

Definition = dict[str, Any]

VERSION = 1
"""The ``spec_version`` that is written today."""

MIGRATIONS: tuple[Callable[[Definition], Definition], ...] = ()


def current(definition: Any, where: str) -> Definition:
    """Return ``definition`` in the present version; the argument is left as it is.

    Raises :class:`FlowError` when it is no definition, or one from the future.
    """
    if not isinstance(definition, dict):
        raise FlowError(f"{where}: is no object")
    version = definition.get("spec_version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise FlowError(f"{where}, spec_version: {version!r:.40} is not known; write {VERSION}")
    migrated: Definition = definition
    for migrate in MIGRATIONS[version - 1 :]:
        migrated = migrate(migrated)
    return migrated
