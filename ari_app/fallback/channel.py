"""The caller's channel as the fallback uses it: each method blocks until Asterisk has done it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ari_app.snapshot.incoming import Incoming

KEYS = "0123456789*#ABCD"

OnAnswer = Callable[[str, float], None]
"""Is told the channel of the party who answered, and when (Unix seconds)."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a sound ended: by this key or, when empty, by itself; ``offset`` counts samples."""

    key: str
    offset: int


@dataclass(frozen=True, slots=True)
class Rung:
    """How ringing ended: ``status`` is Asterisk's DIALSTATUS, ``key`` the one that ended it."""

    status: str
    key: str = ""


class Channel(ABC):
    """A caller's channel under a lease, which each method that blocks renews for itself.

    Every method raises ``HungUpError`` when the caller is gone, and ``LeaseLostError`` when the
    lease ran out, as after this process was stopped for a while.
    """

    unique_id: str
    caller_raw: str
    """The caller's number as the network sent it: hostile text, like ``caller_name``."""
    caller_name: str
    incoming: Incoming
    """What else the dialplan tells of the call."""

    @abstractmethod
    def answer(self) -> None:
        """Pick up; picked up already is fine."""

    @abstractmethod
    def play(self, sound: str, offset: int, seconds: float) -> Played:
        """Play a sound file (without its ending) from ``offset``, until its end or any key.

        ``seconds`` is its length.
        """

    @abstractmethod
    def wait(self, seconds: float) -> str:
        """Wait for a key; empty when none came."""

    @abstractmethod
    def record(
        self, file: str, finish_on: str, max_seconds: int, silence_seconds: int, *, beep: bool
    ) -> float:
        """Record the caller into a WAV ``file`` (without its ending); return its seconds."""

    @abstractmethod
    def start_music(self, music: str) -> None:
        """Let the caller hear this class of music while we wait."""

    @abstractmethod
    def stop_music(self) -> None:
        """End the music."""

    @abstractmethod
    def phone_state(self, agent: str) -> str:
        """Return what Asterisk knows of an agent's phone, such as ``NOT_INUSE``."""

    @abstractmethod
    def show_caller(self, name: str, number: str) -> None:
        """Set what a phone that we ring shows."""

    @abstractmethod
    def show_forwarding(self, number: str) -> None:
        """Tell the network that ``number`` of ours forwards the calls that follow."""

    @abstractmethod
    def ring(
        self, endpoints: Mapping[str, int], music: str, on_answer: OnAnswer, *, keys: bool
    ) -> Rung:
        """Ring all endpoints, each for so many seconds at most; join the first who answers with the
        caller until one hangs up.

        ``keys`` says whether a key of the caller ends the ringing.
        """

    @abstractmethod
    def record_talk(self, caller_file: str, agent_file: str) -> None:
        """Record both sides, each into its WAV file, as soon as the caller talks to somebody."""

    @abstractmethod
    def stop_recording_talk(self) -> None:
        """Close the files of ``record_talk``."""

    @abstractmethod
    def end_leg(self, leg: str) -> None:
        """Hang up another channel by its unique id; gone already is fine."""

    @abstractmethod
    def done(self) -> None:
        """Tell the dialplan that the call was brought to its end."""
