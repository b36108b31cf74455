"""Addresses for what tests start beside a copy: two test runs at once never meet on them."""

from __future__ import annotations

from ari_app.ports import Ports
from ari_app.settings import Settings


def guest_address(settings: Settings, number: int) -> str:
    """The loopback address ``number`` of this copy, whose block of ports no other copy has."""
    block = (settings.sip_port - Ports().sip_port) // 10
    return f"127.0.{block}.{number}"
