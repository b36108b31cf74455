"""Which mirror is chosen from the machine's apt sources, read by apt itself."""

from pathlib import Path

import pytest

from ari_app.fetch_error import FetchError
from ari_app.standalone.mirror import Mirror, this_release

RELEASE = this_release()


class Sources:
    """A machine's apt sources, in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sources.list.d").mkdir()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def mirror(self) -> Mirror:
        options = [
            f"--option=Dir::Etc::sourcelist={self.folder / 'sources.list'}",
            f"--option=Dir::Etc::sourceparts={self.folder / 'sources.list.d'}",
        ]
        return Mirror.of_this_machine(apt_options=options)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def test_a_one_line_source_gives_its_address(sources: Sources) -> None:
    sources.write("sources.list", f"deb http://mirror.test/debian {RELEASE} main contrib\n")
    assert sources.mirror().uri == "http://mirror.test/debian/"


def test_a_deb822_source_gives_its_address_and_its_keyring(sources: Sources) -> None:
    sources.write(
        "sources.list.d/debian.sources",
        "Types: deb deb-src\nURIs: http://mirror.test/debian\n"
        f"Suites: {RELEASE} {RELEASE}-updates\nComponents: main non-free\n"
        "Signed-By: /etc/keys/of-the-house.gpg\n",
    )
    mirror = sources.mirror()
    assert mirror.uri == "http://mirror.test/debian/"
    assert Path("/etc/keys/of-the-house.gpg") in mirror.keyrings


def test_options_in_brackets_name_the_keyrings(sources: Sources) -> None:
    sources.write(
        "sources.list",
        f"deb [arch=amd64 signed-by=/etc/keys/a.gpg,/etc/keys/b.asc] "
        f"http://mirror.test/debian {RELEASE} main\n",
    )
    assert sources.mirror().keyrings[:2] == (Path("/etc/keys/a.gpg"), Path("/etc/keys/b.asc"))


def test_a_key_written_inline_leaves_the_archive_keyring(sources: Sources) -> None:
    sources.write(
        "sources.list.d/debian.sources",
        "Types: deb\nURIs: http://mirror.test/debian\n"
        f"Suites: {RELEASE}\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n /w8AAAAB\n"
        " -----END PGP PUBLIC KEY BLOCK-----\n",
    )
    assert all(
        keyring.is_relative_to("/usr/share/keyrings") for keyring in sources.mirror().keyrings
    )


def test_a_list_of_mirrors_stays_a_list_of_mirrors(sources: Sources) -> None:
    sources.write("sources.list", f"deb mirror+file:/etc/apt/mirrors/debian.list {RELEASE} main\n")
    assert sources.mirror().uri == "mirror+file:/etc/apt/mirrors/debian.list/"


def test_other_vendors_archives_are_passed_over(sources: Sources) -> None:
    sources.write(
        "sources.list",
        f"deb http://vendor.test/php {RELEASE} main\n"
        f"deb http://vendor.test/linux/debian {RELEASE} stable\n"
        f"deb http://mirror.test/debian-security {RELEASE}-security main\n"
        f"deb http://mirror.test/debian {RELEASE} main\n",
    )
    assert sources.mirror().uri == "http://mirror.test/debian/"


def test_a_disabled_source_is_passed_over(sources: Sources) -> None:
    sources.write(
        "sources.list.d/a.sources",
        f"Types: deb\nEnabled: no\nURIs: http://off.test/debian\nSuites: {RELEASE}\n"
        "Components: main\n",
    )
    sources.write("sources.list", f"deb http://mirror.test/debian {RELEASE} main\n")
    assert sources.mirror().uri == "http://mirror.test/debian/"


def test_a_machine_without_debians_archive_is_told_to_name_one(sources: Sources) -> None:
    sources.write("sources.list", "deb http://vendor.test/tool nodistro main\n")
    with pytest.raises(FetchError, match="DUUDLAGA_MIRROR"):
        sources.mirror()


def test_unreadable_sources_are_reported_in_apts_words(sources: Sources) -> None:
    sources.write("sources.list", "deb [signed-by=/a.gpg http://mirror.test/debian\n")
    with pytest.raises(FetchError, match="apt cannot read this machine's sources"):
        sources.mirror()


def test_the_setting_stands_before_the_machines_sources() -> None:
    assert Mirror.of_this_machine("http://mine.test/debian").uri == "http://mine.test/debian"
