"""Removing stored files for certain: once asked for, it is tried until they are gone."""

from __future__ import annotations

from casset.web import storage
from casset.work import asking
from casset.work.leases import LEASE
from casset.work.running import Claim

KIND = "work.remove"
TRIES = 30_000  # ten days of one every half minute: a bucket may be away for long
# Who works at what is taken away notices within a lease; what they write until then goes too.
AFTER_S = LEASE.total_seconds() + 5
_DEEP = 2  # parts of a prefix at least: "tracks/<id>", never everybody's


def ask(prefix: str) -> None:
    """Have every file in the folder ``prefix`` removed. Call it in the transaction that forgets them.

    Nothing may be stored there any more. Raises ``ValueError`` for a folder that belongs to no record.
    """
    if len([part for part in prefix.split("/") if part]) < _DEEP:
        raise ValueError(f"{prefix!r} is no record's folder")
    asking.ask(KIND, prefix, after_s=AFTER_S)


def run(claim: Claim) -> None:
    """Remove them; harmless when they have gone."""
    storage.remove_all(claim.subject)
