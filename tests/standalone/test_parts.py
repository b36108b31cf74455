"""The fetched programs start from where they lie."""

import subprocess
from pathlib import Path

import pytest

from ari_app.fetch_error import FetchError
from ari_app.parts import asterisk_command, postgres_share, release_program
from ari_app.places import Places


def said(
    command: list[str], environment: dict[str, str] | None = None, folder: Path | None = None
) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    return done.stdout + done.stderr


def test_a_part_that_is_not_fetched_yet_is_named(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"asterisk is not there yet: run make fetch\."):
        asterisk_command(tmp_path, "-V")
    with pytest.raises(FetchError, match=r"tests is not there yet: run make test\."):
        release_program(tmp_path, "sipp")


def test_a_part_without_the_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "release/usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    with pytest.raises(FetchError, match="usr/bin/ffmpeg"):
        release_program(tmp_path, "ffmpeg")


@pytest.mark.real
def test_asterisk_runs_through_its_own_loader_and_is_new_enough() -> None:
    version = said(asterisk_command(Places.load().parts, "-V")).split()[1]
    assert tuple(int(n) for n in version.partition("+")[0].split(".")) >= (22, 10, 1)


@pytest.mark.real
def test_asterisk_has_the_modules_that_calls_need() -> None:
    modules = Places.load().parts / "asterisk/usr/lib"
    have = {file.stem for file in modules.glob("*/asterisk/modules/*.so")}
    assert have >= {
        "app_mixmonitor", "app_stasis", "bridge_holding", "bridge_simple", "bridge_softmix",
        "cel_custom", "chan_pjsip", "codec_alaw", "codec_opus_open_source", "codec_ulaw",
        "format_wav", "func_timeout", "res_agi", "res_ari", "res_http_websocket", "res_pjsip",
        "res_pjsip_transport_websocket", "res_sorcery_astdb", "res_srtp",
    }  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "argument", "answer"),
    [
        ("postgres", "--version", "postgres (PostgreSQL)"),
        ("initdb", "--version", "initdb (PostgreSQL)"),
        ("pg_ctl", "--version", "pg_ctl (PostgreSQL)"),
        ("psql", "--version", "psql (PostgreSQL)"),
        ("redis-server", "--version", "Redis server"),
        ("redis-cli", "--version", "redis-cli"),
        ("ffmpeg", "-encoders", "libopus"),
        ("ffprobe", "-version", "ffprobe version"),
        ("espeak-ng", "--voices=en", "English_(America)"),
        ("sipp", "-v", "SIPp v"),
        ("baresip", "-h", "baresip v"),
    ],
)
def test_a_program_of_this_release_runs(name: str, argument: str, answer: str) -> None:
    program = release_program(Places.load().parts, name)
    assert answer in said(program.command(argument), program.environment(), program.folder)


@pytest.mark.real
def test_postgres_finds_its_templates() -> None:
    assert (postgres_share(Places.load().parts) / "postgresql.conf.sample").is_file()
