"""Who can make a short loop from a sentence. Apps above say so in their ``apps.py``; this app calls them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.module_loading import import_string

from casset.lib.errors import ValidationError
from casset.media.audio.analysis import AudioAnalysis
from casset.media.loops.facts import LoopFacts


@dataclass(frozen=True)
class Order:
    """What is to be made: a sentence, a seed, and the hook's music.

    ``song`` is the track's whole sound, of which ``start_s`` to ``end_s`` is the hook; ``analysis`` is
    what was heard in it. ``folder`` is for this try, ``pieces`` is still there in the next one where this
    one is killed. ``check`` raises when the work was called off; ``at`` is told how far it is, 0..1.
    """

    prompt: str
    seed: int
    song: Path
    start_s: float
    end_s: float
    analysis: AudioAnalysis
    folder: Path
    pieces: Path
    check: Callable[[], None]
    at: Callable[[float], None]


# Makes a video that closes (its end meets its beginning) in ``Order.folder`` and returns its path; or
# writes a loop as ``casset.media.loops.ingest`` does to ``Order.folder`` and returns its facts.
# Raises ``CassetError``s.
Make = Callable[[Order], Path | LoopFacts]
_makers: dict[str, str] = {}


def register(name: str, make: str) -> None:
    """Offer to make loops: ``name`` is kept as the visual's model, ``make`` is the dotted name of a ``Make``."""
    _makers[name] = make


def first() -> str:
    """The name of who makes loops here. Raises ``ValidationError`` where nobody does."""
    for name in _makers:
        return name
    raise ValidationError("Nothing here can make a visual from a sentence.")


def make(name: str, order: Order) -> Path | LoopFacts:
    """Have ``name`` make it; whoever is there, where that one is no more."""
    function: Make = import_string(_makers[name if name in _makers else first()])
    return function(order)
