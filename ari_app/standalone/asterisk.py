"""The node's Asterisk, with the configuration in asterisk_conf/."""

import http.client
import re
from base64 import b64encode
from urllib.parse import urlsplit

from ari_app.flow.said import Said
from ari_app.media.music import prepare_music
from ari_app.settings import Settings
from ari_app.standalone.fallback_script import launcher, write_launcher
from ari_app.standalone.pbx import TEMPLATES, Pbx
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError
from ari_app.telephony.lease import CALL_CAP_SECONDS

SYSTEM_NAME = "duudlaga"
HOUSE_LANGUAGE = "mn"
OLDEST = "22.10.1"  # it fixed 20 advisories
_OLDEST = tuple(map(int, OLDEST.split(".")))
_HANDSHAKE_KEY = b64encode(b"duudlaga is here").decode()  # any 16 bytes: RFC 6455 §4.1
_CLOSE_FRAME = b"\x88\x80\0\0\0\0"  # masked, empty: RFC 6455 §5.5.1


def asterisk(settings: Settings) -> Service:
    """The node's Asterisk as a service."""
    return Service(
        name="asterisk",
        command=node(settings).command(),
        prepare=lambda: prepare(settings),
        is_ready=lambda: is_ready(settings),
        addresses={
            "SIP": f"sip:{settings.sip_address}:{settings.sip_port}",
            "ARI": f"{settings.ari_http_url}/ari",
            "AMI": "{}:{}".format(*settings.ami_endpoint),
        },
    )


def node(settings: Settings) -> Pbx:
    """The Asterisk that holds the calls. `prepare()` it, then start `command()`."""
    return Pbx(
        name="asterisk",
        parts=settings.parts,
        etc=settings.asterisk_etc,
        state=settings.asterisk_state,
        log=settings.log,
        templates=[TEMPLATES],
        values={
            "system_name": SYSTEM_NAME,
            "transmit_silence": "yes",
            "address": settings.sip_address,
            "http_port": settings.ari_port,
            "ami_port": settings.ami_port,
            "sip_port": settings.sip_port,
            "rtp_start": settings.rtp_start,
            "rtp_end": settings.rtp_end,
            "ari_password": settings.ari_password,
            "ami_password": settings.ami_password,
            "trunk_address": settings.outside_address,
            "trunk_port": settings.outside_sip_port,
            "trunk_match": "127.0.0.0/8",
            "silent_line_seconds": settings.silent_line_seconds,
            "cel_file": settings.cel,
            "monitor": settings.monitor,
            "prompts": settings.standard_prompts,
            "language": HOUSE_LANGUAGE,
            "call_cap_seconds": round(CALL_CAP_SECONDS),
            "fallback": launcher(settings),
        },
    )


def prepare(settings: Settings) -> None:
    """Write the configuration, prepare the music, make the folders that Asterisk records into.

    Raises `ServiceError` for an Asterisk with known holes.
    """
    answer = node(settings).tell_version()
    if not is_new_enough(answer):
        raise ServiceError(
            Said(
                "{answer} is too old, at least {oldest} is needed: run make fetch.",
                answer=answer,
                oldest=OLDEST,
            )
        )
    (settings.monitor / "fallback").mkdir(parents=True, exist_ok=True)
    settings.standard_prompts.mkdir(parents=True, exist_ok=True)
    write_launcher(settings)
    node(settings).prepare()
    music = settings.asterisk_state / "data/moh"
    if music.is_symlink():  # a home of an earlier version: Asterisk's own files, unprepared
        music.unlink()
    prepare_music(settings.parts / "asterisk/usr/share/asterisk/moh", music)


def is_new_enough(answer: str) -> bool:
    """Whether Asterisk's own words on its version, `Asterisk 22.10.1~…`, name OLDEST or later."""
    found = re.match(r"Asterisk (\d+)\.(\d+)\.(\d+)", answer)
    return found is not None and tuple(map(int, found.groups())) >= _OLDEST


def is_ready(settings: Settings) -> bool:
    """Whether ARI answers and browser phones can connect.

    The port opens earlier than both (22.10.1), so an open port says nothing.
    """
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": _HANDSHAKE_KEY,
        "Sec-WebSocket-Protocol": "sip",
    }
    return (
        ari_status(settings, "GET", "asterisk/ping") == 200
        and _status(settings, "GET", "/ws", handshake) == 101
    )


def ari_status(settings: Settings, method: str, uri: str) -> int:
    """The HTTP status of one ARI request, such as `asterisk/ping`; 0 when nobody answers."""
    login = b64encode(f"duudlaga:{settings.ari_password}".encode()).decode()
    return _status(settings, method, f"/ari/{uri}", {"Authorization": f"Basic {login}"})


def _status(settings: Settings, method: str, path: str, headers: dict[str, str]) -> int:
    place = urlsplit(settings.ari_http_url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=2)
    try:
        connection.request(method, path, headers=headers)
        status = connection.getresponse().status
        if status == 101 and connection.sock:
            connection.sock.sendall(_CLOSE_FRAME)
    except (OSError, http.client.HTTPException):
        return 0
    else:
        return status
    finally:
        connection.close()
