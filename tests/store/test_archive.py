"""An archive holds a client whole; what no export has made is refused in a sentence."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ari_app.media.prompt_recording import FROM_DOCUMENT
from ari_app.media.sound import Sound, read_sound
from ari_app.places import Places
from ari_app.standalone.client_export import export_client
from ari_app.standalone.client_import import sounds_of
from ari_app.store import archive
from ari_app.store.archive import opened, pack
from ari_app.store.client_document import ClientDocument, PromptDocument
from ari_app.store.document_file import DocumentError, read_document
from tests.store.test_mistakes import SHOP

Write = Callable[[zipfile.ZipFile], object]


def refusal(path: Path) -> str:
    with pytest.raises(DocumentError) as caught, opened([path]):
        pass
    return str(caught.value)


def entry(name: str, kind: int = 0, size: int = 1) -> Write:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    return lambda archive: archive.writestr(info, b"x" * size, zipfile.ZIP_DEFLATED)


ONLY = "an export has only a document and sounds/LANGUAGE/PROMPT.wav"
DOCUMENT = entry("shop.yaml")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry("../shop.yaml")], f"the archive holds `../shop.yaml`; {ONLY}"),
        ([entry("/etc/passwd")], f"the archive holds `/etc/passwd`; {ONLY}"),
        ([entry("sounds/../../x.wav")], f"the archive holds `sounds/../../x.wav`; {ONLY}"),
        ([entry("sounds\\mn\\a.wav")], f"the archive holds `sounds\\mn\\a.wav`; {ONLY}"),
        ([entry("shop.yaml", stat.S_IFLNK)], f"the archive holds `shop.yaml`; {ONLY}"),
        ([DOCUMENT, entry("sounds/mn/a.wav", stat.S_IFCHR)],
         f"the archive holds `sounds/mn/a.wav`; {ONLY}"),
        ([DOCUMENT, entry("inner.zip")], f"the archive holds `inner.zip`; {ONLY}"),
        ([DOCUMENT, entry("sounds/mn/a.wav", size=20_000_001)],
         "`sounds/mn/a.wav` in the archive is larger than 20000 kB"),
        ([entry("shop.yaml", size=500_001)], "`shop.yaml` in the archive is larger than 500 kB"),
        ([entry(f"sounds/mn/a{n}.wav") for n in range(2001)],
         "the archive holds more than 2000 files"),
        ([entry("sounds/mn/a.wav")], "the archive holds no document"),
        ([], "the archive holds no document"),
    ],
)  # fmt: skip
def test_what_no_export_has_made_is_refused(
    tmp_path: Path, entries: list[Write], message: str
) -> None:
    path = tmp_path / "shop.zip"
    with zipfile.ZipFile(path, "w") as file:
        for write in entries:
            write(file)
    assert refusal(path) == f"{path}: {message}."
    assert [each.name for each in tmp_path.iterdir()] == ["shop.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    with zipfile.ZipFile(path, "w") as file:
        DOCUMENT(file)
        DOCUMENT(file)
    assert refusal(path) == f"{path}: the archive holds a file twice."


def test_an_archive_that_is_large_in_all_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 2_000_000)
    path = tmp_path / "shop.zip"
    with zipfile.ZipFile(path, "w") as file:
        DOCUMENT(file)
        for name in "abc":
            entry(f"sounds/mn/{name}.wav", size=900_000)(file)
    assert refusal(path) == f"{path}: the archive is larger than 2 MB."


def test_a_file_that_says_it_is_smaller_than_it_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    with zipfile.ZipFile(path, "w") as file:
        entry("shop.yaml", size=400_000)(file)
    content = path.read_bytes()
    path.write_bytes(content.replace((400_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert refusal(path) == f"{path}: this archive is damaged, or no archive."


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    pack(path, {"shop.yaml": SHOP.encode() * 20, "sounds/mn/hello.wav": bytes(range(256)) * 40})
    whole = path.read_bytes()
    for damaged in (b"", b"PK", whole[: len(whole) // 2], b"x" * 1000):
        path.write_bytes(damaged)
        assert refusal(path) == f"{path}: this archive is damaged, or no archive."
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(DocumentError), opened([path]):
            pass  # an unimportant byte, such as one of the date


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    assert refusal(path) == f"{path}: there is no such file."


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    files = {"shop.yaml": b"client: shop", "sounds/mn/hello.wav": b"RIFF"}
    pack(tmp_path / "a.zip", files)
    pack(tmp_path / "b.zip", dict(reversed(files.items())))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_mistake_in_an_archive_is_named_with_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "shop.zip"
    pack(path, {"shop.yaml": b"client: shop\n"})
    with opened([path]) as sources, pytest.raises(DocumentError) as caught:
        read_document(sources.paths[0] / "shop.yaml")
    named = sources.named(caught.value.findings)
    assert named[0].file == path / "shop.yaml"


def document_with(prompt: PromptDocument) -> ClientDocument:
    return ClientDocument(
        client="shop", name="Shop", language="mn", prompts={"hello": {"mn": prompt}}
    )


def test_a_recording_over_a_spoken_text_is_in_the_document(tmp_path: Path) -> None:
    places = Places(home=tmp_path / "home")
    spoken = document_with(PromptDocument(text="Сайн байна уу"))
    file = places.home / "prompts/clients/shop/mn/hello.wav"
    Sound.tones((440, 0.5)).write(file, mark="0123abcd")
    assert export_client(places.home, spoken).document == spoken
    Sound.tones((440, 0.5)).write(file)
    exported = export_client(places.home, spoken)
    name = "sounds/mn/hello.wav"
    assert exported.document.prompts["hello"]["mn"] == PromptDocument(file=name)
    assert exported.recordings[name] == file.read_bytes()
    Sound.tones((440, 0.5)).write(file, mark=FROM_DOCUMENT)
    assert export_client(places.home, spoken).recordings == exported.recordings
    assert sounds_of(places).instead("shop", "hello", "mn", name) == exported.recordings[name]
    assert sounds_of(places).instead("shop", "hello", "mn", "hello.wav") is None


def test_a_lost_recording_is_named_and_no_archive_is_written(tmp_path: Path) -> None:
    places = Places(home=tmp_path / "home")
    exported = export_client(places.home, document_with(PromptDocument(file="hello.m4a")))
    with pytest.raises(DocumentError, match=r"import them anew: hello \(mn\)"):
        exported.pack(tmp_path / "shop.zip")
    assert not (tmp_path / "shop.zip").exists()


def test_a_packed_recording_is_a_sound(tmp_path: Path) -> None:
    places = Places(home=tmp_path / "home")
    sound = Sound.tones((440, 0.5))
    sound.write(places.home / "prompts/clients/shop/mn/hello.wav")
    exported = export_client(places.home, document_with(PromptDocument(file="x.m4a")))
    exported.pack(tmp_path / "shop.zip")
    with opened([tmp_path / "shop.zip"]) as sources:
        (folder,) = sources.paths
        assert sources.holds(folder / "sounds/mn/hello.wav")
        assert read_sound(folder / "sounds/mn/hello.wav") == sound
        content = read_document(folder / "shop.yaml").content
        assert content == exported.document
