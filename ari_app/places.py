"""Where one copy keeps its files, and the addresses it uses; nothing is made by asking."""

import re
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ari_app.settings_error import SettingsError

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_HOME = REPOSITORY / ".duudlaga"

_LINE = re.compile(r"\s*(#|(export\s+)?DUUDLAGA_[A-Za-z_]+\s*=)")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        raise ValueError(f"{name} is no time zone; write one as Asia/Ulaanbaatar") from None
    return name


Folder = Annotated[Path, AfterValidator(lambda folder: folder.expanduser().absolute())]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
Address = Annotated[str, AfterValidator(lambda address: str(IPv4Address(address)))]


class Places(BaseSettings):
    """Folders, files and addresses. `Places.load()` is the way to get them."""

    model_config = SettingsConfigDict(
        env_prefix="DUUDLAGA_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Folder = DEFAULT_HOME  # all state of this copy
    parts: Folder = REPOSITORY / ".parts"  # fetched programs, which copies may share
    mirror: str | None = None  # a Debian mirror, in place of the one in the machine's apt sources
    sip_address: Address = "127.0.0.1"
    outside_address: Address = "127.0.0.2"  # the second Asterisk's: callers and phones
    timezone: TimeZone = "Asia/Ulaanbaatar"  # the house's: its own times, and calls of nobody

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment and the home's settings.env; `given` values stand before both.

        Raises SettingsError, a sentence that names the setting or the file.
        """
        try:
            overrides = Places(**given).overrides_file
            _refuse_odd_lines(overrides)
            return cls(_env_file=overrides, **given)
        except ValidationError as error:
            raise SettingsError(_sentences(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings cannot be read: {error}.") from error

    @property
    def overrides_file(self) -> Path:
        """Lines DUUDLAGA_NAME=value, written by people; it need not exist."""
        return self.home / "settings.env"

    @property
    def ports_file(self) -> Path:
        """The ports chosen for this copy."""
        return self.home / "ports.json"

    @property
    def secrets_file(self) -> Path:
        """The passwords made for this copy; only its owner may read it."""
        return self.home / "secrets.json"

    @property
    def asterisk_etc(self) -> Path:
        """Asterisk's rendered configuration."""
        return self.home / "etc" / "asterisk"

    @property
    def outside_etc(self) -> Path:
        """The second Asterisk's rendered configuration."""
        return self.home / "etc" / "outside"

    @property
    def asterisk_state(self) -> Path:
        """Asterisk's data, spool, run and log folders."""
        return self.home / "asterisk"

    @property
    def outside_state(self) -> Path:
        """The second Asterisk's data, spool, run and log folders."""
        return self.home / "outside"

    @property
    def yielded_phones(self) -> Path:
        """The agents whose simulated phones made way for real ones."""
        return self.outside_state / "yielded.json"

    @property
    def heard(self) -> Path:
        """What the parties outside heard and said: <call>.wav, and the ear's <leg>.leg."""
        return self.outside_state / "heard"

    @property
    def voices(self) -> Path:
        """What a party outside says, if not a sample text: caller, number or <slug>.wav."""
        return self.outside_state / "voices"

    @property
    def postgres_state(self) -> Path:
        """Postgres's data."""
        return self.home / "postgres"

    @property
    def redis_state(self) -> Path:
        """Redis's data."""
        return self.home / "redis"

    @property
    def run(self) -> Path:
        """Sockets, pid files and the lock of the running copy."""
        return self.home / "run"

    @property
    def redis_socket(self) -> Path:
        """Where our Redis listens; it has no port."""
        return self.run / "redis.sock"

    @property
    def log(self) -> Path:
        """One log file for each process."""
        return self.home / "log"

    @property
    def journal(self) -> Path:
        """What happened in calls: the SQLite file of this node."""
        return self.home / "journal.db"

    @property
    def cel(self) -> Path:
        """Asterisk's own account of calls, one JSON object a line."""
        return self.home / "cel.jsonl"

    @property
    def spool(self) -> Path:
        """Entries that could not be written to the journal, one file each."""
        return self.home / "spool"

    @property
    def snapshot(self) -> Path:
        """Published configuration, one folder for each version."""
        return self.home / "snapshot"

    @property
    def current_snapshot(self) -> Path:
        """The link to the version in force."""
        return self.snapshot / "current"

    @property
    def standard_prompts(self) -> Path:
        """Our own prompts: <language>/<path>.wav, 8 kHz, mono, 16 bits."""
        return self.home / "prompts" / "standard"

    @property
    def client_prompts(self) -> Path:
        """Clients' prompts: <client>/<language>/<slug>.wav."""
        return self.home / "prompts" / "clients"

    @property
    def removed_prompts(self) -> Path:
        """Sounds that no document names any more, as in :attr:`client_prompts`."""
        return self.home / "prompts" / "removed"

    @property
    def monitor(self) -> Path:
        """Recordings while they are made: <client>/<call>-<n>-{caller,agent}.sln48."""
        return self.home / "monitor"

    @property
    def recordings(self) -> Path:
        """Finished recordings: <client>/<yyyy>/<mm>/<dd>/<call>-<n>.ogg and .peaks.json."""
        return self.home / "recordings"


def _refuse_odd_lines(overrides: Path) -> None:
    """A line that sets nothing would be passed over without a word."""
    if not overrides.exists():
        return
    for number, line in enumerate(overrides.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not _LINE.match(line):
            raise SettingsError(f"{overrides}, line {number}: it should read DUUDLAGA_NAME=value.")


def _sentences(error: ValidationError) -> str:
    """One sentence for each wrong setting; its value is left out, as it may be a password."""
    wrong = []
    for detail in error.errors(include_url=False, include_input=False):
        name = "_".join(map(str, detail["loc"]))
        where = f"Setting DUUDLAGA_{name.upper()}" if name else "The settings"
        said = detail["msg"].removeprefix("Value error, ")
        wrong.append(f"{where}: {said}.")
    wrong.append("They come from the environment, settings.env, ports.json and secrets.json.")
    return "\n".join(wrong)
