"""The settings of one copy: from the environment, its home's settings.env, or made once.

Order of precedence: a variable DUUDLAGA_NAME, a line DUUDLAGA_NAME=… in <home>/settings.env, the
home's ports.json and secrets.json (made at first use), the default.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from typing import Annotated, Any, Self
from urllib.parse import quote

from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ari_app.kept_file import kept, replace_kept
from ari_app.places import DEFAULT_HOME, Places
from ari_app.ports import Listener, PortHold, Ports, free_ports
from ari_app.settings_error import SettingsError

Port = Annotated[int, Field(ge=1024, le=65535)]
# Letters that need no quoting in Asterisk's files, in an address or in SQL.
Password = Annotated[str, Field(min_length=8, pattern=r"^[A-Za-z0-9_-]+$", repr=False)]


def _readable_dsn(dsn: str) -> str:
    """Refuse what libpq does not read, and the URL form, to which no role could be added."""
    try:
        parse_dsn(dsn)
    except ProgrammingError as error:
        raise ValueError(f"it should read like host=… dbname=…: {str(error).strip()}") from None
    if "://" in dsn:
        raise ValueError("it should read like host=… dbname=…, not like a URL")
    return dsn


Dsn = Annotated[str, AfterValidator(_readable_dsn)]

# 107 less the longest socket below it, outside/run/asterisk.ctl.
_LONGEST_HOME = 81


class Settings(Places):
    """All settings. `Settings.load()` is the way to get them; on first use it makes the home."""

    model_config = SettingsConfigDict(extra="forbid")

    sip_port: Port
    ari_port: Port
    ami_port: Port
    rtp_start: Port
    rtp_end: Port
    outside_sip_port: Port
    outside_ami_port: Port
    outside_rtp_start: Port
    outside_rtp_end: Port

    ari_password: Password
    ami_password: Password
    outside_ami_password: Password
    postgres_owner_password: Password
    postgres_writer_password: Password
    postgres_app_password: Password
    redis_password: Password

    # Seconds without a packet after which a caller's line is taken for dead.
    silent_line_seconds: Annotated[int, Field(ge=5, le=7200)] = 600

    # Services that exist already: ours are not started in their place.
    postgres_dsn: Annotated[Dsn | None, Field(repr=False)] = None  # host=… dbname=…
    redis_url: Annotated[str | None, Field(repr=False, pattern=r"^(rediss?|unix)://")] = None
    ari_url: Annotated[str | None, Field(pattern=r"^http://[^/@]+:\d+$")] = None
    ami_address: Annotated[str | None, Field(pattern=r"^[^:/@]+:\d+$")] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the home's own files as the last source; pydantic-settings calls this."""
        made = InitSettingsSource(settings_cls, _made_at_first_use(Places.load(**init_settings())))
        return init_settings, env_settings, dotenv_settings, made

    @model_validator(mode="after")
    def _home_is_short(self) -> Self:
        """Sockets lie in the home, and Linux takes 107 bytes as a socket's path."""
        if len(bytes(self.home)) > _LONGEST_HOME:
            raise ValueError(
                f"{self.home} is too long a path for the home, as sockets lie in it: at most "
                f"{_LONGEST_HOME} bytes. Set DUUDLAGA_HOME to a shorter one"
            )
        return self

    @model_validator(mode="after")
    def _asterisk_is_whole(self) -> Self:
        """One Asterisk is used, so both of its doors are named or none."""
        if (self.ari_url is None) != (self.ami_address is None):
            raise ValueError(
                "DUUDLAGA_ARI_URL and DUUDLAGA_AMI_ADDRESS are of the same Asterisk: set both"
            )
        return self

    @model_validator(mode="after")
    def _ports_fit(self) -> Self:
        for start, end in (
            (self.rtp_start, self.rtp_end),
            (self.outside_rtp_start, self.outside_rtp_end),
        ):
            if start >= end:
                raise ValueError(f"RTP ports {start}-{end} are no range")
        if self.ari_port == self.ami_port:
            raise ValueError("ARI and AMI of one Asterisk need different ports")
        return self

    @property
    def ports(self) -> Ports:
        """All ports together."""
        return Ports(**{field.name: getattr(self, field.name) for field in fields(Ports)})

    @property
    def outside_inner_sip_port(self) -> int:
        """Where the second Asterisk itself listens, behind the ear."""
        return self.ports.outside_inner_sip_port

    @property
    def ari_http_url(self) -> str:
        """Where Asterisk's HTTP server listens: ours, or the one that `ari_url` names."""
        return self.ari_url or f"http://{self.sip_address}:{self.ari_port}"

    @property
    def ami_endpoint(self) -> tuple[str, int]:
        """Host and port of Asterisk's manager interface: ours, or what `ami_address` names."""
        host, _, port = (self.ami_address or f"{self.sip_address}:{self.ami_port}").partition(":")
        return host, int(port)

    @property
    def sip_copies(self) -> tuple[str, int]:
        """Where our Asterisk sends copies of SIP messages, by UDP: AMI's port, which is TCP's."""
        return self.sip_address, self.ami_port

    @property
    def redis_address(self) -> str:
        """Our Redis by its socket, or the one of `redis_url`; the URL holds the password."""
        if self.redis_url is not None:
            return self.redis_url
        return f"unix://{quote(str(self.redis_socket))}?password={self.redis_password}"

    @property
    def postgres_passwords(self) -> dict[str, str]:
        """The password of each database role."""
        return {
            "duudlaga_owner": self.postgres_owner_password,
            "duudlaga_writer": self.postgres_writer_password,
            "duudlaga_app": self.postgres_app_password,
        }

    @property
    def postgres_database(self) -> str:
        """The name of the database: ours, or the one in `postgres_dsn`."""
        return str(parse_dsn(self.postgres_dsn or "").get("dbname", "duudlaga"))

    def postgres_address(self, role: str) -> str:
        """How `role` connects: to our Postgres by its socket, or to the one of `postgres_dsn`."""
        folder = str(self.run).replace("\\", r"\\").replace("'", r"\'")
        server = self.postgres_dsn or f"host='{folder}'"
        login = f"user={role} password={self.postgres_passwords[role]}"
        return f"{server} dbname={self.postgres_database} {login}"

    @contextmanager
    def held_ports(self) -> Iterator[Self]:
        """These settings, on ports that no other copy gets before the end of the block.

        They are other ports when another program has taken some since they were chosen. For the
        time of a copy's life, from before anything of this home runs. A pinned port is never
        exchanged: SettingsError names it.
        """
        with closing(PortHold()) as hold:
            if hold.take(*self.own_ports) is None:
                yield self
                return
            replace_kept(self.ports_file, _choose_ports(self, hold), 0o644)
            again = self.load(home=self.home, parts=self.parts)
            pinned = hold.take(*again.own_ports)
            if pinned is not None:
                raise SettingsError(
                    f"Port {pinned.number} is taken by another program, and DUUDLAGA_"
                    f"{pinned.setting.upper()} pins it: stop that program or pin another port."
                )
            yield again

    @property
    def own_ports(self) -> list[Listener]:
        """The ports that we are to open: an existing Asterisk has its own."""
        ours = self.ports.on(self.sip_address, self.outside_address)
        return [
            each for each in ours if self.ari_url is None or each.setting.startswith("outside_")
        ]


def _made_at_first_use(places: Places) -> dict[str, Any]:
    ports = kept(places.ports_file, lambda: _choose_ports(places), 0o644)
    passwords = kept(places.secrets_file, _new_passwords, 0o600)
    new = _new_passwords()
    if new.keys() - passwords.keys():  # made by an older version, which needed fewer
        passwords = {**new, **passwords}
        replace_kept(places.secrets_file, passwords, 0o600)
    made = {**ports, **passwords}  # of another version, some may be of no use
    return {name: value for name, value in made.items() if name in Settings.model_fields}


def _choose_ports(places: Places, hold: PortHold | None = None) -> dict[str, Any]:
    """Leave the usual ports to the copy whose home is the usual one."""
    usual_first = places.home == DEFAULT_HOME
    inside, outside = places.sip_address, places.outside_address
    return asdict(free_ports(places.home, inside, outside, usual_first=usual_first, hold=hold))


def _new_passwords() -> dict[str, Any]:
    names = (name for name in Settings.model_fields if name.endswith("_password"))
    return {name: secrets.token_hex(20) for name in names}
