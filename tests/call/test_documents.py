"""The clients that the tests of calls bring into one house get on with one another."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path


def test_no_two_clients_of_the_house_have_one_number() -> None:
    texts = [file.read_text() for file in sorted(Path(__file__).parent.glob("*.yaml"))]
    numbers = Counter(found for text in texts for found in re.findall(r'number: "(\+\d+)"', text))
    assert len(numbers) >= 5
    assert max(numbers.values()) == 1, numbers
