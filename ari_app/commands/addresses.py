"""Every address of this copy, fit to be shown: no password is in it."""

from typing import Any

from psycopg2.extensions import make_dsn, parse_dsn

from ari_app.settings import Settings


def addresses(settings: Settings) -> dict[str, Any]:
    """The addresses as docs/json-output.md has them."""
    ours = f"host={settings.run} dbname=duudlaga"
    host, port = settings.ami_endpoint
    return {
        "sip": _sip(settings.sip_address, settings.sip_port),
        "outside": _sip(settings.outside_address, settings.outside_sip_port),
        "ari": {"url": f"{settings.ari_http_url}/ari", "user": "duudlaga", "app": "duudlaga"},
        "ami": {"address": host, "port": port, "user": "duudlaga"},
        "postgres": {"dsn": _without_password(settings.postgres_dsn) or ours},
        "redis": {"url": _without_login(settings.redis_address)},
    }


def _sip(address: str, port: int) -> dict[str, Any]:
    uri = f"sip:{address}:{port}"
    return {"address": address, "port": port, "transport": "udp", "uri": uri}


def _without_password(dsn: str | None) -> str:
    parts = parse_dsn(dsn or "")
    return str(make_dsn(**{name: value for name, value in parts.items() if name != "password"}))


def _without_login(url: str) -> str:
    """The URL without user and password; its query may hold a password too."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
