"""A text frame from Asterisk → an answer or an event."""

from __future__ import annotations

from collections import Counter

import msgspec
import structlog

from ari_app.telephony.ari.events import AriEvent
from ari_app.telephony.ari.messages import Response

log = structlog.get_logger(__name__)


class _AnyEvent(msgspec.Struct, frozen=True):
    type: str


_decoder: msgspec.json.Decoder[Response | AriEvent] = msgspec.json.Decoder(Response | AriEvent)
_any_event = msgspec.json.Decoder(_AnyEvent)


class Frames:
    """Decodes frames and counts, in ``counts``, what could not be used.

    An event of an unknown type is no error, since newer versions of Asterisk send new ones.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def decode(self, frame: bytes) -> Response | AriEvent | None:
        """Return what the frame says, ``None`` when that is nothing for us. Never raises."""
        try:
            return _decoder.decode(frame)
        except msgspec.ValidationError as error:
            self._strange(frame, error)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._mended(frame, error)
        return None

    def _strange(self, frame: bytes, error: msgspec.ValidationError) -> None:
        """Tell an unknown type from a known one whose fields are not as documented."""
        try:
            kind = _any_event.decode(frame).type
        except (msgspec.DecodeError, UnicodeDecodeError):
            kind = "without a type"
        if "Invalid value" in str(error) and "$.type" in str(error):
            self._counts["unknown_events"] += 1
            log.debug("event_unknown", type=kind)
        else:
            self._counts["broken_frames"] += 1
            log.error("event_not_understood", type=kind, reason=str(error))

    def _mended(self, frame: bytes, error: Exception) -> Response | AriEvent | None:
        """Read a frame with invalid UTF-8 all the same: a caller must not be lost for his name."""
        repaired = frame.decode(errors="replace").encode()
        if repaired != frame:
            self._counts["repaired_frames"] += 1
            return self.decode(repaired)
        self._counts["broken_frames"] += 1
        log.error("frame_not_json", reason=str(error), frame=repr(frame[:200]))
        return None
