"""What one check of `duudlaga doctor` found."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """`advice` says what to do; it is empty when all is well.

    Sentences are `Said`; names, addresses and commands to type are plain text.
    """

    name: str
    grade: Grade
    fact: str
    advice: str = ""
