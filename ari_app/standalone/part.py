"""Which packages are fetched, and from which Debian suite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One root of unpacked packages below the parts folder."""

    name: str
    suite: str
    packages: tuple[str, ...]
    # Left out where the machine's own are the same release's, and its loader is the one that runs.
    without: tuple[str, ...] = ()


def parts_of(release: str, *, tests: bool) -> list[Part]:
    """What is fetched on a machine of Debian's `release`; the first brings the keys of the others.

    A new keyring package of the machine's own release holds the keys of unstable, however old the
    keyring on the machine is.
    """
    own_libc = ("libc6", "libc-bin")
    parts = [
        Part(
            "release",
            release,
            ("debian-archive-keyring", "espeak-ng", "ffmpeg", "postgresql", "redis-server"),
            without=own_libc,
        ),
        Part(
            "asterisk",
            "sid",
            ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav"),
        ),
    ]
    if tests:
        parts.append(Part("tests", release, ("baresip-core", "sip-tester"), without=own_libc))
    return parts
