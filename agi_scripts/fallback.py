"""A call without the controller: the same flow, in a process of its own. Started by the dialplan.

The dialplan believes nothing but the mark that ``Channel.done`` sets at the very end: whatever else
becomes of this process, the caller goes to the dialplan's own last step.

The caller waits while this starts, so it imports little: 0.1 to 0.2 s to the first sound.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ari_app.fallback.agi_channel import AgiChannel
from ari_app.fallback.answers import Answers
from ari_app.fallback.channel import Channel
from ari_app.fallback.home import Home
from ari_app.fallback.house import House
from ari_app.fallback.hung_up_error import HungUpError, LeaseLostError
from ari_app.fallback.keeper import Keeper
from ari_app.fallback.opening import open_call
from ari_app.fallback.phones import Phones
from ari_app.fallback.prompter import Prompter
from ari_app.fallback.ringer import Ringer
from ari_app.fallback.session import Session
from ari_app.fallback.waiting_line import WaitingLine
from ari_app.journal.journal_error import JournalError
from ari_app.journal.store import Journal

log = logging.getLogger("fallback")

JOURNAL_SECONDS = 1.0
"""How long a caller may wait for a journal that another process holds."""


def answer_call(channel: Channel, home: Home, clock: Callable[[], float] = time.time) -> bool:
    """Bring the call to its end; ``False`` when the caller went before that, or to the dialplan."""
    house = House(home)
    keeper = Keeper(_journal(home), home.spool, home.cel, channel.unique_id, clock)
    try:
        opening = open_call(channel, keeper, house.snapshot, clock(), house.language)
        session = Session(
            channel,
            keeper,
            opening,
            Prompter(
                channel,
                house.resolver(opening.flow),
                home.messages,
                partial(keeper.note, opening.run.call, opening.run.client),
                clock,
            ),
            Ringer(channel, home.monitor, house.client_name, clock),
            WaitingLine(Phones(channel, house.agents), house.ring_seconds, house.music, clock),
            clock,
        )
        if not session.bring_to_end():
            return False
        channel.done()
    except HungUpError:
        return False
    except LeaseLostError:
        log.warning("Channel %s is the dialplan's now: our lease ran out", channel.unique_id)
        return False
    finally:
        keeper.close()
    return True


def main(folder: str) -> None:
    """Answer the call for which Asterisk started this process, with the home ``folder``."""
    home = Home(Path(folder))
    _log_to(home.log)
    try:
        # Caller text can be anything: bytes that are no text become U+FFFD, as they do in ARI.
        with open(0, encoding="utf-8", errors="replace", newline="\n") as asterisk:
            answer_call(AgiChannel(Answers(home.cel), asterisk, sys.stdout), home)
    except HungUpError:
        log.info("A caller was gone before the fallback could begin")
    except Exception:  # the last chance to say why; the dialplan's last step has the caller
        log.exception("The fallback failed")
        raise


def _journal(home: Home) -> Journal | None:
    try:
        return Journal(home.journal, busy_seconds=JOURNAL_SECONDS)
    except JournalError as error:
        log.error("Without a journal: %s", error)
        return None


class _JsonLine(logging.Formatter):
    """One JSON object a line, like the other processes' logs."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


def _log_to(file: Path) -> None:
    try:
        handler: logging.Handler = logging.FileHandler(file, encoding="utf-8")
    except OSError:  # no room or no right to log is no reason to lose a call
        handler = logging.NullHandler()
    handler.setFormatter(_JsonLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
