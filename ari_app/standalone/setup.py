"""What is done between the databases' start and the first call. Done already, a step is quick."""

from collections.abc import Callable
from contextlib import closing

import psycopg2

from ari_app.media.speech import speak_standard
from ari_app.places import REPOSITORY
from ari_app.settings import Settings
from ari_app.snapshot.publish import publish
from ari_app.standalone.client_import import import_clients
from ari_app.standalone.postgres import superuser_dsn
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.simulated_phones import give_agents_phones
from ari_app.store.database import connect, transaction
from ari_app.store.exporting import client_slugs
from ari_app.store.migrate import migrate
from ari_app.store.roles import OWNER, WRITER, prepare_server

DEMO = REPOSITORY / "demo"


def make_database(settings: Settings) -> None:
    """Make the database and the roles that use it, with this home's passwords.

    Somebody else's Postgres (DUUDLAGA_POSTGRES_DSN) has them already.
    """
    if settings.postgres_dsn is not None:
        return
    with closing(psycopg2.connect(superuser_dsn(settings))) as superuser:
        prepare_server(superuser, settings.postgres_passwords)


def make_tables(settings: Settings) -> None:
    """Bring the database up to the files in sql/."""
    with closing(connect(settings.postgres_address(OWNER), "up: tables")) as owner:
        migrate(owner)


def speak_prompts(settings: Settings) -> None:
    """Speak the standard prompts that are missing: all of them at first start."""
    speak_standard(settings)


def publish_snapshot(settings: Settings) -> None:
    """Bring in the demo's clients at first start; put what Postgres holds in force for calls.

    Never over clients that Postgres has already, as after a lost snapshot or in a new home.
    """
    with closing(connect(settings.postgres_address(WRITER), "up: snapshot")) as writer:
        with transaction(writer) as cursor:
            empty = not client_slugs(cursor)
        if empty and not settings.current_snapshot.exists():
            report = import_clients(settings, writer, [DEMO])
            if report.problems:
                raise ServiceError("; ".join(report.problems))
        publish(writer, settings.snapshot)


STEPS: tuple[tuple[str, Callable[[Settings], None]], ...] = (
    ("database", make_database),
    ("tables", make_tables),
    ("prompts", speak_prompts),
    ("clients", publish_snapshot),
    ("phones", give_agents_phones),
)
