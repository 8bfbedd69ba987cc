"""Names for things that have an address: short, safe in a path, impossible to guess."""

from __future__ import annotations

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read as something else
LENGTH = 14  # 68 bits: guessing one of a million takes more tries than anybody has


def new_id() -> str:
    """A fresh id of 14 lower-case letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_id(text: str) -> bool:
    """Whether ``text`` could have come from ``new_id``."""
    return len(text) == LENGTH and all(letter in ALPHABET for letter in text)
