"""One press is one key, and two quick ones are two."""

from __future__ import annotations

import pytest

from ari_app.flow.presses import Presses

# Keys as they are told: digit, when (ms), for how long it was held (ms; 0: nobody says).
Told = tuple[str, int, int]


@pytest.mark.parametrize(
    ("told", "pressed"),
    [
        ([("7", 102, 100), ("7", 147, 100)], "7"),  # as RFC 4733 and as INFO
        ([("7", 102, 100), ("7", 147, 0)], "7"),
        ([("5", 104, 20), ("5", 106, 20)], "5"),  # Asterisk 22.10.1, a key of 20 ms
        ([("5", 60, 60), ("5", 90, 15)], "5"),  # it bounces
        ([("5", 60, 60), ("5", 90, 15), ("5", 110, 10)], "5"),
        ([("5", 40, 40), ("5", 120, 40)], "55"),  # a machine dials
        ([("5", 100, 100), ("5", 300, 100)], "55"),
        ([("5", 100, 0), ("5", 201, 0)], "55"),
        ([("5", 100, 100), ("6", 110, 100), ("5", 120, 100)], "565"),
        ([("1", 0, 0), ("1", 99, 0)], "1"),
        # As Asterisk 22.10.1 told them: INFO at the press, then RFC 4733, told again when the INFO
        # has been played
        ([("1", 1, 100), ("1", 99, 100), ("1", 146, 100)], "1"),
        ([("1", 1, 100), ("1", 41, 60), ("1", 146, 60)], "1"),
        ([("1", 1, 100), ("1", 237, 240)], "1"),
        ([("1", 0, 160), ("1", 154, 160), ("1", 205, 160)], "1"),
        ([("1", 2, 250), ("1", 90, 100), ("1", 301, 100)], "1"),
        ([("1", 0, 250), ("1", 385, 400)], "1"),
        # INFO while the key is held
        ([("1", 121, 100), ("1", 226, 240)], "1"),
        # RFC 4733, then INFO after the release
        ([("1", 83, 100), ("1", 128, 100)], "1"),
        ([("1", 189, 200), ("1", 234, 200)], "1"),
        ([("1", 197, 200), ("1", 251, 100)], "1"),
        ([("1", 83, 100), ("1", 181, 100)], "1"),
        ([("1", 59, 60), ("1", 107, 160)], "1"),
        # twice, each time as INFO and as RFC 4733
        ([("1", 1, 100), ("1", 99, 100), ("1", 146, 100), ("1", 251, 100), ("1", 349, 100)], "11"),
        ([("1", 83, 100), ("1", 128, 100), ("1", 333, 100), ("1", 378, 100)], "11"),
        # quick, and yet two
        ([("1", 96, 100), ("1", 336, 100)], "11"),
        ([("1", 0, 100), ("1", 252, 100)], "11"),
        ([("1", 0, 250), ("1", 296, 250)], "11"),
        ([("1", 44, 60), ("1", 204, 60)], "11"),
        ([("1", 80, 80), ("1", 200, 80), ("1", 320, 80)], "111"),
    ],
)
def test_presses_are_told_from_repetitions(told: list[Told], pressed: str) -> None:
    presses, start = Presses(), 1_770_000_000.0
    heard = [
        key for key, at, held in told if not presses.again(key, start + at / 1000, held / 1000)
    ]
    assert "".join(heard) == pressed
