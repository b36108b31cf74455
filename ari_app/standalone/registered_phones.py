"""Which agents' own phones are registered at the house, as its manager interface tells."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

from ari_app.settings import Settings
from ari_app.standalone.outside_ami import OutsideAmi
from ari_app.standalone.service_error import ServiceError
from ari_app.telephony.phones import PREFIX

_PATIENCE_SECONDS = 5.0


def house_manager(settings: Settings) -> AbstractAsyncContextManager[OutsideAmi]:
    """A connection to the house's Asterisk, ours or the one that the settings name."""
    return OutsideAmi.log_in(*settings.ami_endpoint, "duudlaga", settings.ami_password)


def real_phone(event: Mapping[str, str], outside_address: str) -> str | None:
    """The agent whose own phone is registered, as this event of AMI tells; else ``None``.

    A simulated phone is known by the second Asterisk's address.
    """
    match event.get("Event"):
        case "ContactStatus" if event.get("ContactStatus") != "Removed":
            account, uri = event.get("AOR", ""), event.get("URI", "")
        case "ContactList":
            account, uri = event.get("ObjectName", "").partition(";")[0], event.get("Uri", "")
        case _:
            return None
    host = urlsplit(uri.replace("sip:", "sip://", 1)).hostname
    if not account.startswith(PREFIX) or host is None or host == outside_address:
        return None
    return account.removeprefix(PREFIX)


def real_phones(settings: Settings) -> set[str]:
    """The agents whose own phones are registered now; none where no Asterisk runs."""
    try:
        return asyncio.run(_look(settings))
    except (ServiceError, TimeoutError):
        return set()


async def list_contacts(manager: OutsideAmi) -> bool:
    """Ask for a ``ContactList`` event of every contact; ``False`` when there is none at all."""
    try:
        await manager.act("PJSIPShowContacts")
    except ServiceError as error:
        if "No Contacts found" not in str(error):
            raise
        return False
    return True


async def _look(settings: Settings) -> set[str]:
    found: set[str] = set()
    async with asyncio.timeout(_PATIENCE_SECONDS), house_manager(settings) as manager:
        if not await list_contacts(manager):
            return found
        while (event := await manager.next_event()).get("Event") != "ContactListComplete":
            agent = real_phone(event, settings.outside_address)
            if agent is not None:
                found.add(agent)
    return found
