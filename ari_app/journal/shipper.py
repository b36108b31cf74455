"""The shipper: a process that takes the journal and Asterisk's own account into Postgres.

    python -m ari_app.journal.shipper

``run/shipper.ready`` stands while the journal is shipped up to its end; SIGTERM ends the process
after the current batch. Like the controller's, this file only brings its parts together.
"""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

import structlog

from ari_app.caller import caller_number
from ari_app.health import shipper as health
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.journal.cel_rotation import CelRotation
from ari_app.journal.follow import Chore, Shipper
from ari_app.journal.last_message import take_last_message
from ari_app.journal.left_messages import LeftMessages
from ari_app.journal.reconcile import Reconciler
from ari_app.journal.refusals import Refusals
from ari_app.journal.refused_calls import RefusedCalls
from ari_app.journal.spool import take_in
from ari_app.journal.store import Journal
from ari_app.journal.witness import Witness
from ari_app.last_words import last_words
from ari_app.logs import log_to
from ari_app.settings import Settings
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.publish import publish
from ari_app.snapshot.reader import Route, Snapshot, SnapshotError
from ari_app.snapshot.reception import route_of
from ari_app.store.database import Connection, connect, transaction
from ari_app.store.exporting import client_slugs
from ari_app.store.roles import WRITER

log = structlog.get_logger(__name__)

SPOOL_SECONDS = 1.0
WITNESS_SECONDS = 5.0
REFUSED_SECONDS = 1.0
RECONCILE_SECONDS = 15.0
ROTATION_SECONDS = 600.0
PUBLISH_SECONDS = 300.0
"""Who called for the first time is a known caller this much later."""


def chores(settings: Settings, journal: Journal) -> list[Chore]:
    """Return what the shipper does beside shipping."""
    witness = Witness(settings.cel, journal.node)
    fallback = settings.monitor / "fallback"
    messages = settings.asterisk_state / "spool" / "recording"

    def take_message(unique_id: str, recording: str) -> float | None:
        seconds = take_last_message(fallback, messages, unique_id, recording)
        if seconds is None:
            log.warning("message_without_file", unique_id=unique_id, recording=recording)
        return seconds

    reconciler = Reconciler(journal, _finder(settings), caller_number, take_message)
    left_messages = LeftMessages(journal, take_message)

    def reconcile(connection: Connection) -> None:
        witness.read(connection)
        witness.forget(connection, datetime.now(UTC))
        left_messages.run(connection, datetime.now(UTC))
        reconciler.run(connection, datetime.now(UTC))

    return [
        Chore("spool", SPOOL_SECONDS, lambda _: take_in(settings.spool, journal)),
        Chore("witness", WITNESS_SECONDS, witness.read),
        Chore("reconcile", RECONCILE_SECONDS, reconcile),
        Chore("rotation", ROTATION_SECONDS, CelRotation(settings.cel, witness).turn),
        Chore("publish", PUBLISH_SECONDS, lambda connection: _publish(settings, connection)),
    ]


def _finder(settings: Settings) -> Callable[[Incoming], Route | None]:
    return lambda incoming: _route(settings.snapshot, incoming)


def _trunks(settings: Settings) -> tuple[IPv4Network, ...]:
    """The addresses that our Asterisk takes for a trunk's; none of an Asterisk of others."""
    file = settings.asterisk_etc / "pjsip.conf"
    text = file.read_text() if file.exists() else ""
    written = ",".join(re.findall(r"^match = (.*)", text, re.MULTILINE)).split(",")
    networks = []
    for each in written:
        with suppress(ValueError):  # a name, for which Asterisk asks the DNS
            networks.append(IPv4Network(each.strip(), strict=False))
    return tuple(networks)


def _route(snapshot: Path, incoming: Incoming) -> Route | None:
    try:
        return route_of(Snapshot.open(snapshot), incoming)
    except SnapshotError:
        if any(snapshot.glob("*/house.json")):
            raise
        return None  # nothing was published yet: every number is nobody's


def _publish(settings: Settings, connection: Connection) -> None:
    """Publish anew, but never an empty house: a new database must not take the calls' clients."""
    with transaction(connection) as cursor:
        clients = client_slugs(cursor)
    if clients:
        publish(connection, settings.snapshot)


def main() -> None:
    """Ship this home's journal until SIGTERM or SIGINT."""
    settings = Settings.load()
    log_to(settings.log / "shipper.log")
    settings.run.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with last_words(), Journal(settings.journal, busy_seconds=5.0) as journal:
        house = (settings.sip_address, settings.sip_port)
        refused = RefusedCalls(
            settings.sip_copies, Refusals(house, _trunks(settings)), journal, _finder(settings)
        )
        looks = health.ShipperHealth(
            settings.journal, Witness(settings.cel, journal.node), lambda: shipper.shipped, refused
        )
        shipper = Shipper(
            settings.journal,
            lambda: looks.connected(
                lambda: connect(settings.postgres_address(WRITER), "duudlaga-shipper")
            ),
            settings.run / "shipper.ready",
            [
                *chores(settings, journal),
                Chore("refused", REFUSED_SECONDS, lambda _: refused.enter()),
                Chore("health", health.LOOK_SECONDS, looks.look),
            ],
        )
        with refused, HealthServer(health_socket(settings.run, "shipper"), looks.report):
            shipper.run(stop)


if __name__ == "__main__":
    main()
