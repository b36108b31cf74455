"""How a node type declares its settings: meaning, limits and role, in the standard library alone.

The limits are checked twice by the same declaration: by :mod:`ari_app.flow.reading` when a call
uses a flow, and by pydantic when a flow is validated. Pydantic finds the two hooks
``__get_pydantic_core_schema__`` and ``__get_pydantic_json_schema__`` by name, so that nothing here
imports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any


class Doc:
    """What a setting means, for authors: the manual and the editor show it."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning

    def problem(self, value: Any) -> str | None:
        """Return ``None``: a meaning limits nothing."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(schema), "description": self.meaning}


class Between:
    """A number's limits, both included."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        if self.least <= value <= self.most:
            return None
        return f"must lie between {self.least} and {self.most}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(source), "ge": self.least, "le": self.most}


class Text:
    """A text's pattern and greatest length. ``role`` says what it names: ``prompt``, ``queue``…"""

    def __init__(self, pattern: str = "", most: int = 80, role: str = "") -> None:
        self.pattern, self.most, self.role = pattern, most, role
        self._match = re.compile(pattern).search

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        if len(value) > self.most:
            return f"must have at most {self.most} characters"
        if not self._match(value):
            return f"must match {self.pattern}"
        return None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        schema = {**handler(source), "max_length": self.most}
        return {**schema, "pattern": self.pattern} if self.pattern else schema

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        described = handler(schema)
        return {**described, "x-role": self.role} if self.role else described


class OneOf:
    """A text that is one of a few."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        return None if value in self.values else f"must be one of {', '.join(self.values)}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return {"type": "literal", "expected": list(self.values)}


class Count:
    """How many members a list or a table may have."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        if self.least <= len(value) <= self.most:
            return None
        return f"must have {self.least} to {self.most} members"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(source), "min_length": self.least, "max_length": self.most}


_SLUG = r"^[a-z0-9][a-z0-9_-]{0,62}$"

Slug = Annotated[str, Text(_SLUG)]
Prompt = Annotated[str, Text(r"^(standard:[a-z0-9_/-]+|[a-z0-9][a-z0-9_-]*)$", role="prompt")]
"""A prompt of the client by its slug, or one of the standard set as ``standard:PATH``."""
QueueSlug = Annotated[str, Text(_SLUG, role="queue")]
CalendarSlug = Annotated[str, Text(_SLUG, role="calendar")]
FlowSlug = Annotated[str, Text(_SLUG, role="flow")]
LanguageCode = Annotated[str, Text(r"^[a-z]{2,3}$", role="language")]
Variable = Annotated[str, Text(r"^[a-z][a-z0-9_]{0,31}$", role="variable")]
Key = Annotated[str, Text(r"^[0-9*#]$", role="key")]
PhoneNumber = Annotated[str, Text(r"^\+?[0-9]{3,18}$", role="number")]
Template = Annotated[str, Text(most=250, role="template")]
"""A text in which ``${name}`` stands for a variable."""
