"""Settings: what stands before what, what is made once, and what is refused."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from ari_app.places import DEFAULT_HOME, Places
from ari_app.ports import Ports, free_ports
from ari_app.settings import Settings
from ari_app.settings_error import SettingsError

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.2"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DUUDLAGA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUUDLAGA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_first_start_makes_ports_and_passwords_and_later_ones_keep_them(home: Path) -> None:
    first = Settings.load()
    assert Settings.load() == first
    assert json.loads((home / "ports.json").read_text())["sip_port"] == first.sip_port


def test_only_the_owner_may_read_the_passwords(home: Path) -> None:
    Settings.load()
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600


def test_no_password_shows_when_settings_are_printed(home: Path) -> None:
    settings = Settings.load()
    assert settings.ari_password not in repr(settings) + str(settings)
    assert settings.ari_password != settings.ami_password


def test_asking_for_places_makes_nothing(home: Path) -> None:
    assert Places.load().journal == home / "journal.db"
    assert not home.exists()


def test_the_environment_stands_before_the_file_and_the_file_before_what_was_made(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "settings.env").write_text("DUUDLAGA_SIP_PORT=7001\nDUUDLAGA_ARI_PORT=7002\n")
    monkeypatch.setenv("DUUDLAGA_SIP_PORT", "7003")
    settings = Settings.load()
    assert (settings.sip_port, settings.ari_port) == (7003, 7002)
    assert settings.ami_port == json.loads((home / "ports.json").read_text())["ami_port"]


def test_a_misspelt_line_of_the_file_is_named(home: Path) -> None:
    home.mkdir()
    (home / "settings.env").write_text("DUUDLAGA_SIP_PROT=7001\n")
    with pytest.raises(SettingsError, match="DUUDLAGA_SIP_PROT"):
        Settings.load()


@pytest.mark.parametrize("line", ["{", "DUUDLAGA_SIP_PORT 7001", "SIP_PORT=7001", "\udcff"])
def test_a_line_that_sets_nothing_is_named(home: Path, line: str) -> None:
    home.mkdir()
    text = f"# mine\n\n{line}\n"
    (home / "settings.env").write_text(text, errors="surrogateescape")
    with pytest.raises(SettingsError, match=r"settings\.env, line 3|cannot be read"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIP_PORT", "five"),
        ("POSTGRES_DSN", "postgresql://db/duudlaga"),
        ("POSTGRES_DSN", "no words"),
        ("REDIS_URL", "localhost:6379"),
        ("ARI_URL", "10.0.0.1:8088"),
        ("AMI_ADDRESS", "10.0.0.1"),
        ("ARI_PORT", "70000"),
        ("SIP_ADDRESS", "localhost"),
        ("AMI_PASSWORD", "with;comment"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DUUDLAGA_{name}", value)
    with pytest.raises(SettingsError, match=f"DUUDLAGA_{name}") as refusal:
        Settings.load()
    assert "with;comment" not in str(refusal.value)


def test_a_range_that_ends_before_it_starts_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_RTP_END", "1024")
    with pytest.raises(SettingsError, match="no range"):
        Settings.load()


@pytest.mark.parametrize("content", ["{", "[]", "", "\udcff"])
def test_a_corrupt_file_of_ports_is_named(home: Path, content: str) -> None:
    home.mkdir()
    (home / "ports.json").write_text(content, errors="surrogateescape")
    with pytest.raises(SettingsError, match=r"ports\.json"):
        Settings.load()


def test_ports_that_lack_one_are_refused_by_its_name(home: Path) -> None:
    Settings.load()
    ports = json.loads((home / "ports.json").read_text())
    del ports["ami_port"]
    (home / "ports.json").write_text(json.dumps(ports))
    with pytest.raises(SettingsError, match="DUUDLAGA_AMI_PORT"):
        Settings.load()


def test_a_password_that_a_newer_version_needs_is_added_to_the_old_ones(home: Path) -> None:
    before = Settings.load()
    passwords = json.loads((home / "secrets.json").read_text())
    del passwords["redis_password"]
    (home / "secrets.json").write_text(json.dumps(passwords))
    after = Settings.load()
    assert after.redis_password
    assert after.ari_password == before.ari_password
    assert Settings.load() == after


def test_a_home_that_is_a_file_is_named(home: Path) -> None:
    home.write_text("")
    with pytest.raises(SettingsError, match=str(home)):
        Settings.load()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_home_that_may_not_be_read_is_named(home: Path) -> None:
    home.mkdir(mode=0o000)
    try:
        with pytest.raises(SettingsError, match=str(home)):
            Settings.load()
    finally:
        home.chmod(0o700)


def test_two_first_starts_at_once_agree(home: Path) -> None:
    show = "from ari_app.settings import Settings; print(Settings.load().ari_password)"
    starts = [
        subprocess.Popen([sys.executable, "-c", show], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    passwords = {start.communicate()[0] for start in starts}
    assert len(passwords) == 1
    assert all(start.returncode == 0 for start in starts)


def test_a_home_too_deep_for_sockets_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_HOME", str(tmp_path / ("deep" * 20)))
    with pytest.raises(SettingsError, match=r"^The settings: /.* is too long a path"):
        Settings.load()


def test_each_role_connects_by_the_socket_in_the_home_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "o'clock \\ home"
    monkeypatch.setenv("DUUDLAGA_HOME", str(home))
    settings = Settings.load()
    read = parse_dsn(settings.postgres_address("duudlaga_writer"))
    assert read == {
        "host": str(home / "run"),
        "dbname": "duudlaga",
        "user": "duudlaga_writer",
        "password": settings.postgres_writer_password,
    }


def test_an_existing_postgres_is_used_instead(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUUDLAGA_POSTGRES_DSN", "host=db.test dbname=calls")
    read = parse_dsn(Settings.load().postgres_address("duudlaga_app"))
    assert (read["host"], read["dbname"], read["user"]) == ("db.test", "calls", "duudlaga_app")


def test_the_usual_home_gets_the_usual_ports_and_another_home_does_not() -> None:
    other = free_ports(Path("/elsewhere"), INSIDE, OUTSIDE, usual_first=False)
    assert other.sip_port != Ports().sip_port
    assert other.rtp_end < Ports().rtp_start
    assert Settings.model_fields["home"].default == DEFAULT_HOME


def test_a_copy_whose_port_was_taken_since_gets_other_ports(home: Path) -> None:
    settings = Settings.load()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other_copy:
        other_copy.bind((INSIDE, settings.sip_port))
        with settings.held_ports() as moved:
            assert moved.sip_port != settings.sip_port
            assert moved.ari_password == settings.ari_password
    assert Settings.load() == moved
    with moved.held_ports() as again:
        assert again is moved


def test_a_pinned_port_in_use_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((INSIDE, 0)) as other_program:
        port = other_program.getsockname()[1]
        monkeypatch.setenv("DUUDLAGA_AMI_PORT", str(port))
        with (
            pytest.raises(SettingsError, match=f"Port {port} .*DUUDLAGA_AMI_PORT"),
            Settings.load().held_ports(),
        ):
            pytest.fail("two programs on one port")


def test_an_asterisk_elsewhere_is_named_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUUDLAGA_ARI_URL", "http://10.0.0.1:8088")
    with pytest.raises(SettingsError, match="set both"):
        Settings.load()
    monkeypatch.setenv("DUUDLAGA_AMI_ADDRESS", "10.0.0.1:5038")
    settings = Settings.load()
    assert (settings.ari_http_url, settings.ami_endpoint) == (
        "http://10.0.0.1:8088",
        ("10.0.0.1", 5038),
    )


def test_ports_of_an_asterisk_elsewhere_may_be_taken_here(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_ARI_URL", "http://10.0.0.1:8088")
    monkeypatch.setenv("DUUDLAGA_AMI_ADDRESS", "10.0.0.1:5038")
    settings = Settings.load()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((INSIDE, settings.sip_port))
        with settings.held_ports() as held:
            assert held == settings


def test_a_redis_elsewhere_is_used_instead(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Settings.load()
    assert ours.redis_address.startswith(f"unix://{home}/run/redis.sock?password=")
    monkeypatch.setenv("DUUDLAGA_REDIS_URL", "redis://:secret@10.0.0.1/2")
    theirs = Settings.load()
    assert theirs.redis_address == "redis://:secret@10.0.0.1/2"
    assert "secret" not in repr(theirs)


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "Asia", "+08"])
def test_a_time_zone_that_nobody_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("DUUDLAGA_TIMEZONE", zone)
    with pytest.raises(SettingsError, match="is no time zone; write one as Asia/Ulaanbaatar"):
        Settings.load(home=tmp_path)
