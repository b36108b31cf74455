"""The sound files that a caller may hear, as they are on the wire, and where a packet stands."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.media.sound import read_sound
from ari_app.simulator.g711 import encode
from ari_app.simulator.tone import RATE

BLOCK = RATE // 50
"""Samples, and bytes, of the 20 ms of a packet."""
_MANY = 32
"""Blocks that stand at more places than this say nothing about where one is."""


@dataclass(frozen=True, slots=True)
class KnownSound:
    """One sound, and the names of all files that hold just this one. ``size`` is in samples."""

    names: tuple[str, ...]
    begin: int
    size: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.begin + self.size

    def is_named(self, end: str) -> bool:
        """Whether a file that holds it has a name that ends so."""
        return any(name.endswith(end) for name in self.names)


def is_constant(payload: bytes) -> bool:
    """Whether all samples are the same: digital silence."""
    return payload.count(payload[0]) == len(payload)


@dataclass(slots=True)
class _Coded:
    """All sounds in one of the two codings, one behind the other, and where each block stands."""

    content: bytes
    blocks: dict[bytes, list[int]] = field(default_factory=dict)


class KnownSounds:
    """Built once from files; then it only answers. 8 MB of A-law take half a second."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """``files`` by the name that is to stand for each: WAV, 8 kHz, one channel, 16 bits."""
        named: dict[bytes, list[str]] = {}
        for name, path in files.items():
            named.setdefault(read_sound(path).samples.tobytes(), []).append(name)
        self._samples = array("h")
        self.sounds: list[KnownSound] = []
        for content, names in named.items():
            begin = len(self._samples)
            self._samples.frombytes(content)
            self.sounds.append(KnownSound(tuple(names), begin, len(self._samples) - begin))
        self._begins = [sound.begin for sound in self.sounds]
        self._coded: dict[int, _Coded] = {}

    @classmethod
    def below(cls, *folders: Path) -> KnownSounds:
        """All WAV files below these folders, named by their path within them, without ``.wav``."""
        files = ((path, path.relative_to(top)) for top in folders for path in top.rglob("*.wav"))
        return cls({str(name.with_suffix("")): path for path, name in sorted(files)})

    def content(self, payload_type: int) -> bytes:
        """All sounds in this coding, one behind the other."""
        return self._in(payload_type).content

    def places(self, payload_type: int, payload: bytes) -> list[int]:
        """Where a packet that begins on a block stands; nothing for what stands everywhere."""
        found = self._in(payload_type).blocks.get(payload, [])
        return found if len(found) <= _MANY else []

    def search(self, payload_type: int, payload: bytes) -> list[int]:
        """Where these bytes stand, on a block or not. It takes some milliseconds."""
        content, start = self.content(payload_type), 0
        found: list[int] = []
        while (place := content.find(payload, start)) >= 0 and len(found) <= _MANY:
            if place + len(payload) <= self.at(place).end:
                found.append(place)
            start = place + 1
        return found if len(found) <= _MANY else []

    def at(self, place: int) -> KnownSound:
        """The sound that stands there."""
        return self.sounds[bisect_right(self._begins, place) - 1]

    def _in(self, payload_type: int) -> _Coded:
        if payload_type not in self._coded:
            coded = _Coded(encode(payload_type, self._samples))
            for sound in self.sounds:
                for place in range(sound.begin, sound.begin + sound.size - BLOCK + 1, BLOCK):
                    block = coded.content[place : place + BLOCK]
                    if not is_constant(block):
                        coded.blocks.setdefault(block, []).append(place)
            self._coded[payload_type] = coded
        return self._coded[payload_type]
