"""Our own Redis: a Unix socket only, with its changes on disk every second."""

from redis import Redis
from redis.exceptions import RedisError

from ari_app.flow.said import Said
from ari_app.parts import release_program
from ari_app.settings import Settings
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError


def redis_server(settings: Settings) -> Service:
    """The service. It is only for live state: what it forgets the controllers rebuild."""
    program = release_program(settings.parts, "redis-server")
    return Service(
        name="redis",
        command=program.command(settings.redis_state / "redis.conf"),
        environment=program.variables,
        prepare=lambda: _prepare(settings),
        is_ready=lambda: _answers(settings),
        addresses={"Redis": f"unix://{settings.redis_socket}"},
    )


def client(settings: Settings) -> Redis:
    """A blocking client, for one who looks whether it is well."""
    return Redis.from_url(settings.redis_address, socket_timeout=2)


def _prepare(settings: Settings) -> None:
    """Write redis.conf; it holds the password, which a command line would show to everybody."""
    settings.redis_state.mkdir(parents=True, exist_ok=True)
    file = settings.redis_state / "redis.conf"
    file.touch(mode=0o600)
    file.write_text(
        "port 0\n"
        f"unixsocket {_quoted(str(settings.redis_socket))}\n"
        "unixsocketperm 700\n"
        f"dir {_quoted(str(settings.redis_state))}\n"
        f"requirepass {settings.redis_password}\n"
        "appendonly yes\n"
        "appendfsync everysec\n"
        'save ""\n'
        "maxmemory-policy noeviction\n"
        "daemonize no\n"
    )


def _quoted(text: str) -> str:
    if '"' in text or "\n" in text:
        raise ServiceError(
            Said("{text!r} cannot stand in redis.conf: choose another DUUDLAGA_HOME.", text=text)
        )
    return '"' + text.replace("\\", "\\\\") + '"'


def _answers(settings: Settings) -> bool:
    with client(settings) as redis:
        try:
            return bool(redis.ping())
        except (RedisError, OSError):
            return False
