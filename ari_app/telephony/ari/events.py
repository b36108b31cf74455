"""The ARI events that we use, with the fields that we use.

Source: the models in Asterisk's ``rest-api/api-docs/events.json``. A channel's ``id`` is its
unique id. Names and caller numbers are the network's words: hostile text of up to 79 bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import msgspec


class Party(msgspec.Struct, frozen=True, gc=False):
    """Who somebody says he is."""

    name: str = ""
    number: str = ""


class Dialplan(msgspec.Struct, frozen=True, gc=False):
    """Where a channel stands in the dialplan; ``app_name`` is ``Stasis`` while it is ours."""

    context: str = ""
    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True, gc=False):
    """A channel. ``state``: ``Down``, ``Ring``, ``Ringing``, ``Up``, ``Busy``, …"""

    id: str
    name: str = ""
    state: str = ""
    caller: Party = Party()
    connected: Party = Party()
    dialplan: Dialplan = Dialplan()
    creationtime: str = ""
    channelvars: dict[str, str] = {}


class Bridge(msgspec.Struct, frozen=True, gc=False):
    """A bridge and the ids of the channels in it."""

    id: str
    bridge_type: str = ""
    channels: list[str] = []


class Playback(msgspec.Struct, frozen=True, gc=False):
    """A playback. ``state``: ``queued``, ``playing``, ``continuing``, ``done``, ``failed``."""

    id: str
    state: str = ""
    media_uri: str = ""
    target_uri: str = ""


class Recording(msgspec.Struct, frozen=True, gc=False):
    """A recording. ``duration``, ``talking_duration`` and ``silence_duration`` are seconds."""

    name: str
    state: str = ""
    target_uri: str = ""
    duration: int = 0
    talking_duration: int | None = None
    silence_duration: int | None = None
    cause: str = ""


class DeviceState(msgspec.Struct, frozen=True, gc=False):
    """``state``: ``NOT_INUSE``, ``INUSE``, ``RINGING``, ``UNAVAILABLE``, …"""

    name: str
    state: str = ""


class _Event(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    timestamp: str = ""

    @property
    def at(self) -> float:
        """When Asterisk saw it, in Unix seconds, UTC. 0 when the event does not say."""
        if not self.timestamp:
            return 0.0
        return datetime.fromisoformat(self.timestamp).timestamp()


class _OfChannel(_Event, frozen=True, kw_only=True, gc=False):
    channel: Channel


class StasisStart(_OfChannel, frozen=True, kw_only=True, tag=True, gc=False):
    """A channel came into our hands; ``args`` are those of ``Stasis()`` or of the originate."""

    args: list[str] = []
    replace_channel: Channel | None = None


class StasisEnd(_OfChannel, frozen=True, tag=True, gc=False):
    """A channel left our hands: hung up, or back in the dialplan."""


class ChannelDestroyed(_OfChannel, frozen=True, kw_only=True, tag=True, gc=False):
    """A channel is gone; ``cause`` is the Q.850 cause."""

    cause: int = 0
    cause_txt: str = ""


class ChannelHangupRequest(_OfChannel, frozen=True, kw_only=True, tag=True, gc=False):
    """Somebody asked for the end of a channel."""

    cause: int = 0
    soft: bool = False


class ChannelDtmfReceived(_OfChannel, frozen=True, kw_only=True, tag=True, gc=False):
    """A key was pressed and released."""

    digit: str
    duration_ms: int = 0


class PlaybackStarted(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The first of its sounds begins."""

    playback: Playback


class PlaybackFinished(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """It ended: ``playback.state`` tells ``done`` from ``failed``."""

    playback: Playback


class RecordingFinished(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A message is recorded."""

    recording: Recording


class RecordingFailed(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A message could not be recorded: ``recording.cause`` says why."""

    recording: Recording


class DeviceStateChanged(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A device is free, rings, talks."""

    device_state: DeviceState


class ApplicationReplaced(_Event, frozen=True, tag=True, gc=False):
    """Another controller took our calls over."""


AriEvent = (
    StasisStart
    | StasisEnd
    | ChannelDestroyed
    | ChannelHangupRequest
    | ChannelDtmfReceived
    | PlaybackStarted
    | PlaybackFinished
    | RecordingFinished
    | RecordingFailed
    | DeviceStateChanged
    | ApplicationReplaced
)

USED = ("RESTResponse", *(event.__name__ for event in get_args(AriEvent)))
"""All that Asterisk needs to send us: of the events of a call it is less than half. The answers are
named as well, since 22.10.1 sends only what is named, and answers are no exception."""
