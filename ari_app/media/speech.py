"""Speech from text, made when a prompt is saved and never while a caller waits.

What was spoken is marked inside its file with the text's and voice's hash, so a second run speaks
only what changed, an interrupted one goes on, and a file without the mark, a person's recording,
is never overwritten.

A text may change its voice with a tag: ``Монгол хэлээр бол нэг. [en] For English, press two.``
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from array import array
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ari_app.flow.languages import LANGUAGES
from ari_app.flow.said import Said
from ari_app.media.media_error import MediaError
from ari_app.media.programs import find_program, mongolian_voice_data, run_ffmpeg
from ari_app.media.prompt_file import client_prompt, standard_prompt
from ari_app.media.sound import RATE, Sound, read_sound, speech_mark
from ari_app.media.standard import standard_signals, standard_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ari_app.places import Places

LONGEST_TEXT = 2000
"""Characters of one prompt: about two and a half minutes of speech."""

_BATCH = 16  # ffmpeg's start takes longer than its work on a prompt, so it gets many at a time
_AT_ONCE = 2


@dataclass(frozen=True)
class Voice:
    """A voice of espeak-ng: its name, and its speed in words per minute."""

    name: str
    words_per_minute: int


_VOICES = {"mn": Voice("mn", 140), "en": Voice("en-gb", 150), "ru": Voice("ru", 150)}
_TAG = re.compile(rf"\[({'|'.join(_VOICES)})\]")


@dataclass(frozen=True)
class _Wanted:
    """One file to speak."""

    path: Path
    text: str
    language: str

    @property
    def mark(self) -> str:
        spoken = repr([(_VOICES[language], text) for language, text in self.pieces])
        return hashlib.sha256(spoken.encode()).hexdigest()[:32]

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The text cut at its tags: (language, text)."""
        first, *tagged = _TAG.split(self.text)
        pieces = [(self.language, first), *zip(tagged[::2], tagged[1::2], strict=True)]
        return [(language, text.strip()) for language, text in pieces if text.strip()]


def speak_standard(
    settings: Places, progress: Callable[[int, int], None] = lambda done, wanted: None
) -> int:
    """Speak whatever the standard set lacks, in every language; return how many were spoken.

    ``progress`` hears how many files are done and how many are wanted.
    """
    home = settings.home
    for language in LANGUAGES:
        for path, sound in standard_signals().items():
            file = standard_prompt(home, language, path)
            if not file.exists():
                sound.write(file, mark="signal")
    wanted = [
        _Wanted(standard_prompt(home, language, path), text, language)
        for language in LANGUAGES
        for path, text in standard_texts(language).items()
    ]
    missing = [want for want in wanted if _is_due(want)]
    done = len(wanted) - len(missing)
    progress(done, len(wanted))
    batches = [missing[n : n + _BATCH] for n in range(0, len(missing), _BATCH)]
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        running = {workers.submit(_speak, settings.parts, batch): batch for batch in batches}
        for finished in as_completed(running):
            finished.result()
            done += len(running[finished])
            progress(done, len(wanted))
    return len(missing)


def speak_client_prompt(settings: Places, client: str, slug: str, language: str, text: str) -> bool:
    """Speak a client's prompt; ``False`` when it was there already, spoken or recorded.

    Raises :class:`MediaError` for a language without a voice, and for a text that is empty or
    longer than :data:`LONGEST_TEXT`.
    """
    name = f"Prompt {slug} of client {client}"
    if language not in _VOICES:
        raise MediaError(
            Said(
                "{name}: no voice speaks {language}; there are {known}.",
                name=name,
                language=language,
                known=", ".join(_VOICES),
            )
        )
    if not text.strip():
        raise MediaError(Said("{name} has no text to speak.", name=name))
    if len(text) > LONGEST_TEXT:
        raise MediaError(
            Said(
                "{name} has {length} characters; {most} can be spoken.",
                name=name,
                length=len(text),
                most=LONGEST_TEXT,
            )
        )
    want = _Wanted(client_prompt(settings.home, client, language, slug), text, language)
    if not _is_due(want):
        return False
    _speak(settings.parts, [want])
    return True


def _is_due(want: _Wanted) -> bool:
    if not want.path.exists():
        return True
    return speech_mark(want.path) not in (None, want.mark)


def _speak(parts: Path, wanted: Sequence[_Wanted]) -> None:
    """Speak a batch: espeak-ng once a piece of text, ffmpeg once for all of them."""
    with tempfile.TemporaryDirectory(prefix="speech-") as folder:
        given: list[str | Path] = []
        results: list[str | Path] = []
        spoken: list[list[Path]] = []
        for want in wanted:
            spoken.append([])
            for language, text in want.pieces:
                n = sum(map(len, spoken))
                raw, result = Path(folder) / f"{n}.raw.wav", Path(folder) / f"{n}.wav"
                _speak_piece(parts, language, text, raw)
                given += ["-i", raw]
                results += ["-map", f"{n}:a", "-ar", str(RATE), "-c:a", "pcm_s16le", result]
                spoken[-1].append(result)
        run_ffmpeg(parts, [*given, *results], timeout_seconds=60)
        for want, files in zip(wanted, spoken, strict=True):
            samples = array("h")
            for file in files:
                samples += read_sound(file).trimmed().normalised().samples
            if not samples:
                raise MediaError(
                    Said(
                        "The voice {language} has no sound for “{text}”.",
                        language=want.language,
                        text=want.text,
                    )
                )
            Sound(samples).write(want.path, want.mark)


def _no_sound_server(folder: Path) -> dict[str, str]:
    """Keep espeak-ng's sound library in `folder`.

    Although only a file is written, its start looks for PulseAudio (espeak-ng 1.51), and would
    leave a /tmp/pulse-… and a ~/.config/pulse behind.
    """
    return {"HOME": str(folder), "PULSE_RUNTIME_PATH": str(folder)}


def _speak_piece(parts: Path, language: str, text: str, target: Path) -> None:
    espeak = find_program(parts, "espeak-ng")
    voice = _VOICES[language]
    # It runs beside the data of its voices, so the path to them is short (see release_program).
    folder = mongolian_voice_data() if language == "mn" else espeak.folder
    here = ["--path=."] if folder is not None else []
    speed = str(voice.words_per_minute)
    # The text goes in by standard input: no length limit, and a leading dash is no option.
    command = espeak.command(*here, "-v", voice.name, "-s", speed, "-b", "1", "-w", target)
    try:
        done = subprocess.run(
            [*command, "--stdin"],
            cwd=folder,
            env={**espeak.environment(), **_no_sound_server(target.parent)},
            input=text.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaError(
            Said("espeak-ng did not end within 60 s for “{text}”.", text=text)
        ) from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        raise MediaError(
            Said("espeak-ng cannot speak {language}: {words}", language=language, words=words)
        )
