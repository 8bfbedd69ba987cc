"""Short songs of known form for the tests of structure, hooks and the parser, each made and heard once."""

from __future__ import annotations

from functools import cache

from benchmarks import rendered_songs
from benchmarks.rendered_songs import Part, Rendered, Song
from casset.media.audio import features
from casset.media.audio.features import BarFeatures

VERSE = Part("verse", 8, (0, 0, 3, 4), "drums bass chords voice", "v", level=0.75)
CHORUS = Part("chorus", 8, (5, 3, 0, 4), "full bass chords voice", "c", "hook", 1.0, octave=1)
INTRO = Part("intro", 4, (0, 3), "drums bass chords", level=0.7)
OUTRO = Part("outro", 4, (0,), "bass chords", level=0.5)
A = Part("verse", 8, (0, 5, 3, 4), "soft bass chords voice", "a", level=0.85)
B = Part("bridge", 8, (2, 2, 1, 1), "soft bass chords voice", "b", level=0.85)
REST = Part("verse", 8, (0, 5, 2, 6), "pad arp voice", "v", level=0.7)
BUILD = Part("verse", 4, (0, 0, 5, 5), "build arp pad", level=0.8)
DROP = Part("chorus", 8, (0, 5, 2, 6), "four full bass lead", "d", "drop", level=1.1)

SONGS = {
    "verse and chorus": Song("pop", [INTRO, VERSE, CHORUS, VERSE, CHORUS, OUTRO], bpm=160, seed=5),
    "AABA": Song("aaba", [INTRO, A, A, B, A, B, A, OUTRO], bpm=170, seed=6),
    "build and drop": Song("edm", [REST, BUILD, DROP, REST, BUILD, DROP], bpm=150, seed=7),
}


@cache
def song(name: str) -> Rendered:
    return rendered_songs.render(SONGS[name])


@cache
def bars(name: str) -> BarFeatures:
    """The song's bars by its true beats: these tests are about form, not about beats."""
    made = song(name)
    spectra = features.analyse(made.sound)
    return features.by_bar(
        spectra,
        features.bar_edges(made.beats, made.numbers, SONGS[name].metre, made.sound.duration),
    )
