"""A lease that Asterisk does not renew says that the caller has gone, whatever else was heard."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from ari_app.flow.engine import Flow
from ari_app.telephony.ami import Ami, AmiAwayError, AmiError
from ari_app.telephony.call import Call
from ari_app.telephony.leases import Leases
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.switchboard import Switchboard
from tests.telephony.test_switchboard import BUNDLE, CALL, Notebook


class RefusingAmi:
    def __init__(self, error: AmiError) -> None:
        self.error = error

    async def absolute_timeout(self, channel: str, seconds: float) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "doubted"),
    [(AmiError("No such channel"), [CALL]), (AmiAwayError("no answer in 2 s"), [])],
    ids=["refused", "away"],
)
async def test_a_caller_whose_end_was_never_told_is_looked_after(
    error: AmiError, doubted: list[str]
) -> None:
    board = Switchboard(Notebook(), Notebook(), lambda: 1000.0, Pulse())
    flow = Flow.load(BUNDLE)
    run = flow.start(CALL, "+97670110001", 1000.0)
    board.add(Call(CALL, "duudlaga-1.1", "anu-clinic", flow, run, "sha"))
    heard: list[str] = []
    leases = Leases(
        cast("Ami", RefusingAmi(error)),
        board,
        lambda _call: True,
        lambda: 1000.0,
        lambda call: heard.append(call.id),
    )
    leases.sweep()
    await asyncio.sleep(0.01)
    assert heard == doubted
    assert leases.failed == 1
