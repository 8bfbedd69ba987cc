"""How well each 10 ms of a recording fits each senone of the pocketsphinx acoustic model.

pocketsphinx only scores here. Its own aligner prunes and loses the way on a third of real songs, so
the search over these scores is ours (``search``).
"""

from __future__ import annotations

import itertools
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import GenerationError
from casset.media.audio.lyrics import model_files

SCORE_RATE = 16_000  # Hz the model listens at
FRAME_RATE = 100  # senone frames a second
CHUNK_S = 60.0  # one utterance; the scores of one fill 60 MB of scratch disk
DITHER = 8.0  # of 32768: a perfectly silent frame breaks the model's front end

# Word positions as the model file numbers them: 0 inside, 1 begins, 2 ends, 3 is the whole word.
INSIDE, BEGINS, ENDS, WHOLE = 0, 1, 2, 3


@dataclass(frozen=True)
class PhoneModel:
    """Which senones make up a phone in its context, read from the model's binary mdef.

    ``senones`` (sequences, states) holds senone numbers; ``single`` maps a phone to its
    context-free row, ``triphones`` (position, phone, left, right) to a row.
    """

    senones: NDArray[np.uint16]
    single: dict[str, int]
    triphones: dict[tuple[int, int, int, int], int]
    numbers: dict[str, int]
    total: int  # senones the model scores

    def states(self, phone: str, left: str, right: str, position: int) -> NDArray[np.uint16]:
        """Senones of one phone between two others; falls back to other positions, then no context."""
        numbers = self.numbers
        key = numbers[phone], numbers.get(left, numbers["SIL"]), numbers.get(right, numbers["SIL"])
        for place in (position, INSIDE, BEGINS, ENDS, WHOLE):
            row = self.triphones.get((place, *key))
            if row is not None:
                return self.senones[row]
        return self.senones[self.single[phone]]

    @property
    def silence(self) -> NDArray[np.uint16]:
        """Senones of silence."""
        return self.senones[self.single["SIL"]]

    @property
    def speech(self) -> NDArray[np.uint16]:
        """Senones of all speech phones without context, sorted."""
        rows = [row for phone, row in self.single.items() if phone[0] != "+" and phone != "SIL"]
        return np.unique(self.senones[rows])


@dataclass(frozen=True)
class SenoneScores:
    """``costs`` (frames, kept senones), 0 the best of all senones in that frame, unit 0.102 nats.

    ``column`` maps a senone number to its column, -1 where it was not kept.
    """

    costs: NDArray[np.int16]
    column: NDArray[np.int32] = field(repr=False)

    def of(self, senones: NDArray) -> NDArray[np.float32]:
        """(frames, len(senones)) costs."""
        return self.costs[:, self.column[senones]].astype(np.float32)


@lru_cache(maxsize=1)
def phone_model() -> PhoneModel:
    """The wheel's en-us model. Raises MissingCapability without pocketsphinx."""
    return read_mdef((model_files.acoustic_folder() / "mdef").read_bytes())


def read_mdef(raw: bytes) -> PhoneModel:
    """Parse a binary mdef (sphinxbase's ``bin_mdef`` format, version 1, little endian)."""
    at = 12 + struct.unpack_from("<i", raw, 8)[0]
    counts = struct.unpack_from("<10i", raw, at)
    phones, all_phones, states, _, senones, _, sequences, _, tree_nodes, _ = counts
    at += 40
    names_at = at
    names: list[str] = []
    for _ in range(phones):
        end = raw.index(b"\0", at)
        names.append(raw[at:end].decode("ascii"))
        at = end + 1
    at = names_at + (at - names_at + 3) // 4 * 4 + tree_nodes * 8
    layout = np.dtype([("row", "<i4"), ("tmat", "<i4"), ("place", "u1"), ("context", "u1", 3)])
    table = np.frombuffer(raw, layout, all_phones, at)
    at += layout.itemsize * all_phones + 4
    rows = np.frombuffer(raw, "<u2", sequences * states, at).reshape(sequences, states)
    cross = table[phones:]
    keys = zip(cross["place"].tolist(), *cross["context"].T.tolist(), strict=True)
    return PhoneModel(
        senones=rows,
        single={name: int(table["row"][i]) for i, name in enumerate(names)},
        triphones=dict(zip(keys, table["row"][phones:].tolist(), strict=True)),
        numbers={name: i for i, name in enumerate(names)},
        total=int(senones),
    )


def score(signal: NDArray[np.float32], keep: Sequence[int] | NDArray) -> SenoneScores:
    """Score a mono signal at SCORE_RATE against the senones in ``keep``.

    Costs 3.2 CPU seconds a minute of sound. Raises GenerationError if pocketsphinx gives no scores.
    """
    import pocketsphinx

    model = phone_model()
    kept = np.unique(np.asarray(keep, np.int64))
    column = np.full(model.total, -1, np.int32)
    column[kept] = np.arange(len(kept))
    hop = SCORE_RATE // FRAME_RATE
    samples = _as_int16(signal)
    frames = len(samples) // hop
    chunks = max(1, round(frames / (CHUNK_S * FRAME_RATE)))
    edges = np.linspace(0, frames, chunks + 1).astype(int)
    parts: list[NDArray[np.int16]] = []
    with tempfile.TemporaryDirectory(prefix="casset-senones-") as folder:
        decoder = pocketsphinx.Decoder(
            samprate=SCORE_RATE, loglevel="FATAL", lm=None, compallsen=True, senlogdir=folder,
            bestpath=False,
        )  # fmt: skip
        decoder.set_align_text("a")  # any search will do: it is the scoring we want
        for begin, end in itertools.pairwise(edges):
            decoder.start_utt()
            decoder.process_raw(samples[begin * hop : end * hop].tobytes(), full_utt=True)
            decoder.end_utt()
            for path in Path(folder).iterdir():
                parts.append(_read_scores(path, model.total, kept, int(end - begin)))
                path.unlink()
    if len(parts) != chunks:
        raise GenerationError(
            "The acoustic model gave no scores for this recording, so its lyrics were not aligned.",
            retryable=False,
        )
    return SenoneScores(np.concatenate(parts), column)


def _as_int16(signal: NDArray[np.float32]) -> NDArray[np.int16]:
    """Full scale, with a little noise of a fixed seed."""
    noise = np.random.default_rng(0).normal(0, DITHER, len(signal))
    loud = signal * (30_000 / (float(np.abs(signal).max(initial=0)) + 1e-9))
    return np.clip(loud + noise, -32_768, 32_767).astype(np.int16)


def _read_scores(path: Path, total: int, kept: NDArray, frames: int) -> NDArray[np.int16]:
    """(frames, kept) costs of one dump: a text header, then rows of a count and one int16 a senone."""
    raw = np.memmap(path, np.uint8, mode="r")
    body = bytes(raw[:4096]).index(b"endhdr\n") + len(b"endhdr\n") + 4
    rows = (len(raw) - body) // 2 // (total + 1)
    table = np.ndarray((rows, total + 1), "<i2", raw, body)
    costs = np.ascontiguousarray(table[:frames, 1 + kept])
    if len(costs) < frames:  # the front end keeps the last window's tail to itself
        costs = np.pad(costs, ((0, frames - len(costs)), (0, 0)), mode="edge")
    return costs
