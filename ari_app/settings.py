"""The settings of one copy: from the environment, its home's settings.env, or made once.

Order of precedence: a variable DUUDLAGA_NAME, a line DUUDLAGA_NAME=… in <home>/settings.env, the
home's ports.json and secrets.json (made at first use), the default.
"""

import secrets
from dataclasses import asdict, fields
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ari_app.kept_file import kept, replace_kept
from ari_app.places import DEFAULT_HOME, Places
from ari_app.ports import Ports, free_ports
from ari_app.settings_error import SettingsError

Port = Annotated[int, Field(ge=1024, le=65535)]
# Letters that need no quoting in Asterisk's files, in an address or in SQL.
Password = Annotated[str, Field(min_length=8, pattern=r"^[A-Za-z0-9_-]+$", repr=False)]

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
    outside_ari_port: Port
    outside_ami_port: Port
    outside_rtp_start: Port
    outside_rtp_end: Port

    ari_password: Password
    ami_password: Password
    outside_ari_password: Password
    outside_ami_password: Password
    outside_sip_password: Password
    postgres_owner_password: Password
    postgres_writer_password: Password
    postgres_app_password: Password
    redis_password: Password

    # Services that exist already: ours are not started in their place.
    postgres_dsn: Annotated[str | None, Field(pattern=r"^\s*\w+=")] = None  # host=… dbname=…
    redis_url: Annotated[str | None, Field(repr=False)] = None
    ari_url: str | None = None  # http://host:port
    ami_address: str | None = None  # host:port

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
                f"{self.home} is too long a path for DUUDLAGA_HOME, as sockets lie in it: "
                f"at most {_LONGEST_HOME} bytes"
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
        if self.ari_port == self.ami_port or self.outside_ari_port == self.outside_ami_port:
            raise ValueError("ARI and AMI of one Asterisk need different ports")
        return self

    @property
    def ports(self) -> Ports:
        """All ports together."""
        return Ports(**{field.name: getattr(self, field.name) for field in fields(Ports)})

    @property
    def ari_http_url(self) -> str:
        """Where Asterisk's HTTP server listens: ours, or the one that `ari_url` names."""
        return self.ari_url or f"http://{self.sip_address}:{self.ari_port}"

    @property
    def postgres_passwords(self) -> dict[str, str]:
        """The password of each database role."""
        return {
            "duudlaga_owner": self.postgres_owner_password,
            "duudlaga_writer": self.postgres_writer_password,
            "duudlaga_app": self.postgres_app_password,
        }

    def postgres_address(self, role: str) -> str:
        """How `role` connects: to our Postgres by its socket, or to the one of `postgres_dsn`."""
        folder = str(self.run).replace("\\", r"\\").replace("'", r"\'")
        server = self.postgres_dsn or f"host='{folder}' dbname=duudlaga"
        return f"{server} user={role} password={self.postgres_passwords[role]}"

    def with_free_ports(self) -> Self:
        """These settings, on other ports when another program has taken some since they were made.

        For the moment before starting, when nothing of this home runs. A pinned port is never
        exchanged: SettingsError names it.
        """
        if not self.ports.taken(self.sip_address, self.outside_address):
            return self
        replace_kept(self.ports_file, _choose_ports(self), 0o644)
        again = self.load(home=self.home, parts=self.parts)
        for name in again.ports.taken(again.sip_address, again.outside_address):
            raise SettingsError(
                f"Port {getattr(again, name)} is taken by another program, and DUUDLAGA_"
                f"{name.upper()} pins it: stop that program or pin another port."
            )
        return again


def _made_at_first_use(places: Places) -> dict[str, Any]:
    ports = kept(places.ports_file, lambda: _choose_ports(places), 0o644)
    passwords = kept(places.secrets_file, _new_passwords, 0o600)
    new = _new_passwords()
    if new.keys() - passwords.keys():  # made by an older version, which needed fewer
        passwords = {**new, **passwords}
        replace_kept(places.secrets_file, passwords, 0o600)
    return {**ports, **passwords}


def _choose_ports(places: Places) -> dict[str, Any]:
    """Leave the usual ports to the copy whose home is the usual one."""
    usual_first = places.home == DEFAULT_HOME
    inside, outside = places.sip_address, places.outside_address
    return asdict(free_ports(places.home, inside, outside, usual_first=usual_first))


def _new_passwords() -> dict[str, Any]:
    names = (name for name in Settings.model_fields if name.endswith("_password"))
    return {name: secrets.token_hex(20) for name in names}
