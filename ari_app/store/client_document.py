"""The documents in which clients and agents are imported and exported: their fields and checks."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import holidays
import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


def _e164(value: object) -> object:
    """Drop what people write between digits; the field's pattern judges the rest."""
    return re.sub(r"[ ()./-]", "", value) if isinstance(value, str) else value


def _known_country(value: str) -> str:
    try:
        phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{value} begins with the code of no country") from None
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is no time zone; it should be one like Asia/Ulaanbaatar")
    return value


def _hours(value: str) -> str:
    if not _HOURS.fullmatch(value):
        raise ValueError(f"{value!r} should read like 09:00-18:00")
    return value


def _date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{value!r} should be a date like 2026-12-31") from None


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
E164 = Annotated[
    str,
    BeforeValidator(_e164),
    Field(pattern=r"^\+[1-9][0-9]{4,14}$"),
    AfterValidator(_known_country),
]
Timezone = Annotated[str, AfterValidator(_timezone)]
Hours = Annotated[str, AfterValidator(_hours)]
Date = Annotated[str, AfterValidator(_date)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Strategy = Literal["longest_idle", "ring_all", "round_robin", "fewest_calls", "skill_level"]


class _Strict(BaseModel):
    """A mapping in which a field nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NumberDocument(_Strict):
    """A number callers dial, and the flow that answers."""

    number: E164
    flow: Slug
    label: str = ""


class ExceptionDocument(_Strict):
    """A date whose hours differ; no hours = closed. ``exit`` is taken all that day."""

    date: Date
    hours: list[Hours] = []
    name: str = ""
    exit: str = ""


class HolidaysDocument(_Strict):
    """Closed on the public holidays of a country (ISO 3166 alpha-2), or of a part of it."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError as error:
            raise ValueError(str(error)) from error
        return self


class CalendarDocument(_Strict):
    """Opening hours, in the client's time zone if it has none. ``override`` beats everything."""

    timezone: Timezone | None = None
    weekly: dict[Day, list[Hours]] = {}
    exceptions: list[ExceptionDocument] = []
    holidays: HolidaysDocument | None = None
    override: Literal["open", "closed"] | None = None


class QueueDocument(_Strict):
    """Where callers wait. Spans in seconds; ``max_waiting`` 0 = no limit."""

    strategy: Strategy = "longest_idle"
    ring_seconds: int = Field(20, ge=1, le=600)
    wrap_up_seconds: int = Field(10, ge=0, le=3600)
    max_waiting: int = Field(0, ge=0, le=10_000)
    weight: float = Field(1, gt=0, le=1000, strict=False)
    music: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")] = "default"


class PromptDocument(_Strict):
    """A prompt in one language: ``text`` to be spoken, or a ``file`` beside the document."""

    text: Annotated[str, Field(min_length=1)] | None = None
    file: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError("a prompt has either text or file")
        return self


class ClientDocument(_Strict):
    """One client, whole: what the document does not have, the client does not have."""

    client: Slug
    name: Annotated[str, Field(min_length=1)]
    language: Language
    timezone: Timezone = "Asia/Ulaanbaatar"
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    answer_phrase: dict[Language, str] = {}
    short_abandon_seconds: int = Field(5, ge=0, le=600)
    record: bool = True
    fallback_queue: Slug | None = None
    numbers: list[NumberDocument] = []
    calendars: dict[Slug, CalendarDocument] = {}
    queues: dict[Slug, QueueDocument] = {}
    prompts: dict[Slug, dict[Language, PromptDocument]] = {}
    agents: dict[Slug, Annotated[int, Field(ge=0, le=10)]] = {}
    flows: dict[Slug, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _refers_to_what_it_has(self) -> Self:
        if self.fallback_queue is not None and self.fallback_queue not in self.queues:
            raise ValueError(f"fallback_queue {self.fallback_queue!r} is not among the queues")
        seen: set[str] = set()
        for number in self.numbers:
            if number.flow not in self.flows:
                raise ValueError(f"number {number.number} leads to flow {number.flow!r}, not found")
            if number.number in seen:
                raise ValueError(f"number {number.number} stands here twice")
            seen.add(number.number)
        return self


class AgentDocument(_Strict):
    """An agent of the house. Without ``ring_seconds`` the queue says how long to ring.

    ``simulated_phone``: the second Asterisk plays the phone, until a real one registers.
    """

    name: Annotated[str, Field(min_length=1)]
    ready_on_register: bool = True
    ring_seconds: Annotated[int, Field(ge=1, le=600)] | None = None
    simulated_phone: bool = False


class AgentsDocument(_Strict):
    """Agents of the house. Agents that it does not have stay as they are."""

    agents: dict[Slug, AgentDocument]
