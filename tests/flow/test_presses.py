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
        # INFO at the press, then RFC 4733, which Asterisk tells again when it has played the INFO
        ([("1", 5, 100), ("1", 102, 100), ("1", 160, 100)], "1"),
        ([("1", 5, 100), ("1", 240, 240)], "1"),
        ([("1", 5, 250), ("1", 100, 100), ("1", 305, 100)], "1"),
        # RFC 4733, then INFO after the release, played and told at its end as well
        ([("1", 100, 100), ("1", 105, 100), ("1", 150, 100), ("1", 250, 100)], "1"),
        ([("1", 200, 200), ("1", 205, 200), ("1", 250, 200), ("1", 450, 200)], "1"),
        # quick, and yet two
        ([("1", 100, 100), ("1", 350, 100)], "11"),
        ([("1", 5, 100), ("1", 255, 100)], "11"),
        ([("1", 60, 60), ("1", 210, 60)], "11"),
        ([("1", 80, 80), ("1", 200, 80), ("1", 320, 80)], "111"),
    ],
)
def test_presses_are_told_from_repetitions(told: list[Told], pressed: str) -> None:
    presses, start = Presses(), 1_770_000_000.0
    heard = [
        key for key, at, held in told if not presses.again(key, start + at / 1000, held / 1000)
    ]
    assert "".join(heard) == pressed
