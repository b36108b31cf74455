"""The documents in which clients and agents are imported and exported: their fields and checks.

Every field says what it means; docs/client-document.md and docs/agents-document.md are made of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from ari_app.flow import forms
from ari_app.flow.said import Said
from ari_app.flow.setting import Between, Doc, OneOf, Slug, Text
from ari_app.store import written
from ari_app.store.written import COLOUR, COUNTRY, E164, MUSIC, SHORT_LANGUAGE

Language = Annotated[str, Text(SHORT_LANGUAGE, role="language", wrong=forms.language)]
PromptLanguage = Annotated[
    str, Text(SHORT_LANGUAGE, role="language", wrong=written.prompt_language)
]
Number = Annotated[
    str,
    Text(E164, role="number", wrong=written.number),
    BeforeValidator(written.without_signs),  # the last one is asked first
    AfterValidator(written.of_a_country),
]
Name = Annotated[str, Text(most=200, least=1)]
Timezone = Annotated[str, Text(role="timezone"), AfterValidator(written.timezone)]
Hours = Annotated[str, Text(role="hours"), AfterValidator(written.hours)]
Date = Annotated[str, Text(role="date"), AfterValidator(written.a_date)]
Part = Annotated[str, Text(most=20)]
Words = Annotated[str, Text(most=20_000, least=1)]
FileName = Annotated[str, Text(most=1000, least=1)]
Colour = Annotated[str, Text(COLOUR, role="colour", wrong=written.colour)]
RingSeconds = Annotated[int, Between(1, 600)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_STRATEGIES = ("longest_idle", "ring_all", "round_robin", "fewest_calls", "skill_level")


class _Strict(BaseModel):
    """A mapping in which a field nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NumberDocument(_Strict):
    """A number callers dial, and the flow that answers."""

    number: Annotated[Number, Doc("The number, with its country; blanks and dashes are dropped.")]
    flow: Annotated[Slug, Doc("The flow that answers, one of `flows`.")]
    label: Annotated[str, Text(most=200), Doc("What people call this number.")] = ""


class ExceptionDocument(_Strict):
    """A date whose hours differ; without hours it is closed."""

    date: Annotated[Date, Doc("The date, as `2026-12-31`. One exception a date.")]
    hours: Annotated[list[Hours], Doc("The hours of that day, in place of the week's.")] = []
    name: Annotated[str, Text(most=200), Doc("What the day is called.")] = ""
    exit: Annotated[
        str, Text(most=63), Doc("The exit of the node `hours` that is taken all that day.")
    ] = ""


class HolidaysDocument(_Strict):
    """Closed on the public holidays of a country, or of a part of it."""

    country: Annotated[
        str,
        Text(COUNTRY, role="country", wrong=written.country),
        Doc("The country's two letters, ISO 3166."),
    ]
    subdivision: Annotated[
        Part | None,
        Doc("A part of the country with holidays of its own."),
    ] = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        written.holidays(self.country, self.subdivision)
        return self


class CalendarDocument(_Strict):
    """Opening hours: a week, dates that differ from it, and a switch by hand."""

    timezone: Annotated[Timezone | None, Doc("Its time zone; the client's, when left out.")] = None
    weekly: Annotated[
        dict[Day, list[Hours]],
        Doc("Spans by day, `mon` to `sun`; a day left out is closed. A span that ends before "
            "it begins reaches into the next day; `00:00-24:00` is a whole day."),
    ] = {}  # fmt: skip
    exceptions: Annotated[
        list[ExceptionDocument], Doc("Dates that replace the day of the week.")
    ] = []
    holidays: Annotated[
        HolidaysDocument | None,
        Doc("Public holidays on which it is closed."),
    ] = None
    override: Annotated[
        Literal["open", "closed"] | None,
        Doc("`open` or `closed` beats all, while it stands."),
    ] = None


class QueueDocument(_Strict):
    """Where callers wait for the client's agents."""

    strategy: Annotated[str, OneOf(*_STRATEGIES), Doc("Which of the free agents rings.")] = (
        "longest_idle"
    )
    ring_seconds: Annotated[int, Between(1, 600), Doc("How long an agent's phone rings.")] = 20
    wrap_up_seconds: Annotated[
        int, Between(0, 3600), Doc("After a talk, the time in which an agent gets no call.")
    ] = 10
    max_waiting: Annotated[int, Between(0, 10_000), Doc("How many may wait; 0 is no limit.")] = 0
    weight: Annotated[
        float,
        Between(0.001, 1000),
        Doc("How much a minute of waiting counts against that of other queues."),
    ] = 1
    music: Annotated[
        str, Text(MUSIC, role="music", wrong=written.music), Doc("The music while waiting.")
    ] = "default"


class PromptDocument(_Strict):
    """A prompt in one language: words to be spoken, or a recording."""

    text: Annotated[Words | None, Doc("The words, which a voice speaks.")] = None
    file: Annotated[
        FileName | None,
        Doc("A recording in any usual format; its path, from the document's folder."),
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError(Said("a prompt has either `text` or `file`"))
        return self


class ClientDocument(_Strict):
    """One client, whole: what the document does not have, the client does not have."""

    client: Annotated[
        Slug,
        AfterValidator(written.not_reserved),
        Doc("The client's slug. It stays as it is; another one is another client."),
    ]
    name: Annotated[Name, Doc("The name, as agents read it.")]
    language: Annotated[Language, Doc("What callers hear when a flow says nothing else.")]
    timezone: Annotated[Timezone, Doc("In which hours and times are meant.")] = "Asia/Ulaanbaatar"
    colour: Annotated[Colour | None, Doc("Its colour on agents' screens.")] = None
    answer_phrase: Annotated[
        dict[Language, Annotated[str, Text(most=500)]],
        Doc("What an agent says first, by language."),
    ] = {}
    short_abandon_seconds: Annotated[
        int, Between(0, 600), Doc("Who hangs up sooner is a `short_abandon`.")
    ] = 5
    record: Annotated[bool, Doc("Whether talks are recorded.")] = True
    fallback_queue: Annotated[
        Slug | None, Doc("The queue to which a fault of a flow leads, one of `queues`.")
    ] = None
    numbers: Annotated[list[NumberDocument], Doc("The numbers that callers dial.")] = []
    calendars: Annotated[dict[Slug, CalendarDocument], Doc("Opening hours by slug.")] = {}
    queues: Annotated[dict[Slug, QueueDocument], Doc("Queues by slug.")] = {}
    prompts: Annotated[
        dict[Slug, dict[PromptLanguage, PromptDocument]],
        Doc("What callers hear: by slug, and then by language."),
    ] = {}
    agents: Annotated[
        dict[Slug, Annotated[int, Between(0, 10)]],
        Doc("Level of skill, 0 to 10, by agent. The agents are in the agents' document."),
    ] = {}
    flows: Annotated[
        dict[Slug, dict[str, Any]],
        Doc("Flows by slug; [Node types](nodes/README.md) has their nodes."),
    ] = {}

    @property
    def home(self) -> str:
        """The country of the client's numbers, in two letters; without any, the house's own."""
        return next(filter(None, map(written.country_of, (n.number for n in self.numbers))),
                    written.HOME)  # fmt: skip


class AgentDocument(_Strict):
    """An agent of the house."""

    name: Annotated[Name, Doc("The name, as people read it.")]
    ready_on_register: Annotated[
        bool, Doc("Whether the agent is ready as soon as the phone registers.")
    ] = True
    ring_seconds: Annotated[
        RingSeconds | None, Doc("How long the phone rings; the queue says it otherwise.")
    ] = None
    simulated_phone: Annotated[
        bool, Doc("Whether a robot plays the phone, until a real one registers.")
    ] = False


class AgentsDocument(_Strict):
    """Agents of the house. Agents that it does not have stay as they are."""

    agents: Annotated[dict[Slug, AgentDocument], Doc("The agents by slug.")]
