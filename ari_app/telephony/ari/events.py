"""The ARI events that we use, with the fields that we use.

Source: the models in Asterisk's ``rest-api/api-docs/events.json``. A channel's ``id`` is its
unique id. Names and caller numbers are the network's words: hostile text of up to 79 bytes.
"""

from __future__ import annotations

from datetime import datetime

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


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """A SIP endpoint. ``state``: ``online``, ``offline`` or ``unknown``."""

    technology: str
    resource: str
    state: str = ""


class Contact(msgspec.Struct, frozen=True, gc=False):
    """Where a phone registered. ``contact_status``: ``Reachable``, ``NonQualified``, …"""

    uri: str = ""
    contact_status: str = ""
    aor: str = ""


class Peer(msgspec.Struct, frozen=True, gc=False):
    """``peer_status``: ``Reachable``, ``Unreachable``, …"""

    peer_status: str = ""


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
        return datetime.strptime(self.timestamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


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


class ChannelStateChange(_OfChannel, frozen=True, tag=True, gc=False):
    """A channel rings, is up, …"""


class ChannelDtmfReceived(_OfChannel, frozen=True, kw_only=True, tag=True, gc=False):
    """A key was pressed and released."""

    digit: str
    duration_ms: int = 0


class ChannelHold(_OfChannel, frozen=True, tag=True, gc=False):
    """The phone put us on hold."""


class ChannelUnhold(_OfChannel, frozen=True, tag=True, gc=False):
    """The phone took us off hold."""


class PlaybackStarted(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """The caller hears it now."""

    playback: Playback


class PlaybackFinished(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """It ended: ``playback.state`` tells ``done`` from ``failed``."""

    playback: Playback


class RecordingStarted(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A message is being recorded."""

    recording: Recording


class RecordingFinished(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A message is recorded."""

    recording: Recording


class RecordingFailed(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A message could not be recorded: ``recording.cause`` says why."""

    recording: Recording


class Dial(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A leg's progress: ``dialstatus`` is empty, ``RINGING``, ``ANSWER``, ``BUSY``, …"""

    peer: Channel
    dialstatus: str = ""


class _OfBridge(_Event, frozen=True, kw_only=True, gc=False):
    bridge: Bridge


class ChannelEnteredBridge(_OfBridge, frozen=True, kw_only=True, tag=True, gc=False):
    """A channel joined a bridge."""

    channel: Channel


class ChannelLeftBridge(_OfBridge, frozen=True, kw_only=True, tag=True, gc=False):
    """A channel left a bridge."""

    channel: Channel


class BridgeDestroyed(_OfBridge, frozen=True, tag=True, gc=False):
    """A bridge is gone."""


class EndpointStateChange(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A phone came or went."""

    endpoint: Endpoint


class ContactStatusChange(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """One registration of a phone came, went, answered or fell silent."""

    endpoint: Endpoint
    contact_info: Contact


class PeerStatusChange(_Event, frozen=True, kw_only=True, tag=True, gc=False):
    """A phone's address came or went."""

    endpoint: Endpoint
    peer: Peer


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
    | ChannelStateChange
    | ChannelDtmfReceived
    | ChannelHold
    | ChannelUnhold
    | PlaybackStarted
    | PlaybackFinished
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | Dial
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | BridgeDestroyed
    | EndpointStateChange
    | ContactStatusChange
    | PeerStatusChange
    | DeviceStateChanged
    | ApplicationReplaced
)

UNUSED = (
    "BridgeAttendedTransfer",
    "BridgeBlindTransfer",
    "BridgeCreated",
    "BridgeMerged",
    "BridgeVideoSourceChanged",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDialplan",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelToneDetected",
    "ChannelUserevent",
    "ChannelVarset",
    "PlaybackContinuing",
    "TextMessageReceived",
)
"""Events that Asterisk need not send us: three of them alone are 43 % of all events of a call."""
