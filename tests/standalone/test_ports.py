"""Ports: no two copies get the same, also when they start in the same moment."""

import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from ari_app.ports import Listener, PortHold, Ports, blocks
from ari_app.settings import Settings
from ari_app.settings_error import SettingsError
from ari_app.standalone import up

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.2"


def test_an_address_that_this_machine_has_not_is_named() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        PortHold().take(*Ports().on("192.0.2.1", OUTSIDE))


_START = """
import sys
from ari_app.settings import Settings
with Settings.load().held_ports() as settings:
    print(settings.sip_port, flush=True)
    sys.stdin.read()
"""


def test_copies_that_start_in_the_same_moment_never_meet_on_ports(tmp_path: Path) -> None:
    """All have chosen the same block before, as copies that never ran at once."""
    copies = []
    for number in range(6):
        home = tmp_path / str(number)
        home.mkdir()
        (home / "ports.json").write_text(
            json.dumps(asdict(next(blocks(tmp_path, usual_first=False))))
        )
        environment = {**os.environ, "DUUDLAGA_HOME": str(home)}
        copies.append(
            subprocess.Popen(
                [sys.executable, "-c", _START],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    ports = [copy.stdout.readline() for copy in copies if copy.stdout]
    for copy in copies:
        copy.communicate()
    assert len(set(ports)) == 6, ports
    assert all(port.strip() for port in ports)


def test_a_start_in_the_background_says_itself_that_a_pinned_port_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((INSIDE, 0)) as other_program:
        port = other_program.getsockname()[1]
        monkeypatch.setenv("DUUDLAGA_AMI_PORT", str(port))
        with pytest.raises(SettingsError, match=f"Port {port} .*DUUDLAGA_AMI_PORT"):
            up._in_the_background(Settings.load(home=tmp_path), lambda _status: None)


def test_a_held_port_is_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """To try it would disturb the program that is about to open it."""
    port = Listener("ami_port", INSIDE, 1, socket.SOCK_STREAM)
    with closing(PortHold()) as hold, closing(PortHold()) as other:
        monkeypatch.setattr("ari_app.ports._is_free", lambda *_: True)
        assert hold.take(port) is None
        monkeypatch.setattr("ari_app.ports._is_free", lambda *_: pytest.fail("it was tried"))
        assert other.take(port) == port
        hold.close()
        monkeypatch.setattr("ari_app.ports._is_free", lambda *_: True)
        assert other.take(port) is None


def test_blocks_of_copies_do_not_overlap() -> None:
    homes = [Path(f"/home/{n}") for n in range(40)]
    chosen = {next(blocks(home, usual_first=False)) for home in homes}
    ranges = sorted(
        (b.rtp_start, b.rtp_end, b.outside_rtp_start, b.outside_rtp_end) for b in chosen
    )
    edges = [edge for block in ranges for edge in block]
    assert edges == sorted(set(edges))
    assert len(chosen) > 5
