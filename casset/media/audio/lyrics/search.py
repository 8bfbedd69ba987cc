"""The search for the words: an unpruned Viterbi over a chain of phones with fillers between words.

Nothing is pruned, so it always reaches the end; only hard limits (stamped lines) can leave it
without a path, and then it says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from casset.media.audio.lyrics.acoustic import BEGINS, ENDS, INSIDE, WHOLE, PhoneModel
from casset.media.audio.lyrics.phones import VOWELS

FILLER = -1  # owner of a filler state
MOST_CELLS = 1_200_000_000  # frames x states; two bits each are kept for the way back

# Costs in the score's unit (0.102 nats), chosen on nine songs with hand-tapped word times.
ENTER_FILLER_IN_LINE = 150.0
ENTER_FILLER_BETWEEN_LINES = 5.0
HOLD_CONSONANT = 15.0  # a frame; vowels may be held as long as they are sung


@dataclass(frozen=True)
class Chain:
    """The states of a lyric in order: a filler before every word and one at the end.

    ``senone``: the state's senone (silence for fillers). ``owner``: its word's number, FILLER for fillers.
    ``line``: its line's number, fillers belong to the line that follows. ``enter`` and ``stay``:
    costs. ``skip``: the filler before it may be left out.
    """

    senone: NDArray[np.int32]
    owner: NDArray[np.int32]
    line: NDArray[np.int32]
    enter: NDArray[np.float32]
    stay: NDArray[np.float32]
    skip: NDArray[np.bool_]


@dataclass(frozen=True)
class Path:
    """Where each word lies. Arrays have one entry a word: frames [first, end) and mean gain a frame.

    ``gain`` is filler cost minus word cost (0.102 nats): how much likelier the word is than no word.
    """

    first: NDArray[np.int32]
    end: NDArray[np.int32]
    gain: NDArray[np.float32]


def chain_of(lines: list[list[tuple[str, ...]]], model: PhoneModel) -> Chain:
    """The states of lines of words of phones."""
    words = [(phones, line) for line, row in enumerate(lines) for phones in row]
    quiet = int(model.silence[0])  # stands in for a filler's senone, whose cost is the filler curve
    firsts = {sum(map(len, lines[:i])) for i in range(len(lines))}
    senone: list[int] = []
    owner: list[int] = []
    line_of: list[int] = []
    enter: list[float] = []
    stay: list[float] = []
    skip: list[bool] = []

    def add(state: int, of: int, line: int, cost: float, hold: float, may_skip: bool) -> None:
        senone.append(state)
        owner.append(of)
        line_of.append(line)
        enter.append(cost)
        stay.append(hold)
        skip.append(may_skip)

    for number, (phones, line) in enumerate(words):
        opens = number in firsts
        closes = number + 1 in firsts or number + 1 == len(words)
        left = "SIL" if opens else words[number - 1][0][-1]
        right = "SIL" if closes else words[number + 1][0][0]
        cost = ENTER_FILLER_BETWEEN_LINES if opens else ENTER_FILLER_IN_LINE
        add(quiet, FILLER, line, cost, 0.0, False)
        last = len(phones) - 1
        for place, phone in enumerate(phones):
            position = (
                WHOLE if last == 0 else BEGINS if place == 0 else ENDS if place == last else INSIDE
            )
            before = phones[place - 1] if place else left
            after = phones[place + 1] if place < last else right
            hold = 0.0 if phone in VOWELS else HOLD_CONSONANT
            for step, state in enumerate(model.states(phone, before, after, position)):
                add(int(state), number, line, 0.0, hold, place == step == 0)
    add(quiet, FILLER, max(0, len(lines) - 1), 0.0, 0.0, False)
    return Chain(
        np.array(senone, np.int32), np.array(owner, np.int32), np.array(line_of, np.int32),
        np.array(enter, np.float32), np.array(stay, np.float32), np.array(skip, np.bool_),
    )  # fmt: skip


def find(
    chain: Chain,
    costs: NDArray[np.float32],
    column: NDArray[np.int32],
    filler: NDArray[np.float32],
    earliest: NDArray[np.int32] | None = None,
    latest: NDArray[np.int32] | None = None,
) -> Path | None:
    """The cheapest way through the chain, None if the limits leave none or the song is too long.

    ``costs`` (frames, columns) are senone costs, ``column[s]`` the column of state s, ``filler``
    (frames,) the cost of no word. ``earliest`` and ``latest`` limit each state's frames.
    """
    frames, states = len(costs), len(chain.owner)
    if frames * states > MOST_CELLS or frames < 2:
        return None
    lo = np.zeros(states, np.int32) if earliest is None else earliest
    hi = np.full(states, np.iinfo(np.int32).max, np.int32) if latest is None else latest
    way, cost = _viterbi(
        costs, column, chain.owner, filler, chain.enter, chain.stay, chain.skip, lo, hi
    )
    if cost >= _NEVER:
        return None
    owners = chain.owner[way]
    word_cost = costs[np.arange(frames), column[way]]
    count = int(chain.owner.max()) + 1
    sung = owners >= 0
    length = np.bincount(owners[sung], minlength=count)
    total = np.bincount(owners[sung], (filler - word_cost)[sung], minlength=count)
    first = np.searchsorted(np.maximum.accumulate(owners), np.arange(count)).astype(np.int32)
    return Path(
        first, (first + length).astype(np.int32), (total / np.maximum(length, 1)).astype(np.float32)
    )


_NEVER = 1e11


@numba.njit(cache=True)
def _viterbi(costs, column, owner, filler, enter, stay, skip, lo, hi):  # type: ignore[no-untyped-def]  # pragma: no cover
    """(state of every frame, total cost). Steps back are kept as two bits: 0 stay, 1 or 2 states."""
    frames, states = costs.shape[0], len(owner)
    never = 1e12
    best = np.full(states, never)
    steps = np.zeros((frames, states // 4 + 1), np.uint8)
    for t in range(frames):
        for s in range(states - 1, -1, -1):
            value = best[s] + stay[s]
            step = 0
            if s > 0 and best[s - 1] + enter[s] < value:
                value, step = best[s - 1] + enter[s], 1
            if s > 1 and skip[s] and best[s - 2] + enter[s] < value:
                value, step = best[s - 2] + enter[s], 2
            if t == 0:
                value = 0.0 if s < 2 else never
            if t < lo[s] or t > hi[s] or value > never:
                value = never
            best[s] = value + (filler[t] if owner[s] < 0 else costs[t, column[s]])
            steps[t, s >> 2] |= step << (2 * (s & 3))
    s = states - 1 if best[states - 1] <= best[states - 2] else states - 2
    total = best[s]
    way = np.zeros(frames, np.int32)
    for t in range(frames - 1, -1, -1):
        way[t] = s
        s -= (steps[t, s >> 2] >> (2 * (s & 3))) & 3
    return way, total
