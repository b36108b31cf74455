"""What calls left behind: in Postgres, in the witness's file, in Asterisk, in the controller."""

from __future__ import annotations

import base64
import http.client
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from ari_app.journal.cel_line import parse_cel_line
from ari_app.journal.store import Journal
from ari_app.standalone.status import status
from ari_app.store.database import connect
from ari_app.store.roles import WRITER
from tests.load.house import House

T = TypeVar("T")


def eventually(look: Callable[[], T], right: Callable[[T], bool], seconds: float) -> T:
    """What ``look`` sees, as soon as it is right or the time is over; the caller asserts."""
    deadline = monotonic() + seconds
    while not right(seen := look()) and monotonic() < deadline:
        sleep(0.25)
    return seen


def outcomes(house: House) -> dict[str, str | None]:
    """The outcome of each call in Postgres, by the number that the caller sent."""
    rows = _rows(house, "SELECT caller_raw, outcome FROM calls")
    assert len({caller for caller, _ in rows}) == len(rows), "two calls of one caller"
    return dict(rows)


def endings(house: House) -> Counter[str]:
    """How many times each call has ended, by the call's id."""
    rows = _rows(house, "SELECT call_id::text FROM entries WHERE kind = 'call_ended'")
    return Counter(call for (call,) in rows)


def answered(house: House) -> set[str]:
    """The ids of the calls that somebody answered."""
    rows = _rows(house, "SELECT id::text FROM calls WHERE outcome = 'answered'")
    return {call for (call,) in rows}


def recorded(house: House) -> set[str]:
    """The ids of the calls with a finished recording on the disk."""
    return {path.name[:36] for path in house.settings.recordings.rglob("*.ogg")}


def witnessed(house: House) -> set[str]:
    """The linked ids that Asterisk itself has written down."""
    with house.settings.cel.open(encoding="utf-8", errors="replace") as file:
        return {event["linkedid"] for line in file if (event := parse_cel_line(line))}


def open_runs(house: House) -> int:
    """Runs that have not ended in the journal."""
    with Journal(house.settings.journal) as journal:
        return len(journal.open_runs())


def held_by_asterisk(house: House) -> dict[str, int]:
    """How many channels and bridges Asterisk has now."""
    return {kind: len(_ari(house, kind)) for kind in ("channels", "bridges")}


def open_files(house: House) -> int:
    """How many files, sockets and pipes the controller has open."""
    return len(list(Path(f"/proc/{house.pid('controller')}/fd").iterdir()))


def complaints(house: House) -> list[str]:
    """Errors in the controller's log."""
    lines = (house.settings.log / "controller.log").read_text().splitlines()
    return [line for line in lines if '"level": "error"' in line]


def restarts(house: House) -> dict[str, int]:
    """The processes that were started again, and how often."""
    processes = status(house.settings).processes
    return {each.name: each.restarts for each in processes if each.restarts}


def _rows(house: House, query: str) -> list[Any]:
    with (
        closing(connect(house.settings.postgres_address(WRITER), "load test")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        return cursor.fetchall()


def _ari(house: House, kind: str) -> list[Any]:
    settings = house.settings
    login = base64.b64encode(f"duudlaga:{settings.ari_password}".encode()).decode()
    with closing(
        http.client.HTTPConnection(settings.sip_address, settings.ari_port, timeout=10)
    ) as connection:
        connection.request("GET", f"/ari/{kind}", headers={"Authorization": f"Basic {login}"})
        found: list[Any] = json.load(connection.getresponse())
        return found
