"""A copy that uses the Postgres, the Redis and the Asterisk of somebody else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ari_app.places import REPOSITORY
from ari_app.settings import Settings
from ari_app.standalone.asterisk import is_ready
from ari_app.standalone.postgres import SUPERUSER
from ari_app.store.database import connect
from tests.call.house import House as WholeHouse
from tests.call.house import eventually
from tests.standalone.house import House as Services

pytestmark = pytest.mark.real


# Root runs none of it: neither Asterisk nor, as Postgres knows people by their account, commands.
_STEP_DOWN_AND_RUN = """
import runpy, sys
from ari_app.settings import Settings
from ari_app.standalone.account import step_down
step_down(Settings.load().home)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def start(home: Path, *script: str | Path) -> subprocess.Popen[bytes]:
    """Start a Python script as the account of this home, with its settings."""
    with (home / "theirs.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", _STEP_DOWN_AND_RUN, *script],
            env={**os.environ, "DUUDLAGA_HOME": str(home)},
            stdout=log,
            stderr=log,
            cwd=REPOSITORY,
        )


@contextmanager
def asterisk_of_somebody_else(house: WholeHouse) -> Iterator[subprocess.Popen[bytes]]:
    """Run Asterisk with this home's configuration, as a service of the machine would."""
    process = start(house.home, REPOSITORY / "ari_app" / "standalone" / "one.py", "asterisk")
    try:
        eventually(lambda: is_ready(house.settings), 30, "their Asterisk answers")
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with Services() as running:
        yield running


@pytest.fixture
def using_them(services: Services, monkeypatch: pytest.MonkeyPatch) -> WholeHouse:
    """A home whose settings name those services; nothing of it runs yet."""
    theirs, house = services.settings, WholeHouse()
    house.home.chmod(0o755)
    ours = Settings.load(home=house.home)
    named = {
        "POSTGRES_DSN": f"host={theirs.run} dbname=second_house",
        "REDIS_URL": theirs.redis_address,
        "ARI_URL": ours.ari_http_url,
        "AMI_ADDRESS": "{}:{}".format(*ours.ami_endpoint),
        "SIP_PORT": ours.sip_port,
    }
    lines = [f"DUUDLAGA_{name}={value}\n" for name, value in named.items()]
    (house.home / "settings.env").write_text("".join(lines))
    monkeypatch.delenv("DUUDLAGA_HOME", raising=False)
    return house


def test_what_the_settings_name_is_used_and_nothing_of_it_is_started(
    services: Services, using_them: WholeHouse
) -> None:
    superuser = f"host={services.settings.run} user={SUPERUSER} dbname=postgres"
    duudlaga = Path(sys.executable).with_name("duudlaga")
    with asterisk_of_somebody_else(using_them) as theirs:
        assert start(using_them.home, duudlaga, "migrate", "--superuser", superuser).wait(30) == 0
        with using_them as house:
            started = {line.name for line in house.status().processes}
            assert started.isdisjoint({"postgres", "redis", "asterisk"})
            shown = json.loads(house.duudlaga("status", "--json"))
            assert "dbname=second_house" in shown["postgres"]["dsn"]
            assert shown["redis"]["url"] == f"unix://{services.settings.redis_socket}"
            call = json.loads(
                house.duudlaga(
                    "call", "+97670110001", "--press", "1", "--hang-up-after", "4", "--json"
                )
            )
            assert call["client"] == "anu-clinic"
            agents = json.loads(house.duudlaga("agent", "list", "--json"))
            assert {agent["phone"] for agent in agents} == {"reachable"}
            assert "is now paused" in house.duudlaga("agent", "state", "bold", "paused")
            findings = json.loads(house.duudlaga("doctor", "--json"))
            assert {each["name"] for each in findings if each["grade"] == "bad"} == set()
            address = house.settings.postgres_address("duudlaga_writer")
            with closing(connect(address, "test")) as link, link.cursor() as cursor:
                cursor.execute("SELECT client_id FROM calls")
                assert [client for (client,) in cursor.fetchall()] == ["anu-clinic"]
            assert not (house.home / "postgres").exists()
            assert not (house.home / "redis").exists()
            theirs.terminate()  # before the home is removed, in which it writes
            theirs.wait(20)
