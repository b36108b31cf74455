"""The second Asterisk: the telephone network, and the demo agents' phones."""

import re
import socket
from collections.abc import Mapping
from contextlib import suppress

from ari_app.flow.said import Said
from ari_app.flow.slug import SLUG
from ari_app.settings import Settings
from ari_app.standalone.account import give_back
from ari_app.standalone.pbx import TEMPLATES, Pbx
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError

_PASSWORD = re.compile(r"[A-Za-z0-9_-]+")
_REGISTERED = re.compile(r"client_uri = sip:agent-([a-z0-9_-]+)@")
# One phone: an account at the house, asked for until it is there.
_PHONE = """\
[agent-{slug}]
type = auth
auth_type = digest
username = agent-{slug}
password = {password}

[agent-{slug}]
type = registration
transport = udp
outbound_auth = agent-{slug}
client_uri = sip:agent-{slug}@{house}
server_uri = sip:{ear}
contact_user = {slug}
expiration = 300
retry_interval = 2
forbidden_retry_interval = 2
fatal_retry_interval = 2
max_retries = 1000000
max_random_initial_delay = 0
auth_rejection_permanent = no

"""


def outside(settings: Settings) -> Service:
    """The outside world as a service."""
    return Service(
        name="outside",
        command=world(settings).command(),
        prepare=lambda: prepare(settings),
        is_ready=lambda: _answers(settings),
        addresses={
            "callers and phones": f"sip:{settings.outside_address}:{settings.outside_sip_port}",
            "AMI": f"{settings.outside_address}:{settings.outside_ami_port}",
        },
    )


def world(settings: Settings) -> Pbx:
    """The Asterisk on another loopback address: a trunk is told by its address, not its port.

    It stands behind the ear (ari_app/simulator), which it takes for the house. The files in
    asterisk_conf/outside stand in for the node's of the same name.
    """
    return Pbx(
        name="outside",
        parts=settings.parts,
        etc=settings.outside_etc,
        state=settings.outside_state,
        log=settings.log,
        templates=[TEMPLATES, TEMPLATES / "outside"],
        values={
            "system_name": "outside",
            "transmit_silence": "no",
            "address": settings.outside_address,
            "ami_port": settings.outside_ami_port,
            "ami_password": settings.outside_ami_password,
            "sip_port": settings.outside_inner_sip_port,
            "rtp_start": settings.outside_rtp_start,
            "rtp_end": settings.outside_rtp_end,
            "house_address": settings.outside_address,
            "house_port": settings.outside_sip_port,
            "heard": settings.heard,
            "voices": settings.voices,
        },
    )


def prepare(settings: Settings) -> None:
    """Write the configuration; phones that are known already stay known."""
    settings.heard.mkdir(parents=True, exist_ok=True)
    world(settings).prepare()


def write_agents(settings: Settings, passwords: Mapping[str, str]) -> None:
    """Let exactly these agents' phones register: slug → password, as in home/phones.json.

    The others unregister.

    A running outside world takes it up at once, another one when it starts.
    """
    house = f"{settings.sip_address}:{settings.sip_port}"
    ear = f"{settings.outside_address}:{settings.outside_sip_port}"
    for slug, password in passwords.items():
        if not SLUG.fullmatch(slug) or not _PASSWORD.fullmatch(password):
            raise ServiceError(
                Said("Agent {slug!r} cannot have a phone: the slug or password is odd.", slug=slug)
            )
    phones = [
        _PHONE.format(slug=slug, password=password, house=house, ear=ear)
        for slug, password in passwords.items()
    ]
    settings.outside_etc.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = settings.outside_etc / "agents.inc"
    before = set(_REGISTERED.findall(file.read_text())) if file.exists() else set()
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text("".join(phones))
    new.rename(file)
    give_back(settings.home)  # an import by root brings agents as well
    if _answers(settings):
        for slug in sorted(before - set(passwords)):
            # A registration that a reload takes away is not ended: it would ring on for minutes
            # [22.10.1, tests/call/test_real_phone.py].
            world(settings).ask(f"pjsip send unregister agent-{slug}")
        world(settings).ask("module reload res_pjsip.so")
        world(settings).ask("module reload res_pjsip_outbound_registration.so")


def _answers(settings: Settings) -> bool:
    """AMI opens when Asterisk has booted."""
    address = (settings.outside_address, settings.outside_ami_port)
    with suppress(OSError), socket.create_connection(address, timeout=1) as connection:
        return connection.recv(64).startswith(b"Asterisk Call Manager")
    return False
