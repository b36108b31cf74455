"""What phones and networks that we ring are shown. Pure."""

from __future__ import annotations


def caller_id(client_name: str, number: str) -> str:
    """Return what a phone that we ring shows: the client's name, and a number.

    The name is our own configuration, the number is filtered: caller text never gets here.
    """
    name = "".join(ch for ch in client_name if ch.isalnum() or ch in " .-")
    digits = "".join(ch for ch in number if ch in "+0123456789")
    return f'"{name}" <{digits or "anonymous"}>'


def forwarded_by(number: str) -> dict[str, str]:
    """Return the variables of a channel whose call ``number`` of ours forwards.

    Without the count 22.10.1 says nothing of it (test_numbers_told.py).
    """
    fields = {"from-num": number, "reason": "cfu", "count": "1"}
    return {f"REDIRECTING({name},i)": value for name, value in fields.items()}
