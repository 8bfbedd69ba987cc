"""What can be done: each app tells in its ``apps.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from casset.lib.errors import CassetError

if TYPE_CHECKING:
    from casset.work.running import Claim

Do = Callable[["Claim"], None]
GiveUp = Callable[[str, CassetError], None]


@dataclass(frozen=True)
class Kind:
    """A kind of work. ``run`` must be harmless when run twice; ``gave_up`` is told of the final failure.

    Both are dotted names, imported when they are needed: a web process that only asks for work does
    not load what doing it takes.
    """

    name: str
    run: str
    gave_up: str = ""
    queue: str = "render"
    urgency: int = 5
    tries: int = 4

    def do(self, claim: Claim) -> None:
        """Do the work of ``claim``."""
        function: Do = import_string(self.run)
        function(claim)

    def give_up(self, subject: str, error: CassetError) -> None:
        """Tell the app that its work will not be done."""
        if self.gave_up:
            function: GiveUp = import_string(self.gave_up)
            function(subject, error)


_known: dict[str, Kind] = {}


def does(
    name: str,
    run: str,
    *,
    gave_up: str = "",
    queue: str = "render",
    urgency: int = 5,
    tries: int = 4,
) -> None:
    """Say how ``name`` is done, by the dotted names of functions. ``queue`` is ``render`` (draws, listens) or ``io`` (waits for others).

    ``run(claim)`` gets the claim and returns when it is done. A ``CassetError`` it raises is tried again
    if it is retryable, anything else it raises is a bug and tried again as well, ``tries`` times in
    all; then ``gave_up(subject, error)`` is called, in the transaction that ends the row.
    """
    _known[name] = Kind(name, run, gave_up, queue, urgency, tries)


def known(name: str) -> Kind:
    """The kind of this name. Raises ``LookupError`` for one that no app does."""
    return _known[name]
