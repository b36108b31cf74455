"""A new call: whose it is, which flow answers, and what is known of the caller.

The controller and the fallback begin calls with it, so that a call is the same with either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ari_app.caller import caller_number
from ari_app.flow.events import CallOffered
from ari_app.flow.unassigned import HOUSE, unassigned
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Route, Snapshot


@dataclass(frozen=True, slots=True)
class Received:
    """``number`` is the client's (E.164), or the digits dialled when nobody owns them."""

    client: str
    number: str
    bundle: dict[str, Any]
    offered: CallOffered


def receive(
    snapshot: Snapshot, incoming: Incoming, caller_raw: str, caller_name: str, house_language: str
) -> Received:
    """Return how the call begins. ``caller_raw`` and ``caller_name`` are hostile text.

    ``house_language`` is spoken to callers of numbers that nobody owns.
    """
    route = route_of(snapshot, incoming)
    client = route.client if route else HOUSE
    caller_raw = incoming.caller(caller_raw)
    if incoming.withheld:
        caller_name = ""
    caller = caller_number(caller_raw)
    contact = snapshot.contact(client, caller) if caller else None
    offered = CallOffered(
        caller_number=caller,
        caller_raw=caller_raw,
        caller_name=caller_name,
        known=contact is not None and contact.known,
        vip=contact is not None and contact.vip,
        blocked=contact is not None and contact.blocked,
        **forwarding(incoming),
    )
    bundle = snapshot.bundle(route.client, route.flow) if route else unassigned(house_language)
    return Received(client, route.number if route else incoming.dialled, bundle, offered)


def route_of(snapshot: Snapshot, incoming: Incoming) -> Route | None:
    """Return the route of the first number that somebody owns: the one dialled before others.

    A number that forwards to us counts only when the number dialled is nobody's: several clients'
    mobiles may be forwarded to one number of ours.
    """
    routes = (snapshot.route(number) for number in incoming.numbers)
    return next((route for route in routes if route is not None), None)


def forwarding(incoming: Incoming) -> dict[str, str]:
    """Return the fields of ``call_offered`` about a forwarded call; none of another one."""
    if not incoming.forwarded_from:
        return {}
    return {
        "dialled": incoming.dialled,
        "forwarded_from": caller_number(incoming.forwarded_from) or incoming.forwarded_from,
        "forwarded_because": incoming.forwarded_because,
    }
