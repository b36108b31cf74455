"""Checks of Asterisk: its version, its modules, its witness, its doors, the phones."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ari_app.flow.said import Said
from ari_app.journal.cel_line import parse_cel_line
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.asterisk import OLDEST, ari_status, is_new_enough, is_ready, node
from ari_app.standalone.fallback_script import launcher, trouble_of
from ari_app.standalone.finding import Finding
from ari_app.standalone.pbx import TEMPLATES

_DANGEROUS = {
    *("func_shell", "func_curl", "func_odbc", "func_realtime", "app_system", "app_sms"),
    *("chan_iax2", "chan_unistim", "chan_motif", "pbx_dundi", "res_xmpp", "res_phoneprov"),
    "res_pjsip_endpoint_identifier_anonymous",
}
_MODULE_LINE = re.compile(
    r"^(?P<name>\w+)\.so\s.*?\s(?P<state>Not Running|Running)\s", re.MULTILINE
)
_WITNESS_SECONDS = 3
_MARK = "duudlaga_doctor"  # as in asterisk_conf/extensions.conf
_LISTENING = "0A"  # the state of a listening TCP socket in /proc/net/tcp


def version(settings: Settings) -> Finding:
    """Refuse what has known holes."""
    answer = node(settings).ask("core show version").strip().split(" built")[0]
    if not is_new_enough(answer):
        advice = Said("At least {oldest} is needed: run `make fetch`.", oldest=OLDEST)
        return Finding("version", "bad", answer, advice)
    return Finding("version", "ok", answer)


def modules(settings: Settings) -> Finding:
    """Every module that modules.conf names runs, and none that could be misused."""
    shown = node(settings).ask("module show")
    states = {match["name"]: match["state"] for match in _MODULE_LINE.finditer(shown)}
    wanted = wanted_modules()
    missing = [name for name in wanted if states.get(name) != "Running"]
    if missing:
        fact = Said("not running: {names}", names=", ".join(missing))
        return Finding("modules", "bad", fact, _see_asterisk(settings))
    loaded = sorted(_DANGEROUS & states.keys())
    if loaded:
        advice = Said("Take them out of modules.conf and restart.")
        fact = Said("dangerous and loaded: {names}", names=", ".join(loaded))
        return Finding("modules", "bad", fact, advice)
    return Finding("modules", "ok", Said("{count} run", count=len(wanted)))


def wanted_modules() -> list[str]:
    """The names in modules.conf."""
    text = (TEMPLATES / "modules.conf").read_text()
    return re.findall(r"^(?:load|require) = (\w+)\.so", text, re.MULTILINE)


def ari(settings: Settings) -> Finding:
    """The controller's way in answers."""
    if is_ready(settings):
        return Finding("ARI", "ok", Said("{address} answers", address=settings.ari_http_url))
    fact = Said("{address} does not answer", address=settings.ari_http_url)
    return Finding("ARI", "bad", fact, "duudlaga up")


def private(settings: Settings) -> Finding:
    """ARI and AMI have plain passwords, so only this machine may reach them."""
    ports = {urlsplit(settings.ari_http_url).port: "ARI", settings.ami_endpoint[1]: "AMI"}
    names = [
        f"{ports[port]} ({port})"
        for port, address in _listening()
        if port in ports and not address.startswith("127.")
    ]
    if names:
        advice = Said("Set {line} in {file}.", line="bindaddr = 127.0.0.1", file="asterisk_conf")
        fact = Said("open to the network: {names}", names=", ".join(names))
        return Finding("private", "bad", fact, advice)
    return Finding("private", "ok", Said("ARI and AMI listen on this machine alone"))


def witness(settings: Settings) -> Finding:
    """Let Asterisk make a channel that leaves a mark and ends, and look for it in cel.jsonl."""
    before = settings.cel.stat().st_size if settings.cel.exists() else 0
    place = "channels?endpoint=Local/s@doctor&context=doctor&extension=s&priority=1"
    status = ari_status(settings, "POST", place)
    if status != 200:
        fact = Said("ARI answered {status} to a test call", status=status)
        return Finding("witness", "bad", fact, _see_asterisk(settings))
    deadline = time.monotonic() + _WITNESS_SECONDS
    while time.monotonic() < deadline:
        if settings.cel.exists() and _has_mark(settings.cel, before):
            return Finding("witness", "ok", Said("{file} is written", file=settings.cel))
        time.sleep(0.05)
    return Finding(
        "witness",
        "bad",
        Said("Asterisk writes nothing into {file}", file=settings.cel),
        Said("Check cel_custom.conf: one wrong field name silences it."),
    )


def _has_mark(cel: Path, start: int) -> bool:
    with cel.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    events = (parse_cel_line(line) for line in lines)
    return any(event is not None and event["eventtype"] == _MARK for event in events)


def phones(settings: Settings) -> Finding:
    """Agents' phones that are registered and answer."""
    shown = node(settings).ask("pjsip show contacts")
    lines = re.findall(r"Contact:\s+agent-([\w-]+)/\S+\s+\S+\s+(\w+)", shown)
    there = sorted({slug for slug, state in lines if state in ("Avail", "NonQual")})
    away = sorted({slug for slug, _ in lines} - set(there))
    if away:
        fact = Said("do not answer: {names}", names=_names(settings, away))
        return Finding("phones", "warn", fact, Said("Look at them."))
    if not there:
        advice = Said("Give an agent a phone: `duudlaga agent --help`")
        return Finding("phones", "warn", Said("none is registered"), advice)
    return Finding("phones", "ok", _names(settings, there))


def _names(settings: Settings, slugs: list[str]) -> str:
    """What people call these agents."""
    agents = Snapshot.open(settings.snapshot).agents
    return ", ".join(str(agents[slug]["name"]) if slug in agents else slug for slug in slugs)


def _see_asterisk(settings: Settings) -> Said:
    return Said("See {log}.", log=settings.log / "asterisk.log")


def _listening() -> list[tuple[int, str]]:
    """(port, address) of every listening TCP socket; IPv6 addresses as they stand in the kernel."""
    found = []
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net", table)
        lines = path.read_text().splitlines()[1:] if path.exists() else []
        for line in lines:
            _, local, _, state, *_ = line.split()
            address, port = local.split(":")
            if state == _LISTENING:
                found.append((int(port, 16), _readable(address)))
    return found


def _readable(address: str) -> str:
    """An IPv4 address is a 32-bit number in the machine's byte order."""
    if len(address) != 8:
        return address
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))


def fallback(settings: Settings) -> Finding:
    """Without its program a call without the controller gets no more than the last step."""
    program = launcher(settings)
    if not program.exists():  # an Asterisk that the settings name, never started with our files
        fact = Said("there is no file {file}", file=program)
        return Finding("fallback", "bad", fact, Said("See {log}.", log="docs/operating.md"))
    trouble = trouble_of(program)
    if not trouble:
        return Finding("fallback", "ok", Said("Asterisk can start it"))
    closed = _closed_to_the_owner(settings.home)
    advice = Said("See {log}.", log=settings.log / "supervisor.log")
    if closed:
        advice = Said("{folder} is closed to the home's account: move the project, such as to "
                      "/srv.", folder=closed)  # fmt: skip
    fact = Said("Asterisk cannot start it, so it takes messages only: {trouble}",
                trouble=trouble.splitlines()[-1])  # fmt: skip
    return Finding("fallback", "bad", fact, advice)


def _closed_to_the_owner(home: Path) -> Path | None:
    """The folder above the home that its owner may not enter, such as root's own home."""
    owner = home.stat().st_uid
    for folder in home.parents:
        seen = folder.stat()
        if seen.st_uid != owner and not seen.st_mode & 0o001:
            return folder
    return None


ASTERISK_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "version": version,
    "modules": modules,
    "ARI": ari,
    "private": private,
    "witness": witness,
    "phones": phones,
    "fallback": fallback,
}
