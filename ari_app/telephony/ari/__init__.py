"""ARI over WebSockets: requests, answers and events."""

from ari_app.telephony.ari.connection import Ari
from ari_app.telephony.ari.errors import AriError, ConnectionLost
from ari_app.telephony.ari.events import (
    ApplicationReplaced,
    AriEvent,
    Bridge,
    Channel,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    DeviceStateChanged,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    StasisEnd,
    StasisStart,
)
from ari_app.telephony.ari.messages import Response
from ari_app.telephony.ari.pace import Pace

__all__ = [
    "ApplicationReplaced",
    "Ari",
    "AriError",
    "AriEvent",
    "Bridge",
    "Channel",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "ConnectionLost",
    "DeviceStateChanged",
    "Pace",
    "PlaybackFinished",
    "PlaybackStarted",
    "RecordingFailed",
    "RecordingFinished",
    "Response",
    "StasisEnd",
    "StasisStart",
]
