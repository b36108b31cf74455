"""A real Asterisk with a minimal configuration of its own, for one test module."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import subprocess
import time
from pathlib import Path

USER = "duudlaga"
PASSWORD = "secret-for-tests"
DIRECTORIES = ("etc", "varlib", "db", "key", "data", "agi", "spool", "run", "log")

CONFIGURATION = {
    "asterisk.conf": """
[directories]
astetcdir => {home}/etc
astmoddir => {root}/usr/lib/x86_64-linux-gnu/asterisk/modules
astvarlibdir => {home}/varlib
astdbdir => {home}/db
astkeydir => {home}/key
astdatadir => {root}/usr/share/asterisk
astagidir => {home}/agi
astspooldir => {home}/spool
astrundir => {home}/run
astlogdir => {home}/log
[options]
systemname = ari-test
entityid = 02:00:00:00:00:01
live_dangerously = no
""",
    "modules.conf": """
[modules]
autoload = yes
noload = chan_iax2.so
noload = chan_unistim.so
noload = chan_motif.so
noload = chan_mobile.so
noload = pbx_dundi.so
noload = res_xmpp.so
noload = app_sms.so
noload = res_phoneprov.so
noload = app_voicemail_imap.so
noload = app_voicemail_odbc.so
noload = res_config_ldap.so
noload = res_snmp.so
noload = cdr_radius.so
noload = cel_radius.so
""",
    "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
    "http.conf": """
[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = {http}
sessionlimit = 2000
""",
    "ari.conf": """
[general]
enabled = yes
websocket_write_timeout = 5000
[{user}]
type = user
read_only = no
password = {password}
password_format = plain
""",
    "manager.conf": """
[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = {ami}
[{user}]
secret = {password}
read = all
write = all
""",
    "extensions.conf": """
[intake]
exten => stasis,1,Answer()
 same => n,Stasis(ari-test)
 same => n,Hangup()
exten => talk,1,Answer()
 same => n,Wait(60)
exten => T,1,UserEvent(LeaseRanOut)
 same => n,Hangup()
[agents]
exten => _X.,1,Hangup()
""",
    "sorcery.conf": """
[res_pjsip]
auth = config,pjsip.conf,criteria=type=auth
auth = astdb,ps_auths
aor = config,pjsip.conf,criteria=type=aor
aor = astdb,ps_aors
endpoint = config,pjsip.conf,criteria=type=endpoint
endpoint = astdb,ps_endpoints
""",
    "pjsip.conf": """
[global]
type = global
endpoint_identifier_order = auth_username,username,ip
[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:{sip}
""",
    "rtp.conf": "[general]\nrtpstart = {rtp}\nrtpend = {rtp_end}\n",
    "stasis.conf": "[threadpool]\ninitial_size = 2\n",
    "musiconhold.conf": "[default]\nmode = files\ndirectory = {root}/usr/share/asterisk/moh\n",
}


class LiveAsterisk:
    """One Asterisk process in ``home``; its programs come unpacked in ``root``."""

    def __init__(self, root: Path, home: Path) -> None:
        """Write the configuration; nothing is started yet."""
        self.root = root
        self.home = home
        self.http, self.ami, self.sip = free_port(), free_port(), free_port(socket.SOCK_DGRAM)
        self.process: subprocess.Popen[bytes] | None = None
        for name in DIRECTORIES:
            (home / name).mkdir(parents=True, exist_ok=True)
        values = {
            "home": home, "root": root, "http": self.http, "ami": self.ami, "sip": self.sip,
            "user": USER, "password": PASSWORD, "rtp": 20000 + os.getpid() % 200 * 100,
            "rtp_end": 20099 + os.getpid() % 200 * 100,
        }  # fmt: skip
        for name, text in CONFIGURATION.items():
            (home / "etc" / name).write_text(text.format(**values))

    @property
    def url(self) -> str:
        """Where ARI answers."""
        return f"http://127.0.0.1:{self.http}"

    def start(self) -> None:
        """Start, and return when ARI answers 200: the port alone opens too early."""
        library = self.root / "usr/lib/x86_64-linux-gnu"
        paths = [library, library / "blas", library / "lapack", library / "pulseaudio"]
        command = [
            str(self.root / "usr/lib64/ld-linux-x86-64.so.2"),
            *("--library-path", ":".join(map(str, paths))),
            str(self.root / "usr/sbin/asterisk"),
            *("-C", str(self.home / "etc/asterisk.conf"), "-f"),
        ]
        with (self.home / "log/stdout.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                log_text = (self.home / "log/stdout.log").read_text(errors="replace")
                raise AssertionError(f"Asterisk in {self.home} did not start: {log_text[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether ARI is booted."""
        credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=2)
        try:
            connection.request("GET", "/ari/asterisk/ping", headers=headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
