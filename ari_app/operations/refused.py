"""Why something that a person asked for is not done."""

from __future__ import annotations


class RefusedError(Exception):
    """`key` names the sentence in the commands' texts, and `values` fill it in."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values
