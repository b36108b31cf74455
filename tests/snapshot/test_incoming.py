"""The headers of a call, in all the ways in which networks write them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.snapshot.incoming import Incoming

NUMBER, SHARED, MOBILE = "97670110001", "70119999", "97699110000"
CALLER = "+97699112233"
FORWARDED = {
    "a diversion": ({"diversion": f"<sip:+{MOBILE}@x>;reason=user-busy;counter=1"}, "busy"),
    "a diversion without brackets": ({"diversion": f"tel:+{MOBILE};reason=no-answer"}, "no_answer"),
    "two diversions": (
        {"diversion": f"<sip:+{MOBILE}@x>;reason=unconditional,<sip:8@y>;reason=no-answer"},
        "always",
    ),
    "a diversion for an unusual reason": ({"diversion": f"<tel:+{MOBILE}>;reason=away"}, ""),
    "a reason of the second address": ({"diversion": f"<tel:+{MOBILE}>,<tel:8>;reason=away"}, ""),
    "a history in one header": (
        {"history": f"<sip:+{MOBILE}@x?Reason=SIP%3Bcause%3D486>;index=1, <sip:1@x>;index=1.1"},
        "busy",
    ),
    "a cause at the next number": (
        {"history": f"<sip:+{MOBILE}@x>;index=1,<sip:{SHARED}@x;cause=302>;index=1.1"}, "always",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("headers", "because"), FORWARDED.values(), ids=FORWARDED)
def test_a_forwarded_call_tells_from_which_number_and_why(
    headers: dict[str, str], because: str
) -> None:
    incoming = Incoming.told(SHARED, **headers)  # type: ignore[arg-type]
    assert (incoming.forwarded_from, incoming.forwarded_because) == (MOBILE, because)
    assert incoming.numbers == (SHARED, MOBILE)


def test_the_history_of_a_call_that_nobody_forwarded_tells_of_no_forwarding() -> None:
    incoming = Incoming.told(SHARED, history=f"<sip:+976{SHARED}@x>;index=1;cause=302")
    assert (incoming.forwarded_from, incoming.forwarded_because) == ("", "")


ASSERTED = {
    "sip and tel": f"<sip:{CALLER}@x>, <tel:{CALLER}>",
    "with parameters": f"<sip:{CALLER};cpc=ordinary@x>",
    "bare": f"tel:{CALLER}",
    "beside a name that looks like an address": f'"<tel:110> \\" sip:1@x" <sip:{CALLER}@x>',
}


@pytest.mark.parametrize("asserted", ASSERTED.values(), ids=ASSERTED)
def test_the_caller_is_whom_the_network_asserts(asserted: str) -> None:
    assert Incoming.told(NUMBER, asserted=asserted).caller("trunk") == CALLER
    assert Incoming.told(NUMBER, asserted=asserted, withheld=True).caller("trunk") == ""


def test_a_name_without_its_second_quote_hides_no_number_of_the_callers_choice() -> None:
    assert Incoming.told(NUMBER, asserted='"<tel:110>').caller(CALLER) == CALLER


@pytest.mark.parametrize("header", ["<sip:192.0.2.1>", "sip:192.0.2.1:5060;user=phone", "<sip:>"])
def test_an_address_of_a_host_alone_is_no_number(header: str) -> None:
    incoming = Incoming.told("1", to=header, diversion=header, asserted=header)
    assert (incoming.numbers, incoming.caller(CALLER)) == (("1",), CALLER)


HEADERS = ("to", "called", "diversion", "history", "asserted")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(HEADERS, st.text())), st.booleans())
def test_what_the_dialplan_writes_reads_as_the_headers_do(
    headers: dict[str, Any], withheld: bool
) -> None:
    given = [headers.get(name, "") for name in HEADERS]
    given.insert(4, "")  # a second History-Info
    word = "withheld" if withheld else ""
    text = ",".join([NUMBER, word, *(quote(each) for each in given)])
    headers["history"] = headers.get("history", "") + ","
    assert Incoming.parse(text) == Incoming.told(NUMBER, withheld=withheld, **headers)


@given(st.text(), st.text())
def test_hostile_text_gives_numbers_or_nothing(dialled: str, header: str) -> None:
    incoming = Incoming.parse(",".join([dialled, *[quote(header)] * 7]))
    assert all(number.isdecimal() and number.isascii() for number in incoming.numbers)
    assert incoming.asserted.strip("+").isdecimal() or incoming.asserted.strip("+") == ""
