"""How a setting is declared: meaning, limits and role, in the standard library alone.

The limits are checked twice by the same declaration, in the same words: by
:mod:`ari_app.flow.reading` when a call uses a flow, and by pydantic when a document is checked.
Pydantic finds the two hooks ``__get_pydantic_core_schema__`` and ``__get_pydantic_json_schema__``
by name, so that nothing here imports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from ari_app.flow import forms
from ari_app.flow.said import Said, meant, shown

Problem = Callable[[Any], Said | None]


class Doc:
    """What a setting means, for authors: the manual and the editor show it."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning

    def problem(self, value: Any) -> Said | None:
        """Return ``None``: a meaning limits nothing."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(schema), "description": self.meaning}


class Between:
    """A number's limits, both included."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def problem(self, value: Any) -> Said | None:
        """Return what is wrong with ``value``, or ``None``."""
        if self.least <= value <= self.most:
            return None
        return Said(
            "write a number between {least} and {most}, not {value}",
            least=self.least,
            most=self.most,
            value=shown(value),
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return _checked(self.problem, handler(source), "after")

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(schema), "minimum": self.least, "maximum": self.most}


class Text:
    """A text's pattern and lengths. ``role`` says what it names: ``prompt``, ``queue``…

    ``wrong`` makes the sentence for a text that does not match.
    """

    def __init__(
        self,
        pattern: str = "",
        most: int = 80,
        role: str = "",
        wrong: Callable[[str], Said] = forms.unfitting,
        least: int = 0,
    ) -> None:
        self.pattern, self.most, self.role, self.least = pattern, most, role, least
        self._wrong = wrong
        self._match = re.compile(pattern or r"(?s).*").fullmatch

    def problem(self, value: Any) -> Said | None:
        """Return what is wrong with ``value``, or ``None``."""
        if not isinstance(value, str):
            return forms.not_text(value, self.role)
        if len(value) > self.most:
            return Said(
                "this text has {length} characters; at most {most} fit here",
                length=len(value),
                most=self.most,
            )
        if len(value.strip()) < self.least:
            return Said("nothing stands here; write a text")
        return None if self._match(value) else self._wrong(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return _checked(self.problem, handler(source), "before")

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        described = {**handler(schema), "maxLength": self.most}
        if self.pattern:
            described["pattern"] = self.pattern
        return {**described, "x-role": self.role} if self.role else described


class OneOf:
    """A text that is one of a few."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def problem(self, value: Any) -> Said | None:
        """Return what is wrong with ``value``, or ``None``."""
        if value in self.values:
            return None
        known = ", ".join(self.values)
        said = Said("`{value}` is not known here; write one of {known}",
                    value=shown(value), known=known)  # fmt: skip
        return meant(said, value, self.values)

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return _checked(self.problem, handler(source), "before")

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(schema), "enum": list(self.values)}


class Count:
    """How many members a list or a table may have."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def problem(self, value: Any) -> Said | None:
        """Return what is wrong with ``value``, or ``None``."""
        if self.least <= len(value) <= self.most:
            return None
        return Said(
            "{least} to {most} may stand here, not {count}",
            least=self.least,
            most=self.most,
            count=len(value),
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return _checked(self.problem, handler(source), "after")

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        described = handler(schema)
        kind = "Properties" if described.get("type") == "object" else "Items"
        return {**described, f"min{kind}": self.least, f"max{kind}": self.most}


def _checked(problem: Problem, schema: Any, when: str) -> Any:
    """Return pydantic's schema with a check of ours ``before`` or ``after`` it."""

    def check(value: Any) -> Any:
        said = problem(value)
        if said is not None:
            raise ValueError(said)
        return value

    function = {"type": "no-info", "function": check}
    return {"type": f"function-{when}", "function": function, "schema": schema}


Slug = Annotated[str, Text(forms.SLUG, role="slug", wrong=forms.slug)]
Prompt = Annotated[str, Text(forms.PROMPT, role="prompt", wrong=forms.prompt)]
"""A prompt of the client by its slug, or one of the standard set as ``standard:PATH``."""
QueueSlug = Annotated[str, Text(forms.SLUG, role="queue", wrong=forms.slug)]
CalendarSlug = Annotated[str, Text(forms.SLUG, role="calendar", wrong=forms.slug)]
MusicName = Annotated[str, Text(forms.SLUG, role="music", wrong=forms.slug)]
FlowSlug = Annotated[str, Text(forms.SLUG, role="flow", wrong=forms.slug)]
LanguageCode = Annotated[str, Text(forms.LANGUAGE, role="language", wrong=forms.language)]
Variable = Annotated[str, Text(forms.VARIABLE, role="variable", wrong=forms.variable)]
ReadVariable = Annotated[str, Text(forms.VARIABLE, role="read_variable", wrong=forms.variable)]
Key = Annotated[str, Text(forms.KEY, role="key", wrong=forms.key)]
PhoneNumber = Annotated[str, Text(forms.PHONE_NUMBER, role="number", wrong=forms.phone_number)]
CountryCode = Annotated[
    str, Text(forms.COUNTRY_CODE, role="country_code", wrong=forms.country_code)
]
Template = Annotated[str, Text(most=250, role="template")]
"""A text in which ``${name}`` stands for a variable."""
