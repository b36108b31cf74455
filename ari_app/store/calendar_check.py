"""Hours that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ari_app.flow.said import Said
from ari_app.store.client_document import CalendarDocument, ClientDocument
from ari_app.store.document_file import DocumentFile, Finding

_DAY = 24 * 60
_NIGHT_ENDS = 12 * 60
"""A span that begins in the evening and ends by noon is a night, not a slip."""


def calendar_findings(file: DocumentFile, document: ClientDocument) -> Iterator[Finding]:
    """Yield a finding for each date that stands twice, and for spans that overlap or run back."""
    for slug, calendar in document.calendars.items():
        place = ["calendars", slug]
        yield from _dates(file, place, calendar)
        for day, spans in calendar.weekly.items():
            yield from _spans(file, [*place, "weekly", day], spans)
        for n, exception in enumerate(calendar.exceptions):
            yield from _spans(file, [*place, "exceptions", n, "hours"], exception.hours)


def _dates(
    file: DocumentFile, place: Sequence[str | int], calendar: CalendarDocument
) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, exception in enumerate(calendar.exceptions):
        if exception.date in seen:
            said = Said(
                "the date {date} stands here twice; write its hours in one exception",
                date=exception.date,
            )
            yield file.find([*place, "exceptions", n, "date"], said)
        seen.add(exception.date)


def _spans(
    file: DocumentFile, place: Sequence[str | int], spans: Sequence[str]
) -> Iterator[Finding]:
    taken: list[tuple[int, int, str]] = []
    for n, text in enumerate(spans):
        begin, end = (int(time[:2]) * 60 + int(time[3:]) for time in text.split("-"))
        if end < begin:
            if end > _NIGHT_ENDS:
                said = Said(
                    "{span} ends before it begins, and so on the next day; should it be {other}?",
                    span=text, other="-".join(reversed(text.split("-"))),
                )  # fmt: skip
                yield file.find([*place, n], said, "warning")
            end += _DAY
        for other_begin, other_end, other in taken:
            if begin < other_end and other_begin < end:
                said = Said("{span} overlaps {other}; write one span", span=text, other=other)
                yield file.find([*place, n], said, "warning")
        taken.append((begin, end, text))
