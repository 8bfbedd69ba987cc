"""The songs that structure is judged on: forms a song may take, beyond verse and chorus in fours.

``TRIED`` were used to make the method, ``HELD`` were only measured on the way, ``DRAWN`` by lot at the end.
"""

from __future__ import annotations

import numpy as np

from benchmarks.rendered_songs import MAJOR, MINOR, Part, Song

FULL = "full bass chords voice"
PLAIN = "drums bass chords voice"


def _rock() -> Song:
    verse = Part("verse", 16, (0, 0, 3, 4), PLAIN, "v", level=0.8)
    chorus = Part("chorus", 8, (0, 4, 5, 3), FULL, "c", "hook", 1.0, octave=1)
    return Song(
        "rock",
        [Part("intro", 4, (0, 0, 3, 4), "drums bass chords", level=0.8), verse, chorus, verse, chorus,
         Part("bridge", 8, (5, 3, 1, 4), "drums bass pad voice", "b", level=0.7), chorus, chorus,
         Part("outro", 4, (0,), "bass chords", level=0.6)],
        bpm=120, seed=11,
    )  # fmt: skip


def _lifted() -> Song:
    verse = Part("verse", 8, (5, 3, 0, 4), "soft bass chords voice", "v", level=0.8)
    pre = Part("verse", 4, (1, 1, 4, 4), "drums bass chords voice", "p", level=0.85)
    chorus = Part("chorus", 8, (0, 4, 5, 3), FULL, "c", "sky", octave=1)
    last = Part("chorus", 8, (0, 4, 5, 3), FULL, "c", "sky", lift=2, octave=1)
    return Song(
        "lifted pop",
        [Part("intro", 4, (5, 3, 0, 4), "chords pad"), verse, pre, chorus, verse, pre, chorus,
         Part("bridge", 8, (3, 4, 2, 5), "pad bass voice", "b", level=0.7), chorus, last,
         Part("outro", 4, (0, 3), "pad chords", level=0.6)],
        bpm=104, root=60, seed=12,
    )  # fmt: skip


def _edm(name: str = "build and drop", bpm: float = 128, seed: int = 13) -> Song:
    rest = Part("verse", 16, (0, 5, 2, 6), "pad arp voice", "v", level=0.7)
    build = Part("verse", 8, (0, 0, 5, 5), "build arp pad", level=0.8)
    drop = Part("chorus", 16, (0, 5, 2, 6), "four full bass lead", "d", "drop", level=1.1)
    return Song(
        name,
        [Part("intro", 8, (0, 5), "four", level=0.8), rest, build, drop, rest, build, drop,
         Part("outro", 8, (0, 5), "four", level=0.7)],
        bpm=bpm, scale=MINOR, seed=seed,
    )  # fmt: skip


def _hiphop() -> Song:
    verse = Part("verse", 16, (0, 5), "drums bass pad voice", "v", level=0.85)
    hook = Part("chorus", 8, (0, 5), "full bass pad voice", "h", "hook", octave=1)
    return Song(
        "two-chord loop",
        [Part("intro", 4, (0, 5), "pad"), verse, hook, verse, hook, Part("outro", 4, (0, 5), "drums pad", level=0.7)],
        bpm=90, scale=MINOR, seed=14,
    )  # fmt: skip


def _ballad() -> Song:
    chorus = Part("chorus", 8, (3, 4, 0, 5), FULL, "c", "stay", 0.95, octave=1)
    return Song(
        "ballad whose drums come late",
        [Part("intro", 4, (0, 5, 3, 4), "chords", level=0.5),
         Part("verse", 8, (0, 5, 3, 4), "chords voice", "v", level=0.55), chorus,
         Part("verse", 8, (0, 5, 3, 4), PLAIN, "v", level=0.75), chorus,
         Part("instrumental", 8, (5, 4, 3, 4), "drums bass chords lead", "solo", level=0.85), chorus,
         Part("outro", 4, (0,), "chords", level=0.45)],
        bpm=72, seed=15,
    )  # fmt: skip


def _aaba(name: str = "AABA", bpm: float = 132, seed: int = 16) -> Song:
    a = Part("verse", 8, (0, 5, 1, 4), "soft bass chords voice", "a", level=0.85)
    b = Part("bridge", 8, (2, 2, 5, 5, 1, 1, 4, 4), "soft bass chords voice", "b", level=0.85)
    solo = Part("instrumental", 16, (0, 5, 1, 4), "soft bass chords lead", "solo", level=0.85)
    return Song(
        name,
        [Part("intro", 4, (0, 5, 1, 4), "soft bass chords", level=0.8), a, a, b, a, solo, b, a,
         Part("outro", 4, (0, 4), "bass chords", level=0.7)],
        bpm=bpm, seed=seed,
    )  # fmt: skip


def _level_pop() -> Song:
    verse = Part("verse", 16, (0, 3, 0, 4), PLAIN, "v", level=0.9)
    chorus = Part("chorus", 8, (5, 3, 0, 4), PLAIN, "c", "again", 0.9)
    return Song(
        "verse as loud as the chorus",
        [Part("intro", 8, (0, 3, 0, 4), "drums bass chords", level=0.9), verse, chorus, verse, chorus,
         Part("instrumental", 8, (0, 3, 0, 4), "drums bass chords lead", "s", level=0.9), chorus, chorus],
        bpm=112, root=62, seed=17,
    )  # fmt: skip


def _odd() -> Song:
    verse = Part("verse", 9, (0, 3, 4), PLAIN, "v", level=0.8)
    chorus = Part("chorus", 7, (5, 3, 0, 4, 5, 3, 4), FULL, "c", "odd", octave=1)
    return Song(
        "sections of odd length",
        [Part("intro", 5, (0, 3), "drums bass chords"), verse, chorus, verse, chorus,
         Part("bridge", 11, (1, 4, 2), "bass pad voice", "b", level=0.7), chorus, Part("outro", 5, (0,), "bass chords", level=0.6)],
        bpm=150, seed=18,
    )  # fmt: skip


def _through() -> Song:
    plan = (("voice pad", (0, 5)), (PLAIN, (3, 1, 4)), ("soft bass chords voice", (2, 5, 1, 4)), (FULL, (5, 3, 0, 4)),
            ("pad arp lead", (1, 2, 6, 4)), ("four bass chords", (0, 3)))  # fmt: skip
    parts = [
        Part(f"part {i}", 12, chords, band, f"t{i}", level=0.7 + 0.05 * i)
        for i, (band, chords) in enumerate(plan)
    ]
    return Song("through-composed", parts, bpm=92, seed=19, labelled=False)


def _strophic() -> Song:
    verse = Part("verse", 16, (0, 3, 0, 4), "bass chords voice", "v", level=0.8)
    return Song(
        "strophic waltz",
        [Part("intro", 8, (0, 4), "bass chords", level=0.7), verse, verse,
         Part("instrumental", 8, (3, 0, 4, 0), "bass chords arp", level=0.7), verse, verse, Part("outro", 8, (0, 4), "chords", level=0.6)],
        bpm=116, metre=3, drift=0.02, seed=20,
    )  # fmt: skip


def _instrumental() -> Song:
    a = Part("verse", 16, (0, 3, 1, 4), "drums bass chords lead", "a", "a", level=0.8)
    b = Part("chorus", 8, (5, 3, 0, 4), "full bass chords lead", "b", "b", octave=1)
    return Song(
        "instrumental",
        [Part("intro", 8, (0, 3), "soft bass chords", level=0.7), a, b, a, b, Part("bridge", 8, (1, 2), "soft pad bass", level=0.6), b,
         Part("outro", 4, (0,), "bass chords", level=0.5)],
        bpm=108, scale=MINOR, seed=21,
    )  # fmt: skip


def _punk() -> Song:
    verse = Part("verse", 16, (0, 3, 4, 3), PLAIN, "v", level=0.9)
    chorus = Part("chorus", 16, (3, 4, 0, 5), FULL, "c", "shout", octave=1)
    return Song(
        "punk",
        [Part("intro", 8, (0, 3), "drums bass chords"), verse, chorus, verse, chorus,
         Part("bridge", 16, (5, 5, 4, 4), "soft bass voice", "b", level=0.7), chorus, Part("outro", 8, (0, 3), "drums bass chords")],
        bpm=184, seed=22,
    )  # fmt: skip


def _latin() -> Song:
    riff = Part("instrumental", 8, (0, 3, 4, 3), "drums bass arp", level=0.85)
    verse = Part("verse", 8, (0, 1, 4, 0), PLAIN, "v", level=0.8)
    chorus = Part("chorus", 8, (3, 4, 0, 0), FULL, "c", "baila", octave=1)
    return Song(
        "latin, drifting",
        [Part("intro", 8, (0, 3, 4, 3), "drums bass arp", level=0.85), verse, verse, chorus, riff, verse, chorus, chorus, Part("outro", 8, (0, 3, 4, 3), "drums bass arp", level=0.8)],
        bpm=100, drift=0.02, scale=MINOR, seed=23,
    )  # fmt: skip


def _chorus_first() -> Song:
    chorus = Part("chorus", 8, (0, 4, 5, 3), FULL, "c", "first", octave=1)
    verse = Part("verse", 12, (0, 1, 3, 4), PLAIN, "v", level=0.75)
    return Song(
        "chorus first",
        [chorus, verse, chorus, verse, chorus, Part("bridge", 8, (2, 5, 1, 4), "pad voice", "b", level=0.6), chorus, chorus],
        bpm=126, root=64, seed=24,
    )  # fmt: skip


def _folk() -> Song:
    verse = Part("verse", 8, (0, 0, 3, 0, 0, 5, 4, 4), "arp bass voice", "v", level=0.8)
    chorus = Part("chorus", 8, (3, 0, 4, 0), "arp chords bass voice", "c", "river", 0.95)
    return Song(
        "folk without drums",
        [Part("intro", 4, (0, 0, 3, 4), "arp", level=0.7), verse, verse, chorus, verse, chorus,
         Part("instrumental", 8, (0, 0, 3, 0, 0, 5, 4, 4), "arp bass lead", "v", level=0.8), verse, chorus, chorus, Part("outro", 4, (0,), "arp", level=0.6)],
        bpm=96, seed=25,
    )  # fmt: skip


def _trance() -> Song:
    drop = Part("chorus", 16, (5, 3, 0, 4), "four full bass arp lead", "d", "d", level=1.1)
    quiet = Part("verse", 16, (5, 3, 0, 4), "pad voice", "v", level=0.6)
    build = Part("verse", 8, (5, 3), "build pad arp", level=0.8)
    return Song(
        "trance",
        [Part("intro", 16, (5,), "four bass", level=0.8), quiet, build, drop, quiet, build, drop, drop, Part("outro", 8, (5,), "four bass", level=0.7)],
        bpm=138, scale=MAJOR, root=55, seed=26,
    )  # fmt: skip


# i intro, v verse, p a pre-chorus, c chorus, b bridge, s solo, o outro
SHAPES = (
    "ivcvcbcco", "ivvcvcsco", "ivpcvpcbco", "vcvcscbc", "ivcvcvco", "ivvbvsbvo", "icvcvcbco", "ivvvsvvo", "ivpcvpcsbcco",
)  # fmt: skip
PROGRESSIONS = ((0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 4, 3), (0, 5, 1, 4), (3, 0, 4, 5), (0, 5), (1, 4, 0, 0), (0, 2, 3, 4), (5, 4, 3, 4))  # fmt: skip


def drawn(seed: int) -> Song:
    """A song whose form, lengths, chords, band, tempo and key are drawn by lot."""
    rng = np.random.default_rng(seed)
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    pick = rng.permutation(len(PROGRESSIONS))
    drums = bool(rng.random() < 0.8)
    beat = "drums" if drums else "arp"
    softer = 0.7 + 0.25 * float(rng.random())
    bars = {
        "i": (4, 8), "v": (8, 8, 12, 16), "p": (4,), "c": (8, 8, 12, 6), "b": (8, 8, 4, 10), "s": (8, 16), "o": (4, 8),
    }  # fmt: skip
    bands = {
        "i": f"{beat} chords" if rng.random() < 0.5 else "pad chords",
        "v": f"{'soft' if drums else 'arp'} bass chords voice"
        if rng.random() < 0.4
        else f"{beat} bass chords voice",
        "p": f"{beat} bass chords pad voice",
        "c": f"{'full' if drums and rng.random() < 0.7 else beat} bass chords voice",
        "b": f"{beat} bass chords voice" if "c" not in shape else "bass pad voice",
        "s": f"{beat} bass chords lead",
        "o": "chords pad" if rng.random() < 0.6 else "bass chords",
    }
    labels = {"i": "intro", "v": "verse", "p": "verse", "c": "chorus", "b": "bridge", "s": "instrumental", "o": "outro"}  # fmt: skip
    made = {}
    for k, kind in enumerate(labels):
        made[kind] = Part(
            labels[kind],
            int(rng.choice(bars[kind])),
            PROGRESSIONS[pick[1 if kind in "is" else k]],
            bands[kind],
            kind,
            "hook" if kind == "c" else "",
            1.0 if kind == "c" else 0.6 if kind in "io" else softer,
            octave=int(kind == "c" and rng.random() < 0.5),
        )
    metre = 3 if rng.random() < 0.15 else 4
    return Song(
        f"drawn {seed}: {shape}",
        [made[kind] for kind in shape],
        bpm=float(rng.integers(76, 170)) * (0.9 if metre == 3 else 1.0),
        metre=metre,
        root=int(rng.integers(55, 63)),
        scale=MAJOR if rng.random() < 0.6 else MINOR,
        seed=seed,
        drift=0.015 if rng.random() < 0.3 else 0.0,
    )


TRIED: tuple[Song, ...] = (
    _rock(), _lifted(), _edm(), _hiphop(), _ballad(), _aaba(), _level_pop(), _odd(),
)  # fmt: skip
HELD: tuple[Song, ...] = (
    _through(), _strophic(), _instrumental(), _punk(), _latin(), _chorus_first(), _folk(), _trance(),
    _aaba("AABA, slower", 96, 31),
)  # fmt: skip
DRAWN: tuple[Song, ...] = tuple(drawn(seed) for seed in range(201, 209))
