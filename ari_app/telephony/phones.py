"""The agents' phones: their SIP accounts in Asterisk, and whether they can be reached.

Accounts are pushed through ARI's dynamic configuration into Asterisk's own database, so they need
neither files nor reloads and survive its restart. Asterisk commits that database once a second:
what was pushed just before a kill -9 is lost [22.10.1, test_real_phones.py], so every connect
makes sure of all accounts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import structlog

from ari_app.flow.slug import SLUG
from ari_app.telephony.ari import (
    Ari,
    AriError,
    AriEvent,
    ConnectionLost,
    DeviceStateChanged,
    Response,
)

log = structlog.get_logger(__name__)

PREFIX = "agent-"
_AWAY = ("UNAVAILABLE", "INVALID", "UNKNOWN")
LANE = "phones"
_DYNAMIC = "asterisk/config/dynamic/res_pjsip"
LOOK_AGAIN_SECONDS = 5.0
"""After which an account that was in a call is looked at again, to be removed."""
_ONE_REQUEST = 50
"""Devices in one subscription request, to stay far below the longest frame."""


@dataclass(frozen=True, slots=True)
class Phone:
    """The SIP account of agent ``slug``; ``webrtc`` for a phone in the browser."""

    slug: str
    password: str
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    webrtc: bool = False

    def __post_init__(self) -> None:
        """Refuse a slug that would be something else in a path or a header."""
        if not SLUG.fullmatch(self.slug):
            raise ValueError(f"{self.slug!r} is not an agent's slug: use a-z, 0-9, - and _")

    @property
    def account(self) -> str:
        """The name of endpoint, address of record, auth object and auth user."""
        return PREFIX + self.slug


@dataclass(frozen=True, slots=True)
class PhoneState:
    """Whether a phone of agent ``slug`` is registered and answers."""

    slug: str
    reachable: bool


class Phones:
    """Keeps the accounts in Asterisk and tells who can be reached.

    ``on_state`` is called with every change, from ARI's reader. Only phones that were pushed are
    followed, by their device state: an ``endpoint`` subscription would send every event of their
    channels as well. After a reconnect the accounts are checked and the states read again.
    """

    def __init__(self, ari: Ari, on_state: Callable[[PhoneState], None]) -> None:
        self._ari = ari
        self._on_state = on_state
        self._phones: dict[str, Phone] = {}
        self._reachable: dict[str, bool | None] = {}
        self._heard_events = 0
        self._last_heard: dict[str, int] = {}
        self._restoring: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None
        ari.on_connect(self._connected)
        ari.on_event(self._heard)

    def reachable(self, slug: str) -> bool:
        """Whether agent ``slug`` can be rung now."""
        return bool(self._reachable.get(slug))

    async def stop(self) -> None:
        """End what may still be under way."""
        tasks = [task for task in (self._restoring, self._clearing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def push(self, phone: Phone) -> None:
        """Make the account in Asterisk what ``phone`` says; does nothing when it is so already.

        Raises ``AriError`` or ``ConnectionLost``; after the latter the next connect pushes it.
        """
        new = phone.slug not in self._phones
        self._phones[phone.slug] = phone
        await self._make_so(phone)
        if new:
            self._reachable[phone.slug] = None
            self._follow([phone.slug])

    async def remove(self, slug: str) -> None:
        """Take the account out of Asterisk; that it is gone already is fine."""
        account = Phone(slug, "").account
        self._phones.pop(slug, None)
        for kind in ("endpoint", "aor", "auth"):
            gone = await self._ari.request("DELETE", f"{_DYNAMIC}/{kind}/{account}", lane=LANE)
            if gone.status >= 400 and gone.status != 404:
                log.error("phone_not_removed", account=account, object=kind, reason=gone.reason)
        self._last_heard.pop(slug, None)
        if self._reachable.pop(slug, None):
            self._on_state(PhoneState(slug, reachable=False))

    def keep_only(self, slugs: Collection[str], on_gone: Callable[[str], None]) -> None:
        """Take the accounts of all other agents out of Asterisk, each as soon as it is in no call.

        ``on_gone(slug)`` is called in a thread, for each who lost the account.
        """
        if self._clearing is not None:
            self._clearing.cancel()
        self._clearing = asyncio.create_task(self._clear(frozenset(slugs), on_gone))

    async def _clear(self, slugs: frozenset[str], on_gone: Callable[[str], None]) -> None:
        try:
            while left := await self._agents_but(slugs):
                for slug in sorted(slug for slug, busy in left.items() if not busy):
                    await self.remove(slug)
                    await asyncio.to_thread(on_gone, slug)
                    log.info("phone_removed", account=PREFIX + slug)
                if not any(left.values()):
                    return
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except ConnectionLost as error:
            log.info("phones_not_removed", reason=str(error))  # the next connect asks again
        except AriError as error:
            log.error("phones_not_removed", reason=str(error))

    async def _agents_but(self, slugs: frozenset[str]) -> dict[str, bool]:
        """Return which other agents have an account, and whether it is in a call."""
        listed = await self._ari.request("GET", "endpoints/PJSIP", lane=LANE)
        if listed.status == 404:  # there is no endpoint at all
            return {}
        if listed.status >= 400:
            raise AriError("endpoints/PJSIP", listed.status, listed.reason)
        return {
            slug: bool(endpoint["channel_ids"])
            for endpoint in listed.json()
            if (slug := endpoint["resource"]).startswith(PREFIX)
            and (slug := slug.removeprefix(PREFIX)) not in slugs
        }

    def _connected(self) -> None:
        if self._restoring is not None:
            self._restoring.cancel()
        if self._phones:
            self._restoring = asyncio.create_task(self._restore(), name="phones")

    async def _restore(self) -> None:
        self._follow(list(self._phones))
        try:
            for phone in list(self._phones.values()):
                await self._make_so(phone)
        except ConnectionLost as error:
            log.info("phones_not_restored", reason=str(error))
        except AriError as error:
            log.error("phones_not_restored", reason=str(error))

    async def _make_so(self, phone: Phone) -> None:
        for kind, fields in _objects(phone).items():
            uri = f"{_DYNAMIC}/{kind}/{phone.account}"
            now = await self._ari.request("GET", uri, lane=LANE)
            if now.status == 200:
                seen = {field["attribute"]: field["value"] for field in now.json()}
                if all(seen.get(name) == _as_shown(name, value) for name, value in fields.items()):
                    continue
                # A second PUT would keep what the first one set and this one does not name.
                await self._ari.ask("DELETE", uri, lane=LANE)
            pairs = [{"attribute": name, "value": value} for name, value in fields.items()]
            await self._ari.ask("PUT", uri, {"fields": pairs}, lane=LANE)
            log.info("phone_pushed", account=phone.account, object=kind)

    def _follow(self, slugs: list[str]) -> None:
        """Subscribe first, then read: what changes in between is told twice, never missed.

        Asterisk writes a long list while events pass it: the event is the newer one then.
        """
        if not slugs or not self._ari.connected:
            return
        for first in range(0, len(slugs), _ONE_REQUEST):
            some = slugs[first : first + _ONE_REQUEST]
            sources = quote(",".join(f"deviceState:PJSIP/{PREFIX}{slug}" for slug in some))
            uri = f"applications/{self._ari.app}/subscription?eventSource={sources}"
            self._ari.request("POST", uri).add_done_callback(self._subscribed)
        listed = self._ari.request("GET", "endpoints/PJSIP")
        listed.add_done_callback(partial(self._read, self._heard_events))

    def _subscribed(self, answer: asyncio.Future[Response]) -> None:
        """A lost connection is no trouble here: the next connect subscribes again."""
        if not answer.cancelled() and answer.exception() is None and answer.result().status >= 400:
            log.error("phones_not_followed", reason=answer.result().reason)

    def _read(self, asked_after: int, answer: asyncio.Future[Response]) -> None:
        if answer.cancelled() or answer.exception() is not None:
            return
        response = answer.result()
        # 404: there is no endpoint at all.
        if response.status >= 400 and response.status != 404:
            log.error("phones_not_read", reason=response.reason)
            return
        endpoints = response.json() if response.status == 200 else []
        online = {found["resource"] for found in endpoints if found["state"] == "online"}
        for slug in list(self._reachable):
            if self._last_heard.get(slug, 0) <= asked_after:
                self._set(slug, reachable=PREFIX + slug in online)

    def _heard(self, event: AriEvent) -> None:
        if isinstance(event, DeviceStateChanged):
            slug = event.device_state.name.removeprefix(f"PJSIP/{PREFIX}")
            self._heard_events += 1
            self._last_heard[slug] = self._heard_events
            self._set(slug, reachable=event.device_state.state not in _AWAY)

    def _set(self, slug: str, *, reachable: bool) -> None:
        if slug in self._reachable and self._reachable[slug] != reachable:
            self._reachable[slug] = reachable
            self._on_state(PhoneState(slug, reachable))


def _objects(phone: Phone) -> dict[str, dict[str, str]]:
    """Return the account's PJSIP objects, in the spelling in which Asterisk shows them."""
    return {
        "auth": {
            "auth_type": "userpass",
            "username": phone.account,
            "password": phone.password,
        },
        "aor": {
            # The phone that registered last. A phone that was started anew registers from another
            # port and says nothing of the former one, which would be rung as well, for nobody.
            "max_contacts": "1",
            "remove_existing": "true",
            "qualify_frequency": "15",
        },
        "endpoint": {
            "auth": phone.account,
            "aors": phone.account,
            "context": "agents",
            "allow": _codecs(phone.codecs),
            "webrtc": "yes" if phone.webrtc else "no",
            "dtmf_mode": "rfc4733",
            "rtp_symmetric": "true",
            "rewrite_contact": "true",
            # A phone that died says no BYE; its caller goes back to the head of the line. A muted
            # phone goes on sending packets, but a few send none while nobody speaks.
            "rtp_timeout": "20",
            "rtp_timeout_hold": "300",
            # The caller hears us, not the phone, when he is put on hold or taken back.
            "direct_media": "false",
            # Or the phone is shown what the caller's network says of the caller, not our caller id.
            "send_connected_line": "no",
            # A transfer by the phone itself would take the caller out of our hands.
            "allow_transfer": "false",
        },
    }


def _codecs(names: Iterable[str]) -> str:
    return ",".join(("!all", *names))


def _as_shown(name: str, value: str) -> str:
    if name == "allow":
        return "(" + "|".join(value.removeprefix("!all,").split(",")) + ")"
    return value
