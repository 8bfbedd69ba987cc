"""Styles of music as patterns, from which ``beat_scores`` writes songs with known beats.

These are the styles that the choice of the beat and of the bar line is fitted on (``fit_beats``);
``beat_styles_blind`` holds others, written before the fit and never looked at during it. A pattern
has one character a step, as many bars as it likes, blanks for the eye. Drums: ``x`` a stroke, ``o``
a soft one, ``?`` one half of the time. Bass: ``r`` root, ``f`` fifth, ``t`` third, ``o`` octave,
``a`` a step towards the next root. Chords: ``x`` short, ``X`` held until the next, ``u`` a single
note of the chord, broken upwards. Several patterns of one voice are alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS, ORGAN, GUITAR, PADS, STRINGS, BRASS, SYNTHS, ACCORDION = (
    (0, 1, 2, 4, 5), (16, 17, 18, 19), (24, 25, 26, 27, 28), (88, 89, 90, 94, 95), (48, 49, 50, 51),
    (61, 62, 63), (80, 81, 62, 63, 90), (21, 23),
)  # fmt: skip
DISTORTED = (29, 30)
FINGERED, SYNTH_BASS, UPRIGHT, TUBA = (33, 34, 35, 36), (38, 39), (32,), (58,)


@dataclass(frozen=True)
class Style:
    """One style: ``steps`` to the beat, ``metre`` beats to the bar, alternatives for each voice.

    ``swing`` is how late every second step may come, a share of a step; ``chords_last`` how many bars
    one chord may last; ``free`` how far the tempo may wander, a share.
    """

    bpm: tuple[float, float]
    voices: Mapping[str, tuple[str, ...]]
    metre: int = 4
    steps: int = 2
    swing: tuple[float, float] = (0.0, 0.0)
    chords_last: tuple[float, ...] = (1, 1, 1, 2, 0.5)
    chord_programs: tuple[int, ...] = (*KEYS, *GUITAR)
    comp_programs: tuple[int, ...] = (*ORGAN, *PADS, *STRINGS)
    bass_programs: tuple[int, ...] = FINGERED
    melody: float = 0.6  # chance that there is one
    free: float = 0.0
    drums_drop: float = 0.08  # chance that a song has no drums
    names: tuple[str, ...] = field(default_factory=tuple)


EIGHTHS, BACKBEAT = "xxxxxxxx", "..x...x."
SIXTEENTHS, BACKBEAT_16 = "xxxxxxxxxxxxxxxx", "....x.......x..."

STYLES: dict[str, Style] = {
    "rock": Style((96, 165), {
        "kick": ("x...x...", "x..xx...", "x.....x.", "x...x.x.", "x..x.x..", "x.x.x..x"),
        "snare": (BACKBEAT, BACKBEAT, "..x...xo"),
        "hat": (EIGHTHS, EIGHTHS, "x.x.x.x.", "xoxoxoxo"),
        "bass": ("rrrrrrrr", "r..rr...", "r...r.f.", "r.r.r.r.", "r..rrr.a"),
        "chords": ("X.......", "X...X...", "X..X..X.", "xxxxxxxx", "x.x.x.x."),
    }, chord_programs=(*GUITAR, *DISTORTED, *DISTORTED)),
    "half_time_rock": Style((132, 168), {
        "kick": ("x.......", "x..x....", "x.....x.", "x....x.."), "snare": ("....x...",),
        "hat": (EIGHTHS, "x.x.x.x.", "xoxoxoxo"), "bass": ("r.......", "r....r..", "rrrrrrrr", "r...r..."),
        "chords": ("X.......", "X.....X.", "x......."),
    }, chord_programs=(*GUITAR, *DISTORTED, *SYNTHS)),
    "ballad": Style((56, 84), {
        "kick": ("x...x...", "x..xx...", "x....x..", "x...x..x"), "snare": (BACKBEAT,), "rim": ("........", BACKBEAT),
        "hat": (EIGHTHS, EIGHTHS, "x.x.x.x."), "bass": ("r...r...", "r.......", "r..rr...", "r...f...", "r..rr.fa"),
        "chords": ("X...X...", "xxxxxxxx", "X.......", "uuuuuuuu", "X..X...."), "comp": ("X.......", "........"),
    }, free=0.01, drums_drop=0.3),
    "ballad_16": Style((56, 78), {
        "kick": ("x.......x.......", "x......xx.......", "x.........x.....", "x.....x.x......."), "snare": (BACKBEAT_16,),
        "hat": ("x.x.x.x.x.x.x.x.", "x...x...x...x...", "xoxoxoxoxoxoxoxo"),
        "bass": ("r.......r.......", "r......rr.....f.", "r...............", "r.......f.....ra"),
        "chords": ("uuuuuuuuuuuuuuuu", "X.......X.......", "u.uuu.u.u.uuu.u.", "X......X........"), "comp": ("X...............", "................"),
    }, steps=4, drums_drop=0.3),
    "soul": Style((74, 102), {
        "kick": ("x..x....x.......", "x.......x.x.....", "x......x..x.....", "x.x.......x....."), "snare": (BACKBEAT_16, "....x..o.o..x..o"),
        "hat": ("x.x.x.x.x.x.x.x.", SIXTEENTHS, "xoxoxoxoxoxoxoxo", "x.xxx.xxx.xxx.xx"),
        "bass": ("r..r....r.f.....", "r.....rrr..f.o..", "r..o..r...f...a.", "r..r..r.r..r..fa"),
        "chords": ("....x.......x...", "X.......X.......", "X.....X...X.....", "..x...x...x..x.."), "comp": ("X...............", "................"),
    }, steps=4, swing=(0, 0.2), chord_programs=(*KEYS, *GUITAR, *BRASS)),
    "hip_hop": Style((78, 102), {
        "kick": ("x.....x...x.....", "x..x......x.....", "x.......xx......", "x......x..xx...."), "snare": (BACKBEAT_16,), "clap": ("................", BACKBEAT_16),
        "hat": ("x.x.x.x.x.x.x.x.", "x.xxx.x.x.xxx.x.", SIXTEENTHS), "bass": ("r.....r...r.....", "r...............", "r..r......r...f."),
        "chords": ("X...............", "x.....x...x.....", "X.......X.......", "uu.u.uu.u.u.u.u."),
    }, steps=4, swing=(0, 0.25), chords_last=(1, 2, 2, 4), bass_programs=(*FINGERED, *SYNTH_BASS)),
    "trap_half_time": Style((130, 158), {
        "kick": ("x.....x.", "x.......", "x..x..x.", "x....x.x"), "snare": ("....x...",), "clap": ("....x...", "........"),
        "hat": (EIGHTHS, EIGHTHS, "xxxxxxx?"), "bass": ("r.......", "r.....r.", "r..r....", "r....r.."),
        "chords": ("X.......", "u.uu.uu.", "X...X...", "uuuuuuuu"),
    }, chords_last=(1, 2, 2), bass_programs=SYNTH_BASS, chord_programs=(*KEYS, *PADS, *SYNTHS)),
    "house": Style((116, 130), {
        "kick": ("x...x...x...x...",), "clap": (BACKBEAT_16, "................"), "hat": ("..x...x...x...x.", "..x...x...x...x.", SIXTEENTHS, "oox.oox.oox.oox."),
        "bass": ("..r...r...r...r.", "r..r..r...r..r..", "..rr..rr..rr..rr", "r.....r...r.o..."),
        "chords": ("x..x..x...x..x..", "..x...x...x...x.", "X...............", "x..x....x..x...."),
    }, steps=4, bass_programs=SYNTH_BASS, chord_programs=(*KEYS, *SYNTHS, *PADS), drums_drop=0.0),
    "techno": Style((124, 144), {
        "kick": ("x...x...x...x...",), "hat": ("..x...x...x...x.", SIXTEENTHS, "x.x.x.x.x.x.x.x."), "clap": (BACKBEAT_16, "................"),
        "bass": (".rrr.rrr.rrr.rrr", "..r...r...r...r.", "rrrrrrrrrrrrrrrr"), "chords": ("x..x..x..x..x...", "X...............", "uuuuuuuuuuuuuuuu"),
    }, steps=4, chords_last=(2, 4), bass_programs=SYNTH_BASS, chord_programs=SYNTHS, drums_drop=0.0),
    "disco": Style((106, 128), {
        "kick": ("x...x...x...x...",), "snare": (BACKBEAT_16,), "hat": ("..x...x...x...x.", "x.xxx.xxx.xxx.xx", SIXTEENTHS),
        "bass": ("r.o.r.o.r.o.r.o.", "r..or.o.r..or.oa"), "chords": ("..x..x....x..x..", "x.x...x.x.x...x.", "X.......X......."), "comp": ("X...............", "................"),
    }, steps=4, chord_programs=(*GUITAR, *KEYS, *STRINGS), drums_drop=0.0),
    "funk": Style((90, 118), {
        "kick": ("x.....x...x..x..", "x.x....x..x.....", "x..x..x...x.....", "x.........x..x.."), "snare": ("....x..o.o..x..o", BACKBEAT_16, "....x..o....x.o."),
        "hat": (SIXTEENTHS, "x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"), "bass": ("r..r..or..r..f..", "r.....r.o..f.r.a", "rr.o..r...o.rf.."),
        "chords": ("..xx..x...xx..x.", "x..x..x....x..x.", "....x.xx....x.x."), "comp": ("x.....x.........", "................"),
    }, steps=4, chords_last=(1, 2, 4), chord_programs=GUITAR, comp_programs=(*BRASS, *ORGAN)),
    "drum_and_bass": Style((162, 180), {
        "kick": ("x....x..", "x....x.x", "x.x..x.."), "snare": (BACKBEAT, "..x..ox."), "hat": (EIGHTHS, "x.x.x.x.", "x.xxx.xx"),
        "bass": ("r.......", "r....r..", "r..r..r.", "r.....f."), "chords": ("X.......", "X....X..", "x..x...."),
    }, chords_last=(1, 2, 2), bass_programs=SYNTH_BASS, chord_programs=(*PADS, *KEYS, *SYNTHS)),
    "punk": Style((168, 212), {
        "kick": ("x...x...", "x..xx...", "x.x.x.x.", "x...x.x."), "snare": (BACKBEAT,), "hat": (EIGHTHS, "x.x.x.x."),
        "bass": ("rrrrrrrr", "r.r.r.r."), "chords": ("xxxxxxxx", "X.......", "x.x.x.x.", "X..X..X."),
    }, chord_programs=DISTORTED, drums_drop=0.0),
    "metal": Style((98, 140), {
        "kick": (SIXTEENTHS, "x.xxx.xxx.xxx.xx", "x..x..x.x..x..x.", "xxx.xxx.xxx.xxx."), "snare": (BACKBEAT_16,), "hat": ("x...x...x...x...", "x.x.x.x.x.x.x.x."),
        "bass": ("rrrrrrrrrrrrrrrr", "r.rrr.rrr.rrr.rr"), "chords": ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx", "X.......X......."),
    }, steps=4, chord_programs=DISTORTED, drums_drop=0.0),
    "motown": Style((108, 142), {
        "kick": ("x...x...", "x..xx...", "x.x.x.x."), "snare": ("x.x.x.x.",), "tambourine": ("..x...x.", EIGHTHS), "bass": ("r..rf.o.", "r.f.o.f.", "r.r.t.f."),
        "chords": ("..x...x.", "X.......", "x.x.x.x."), "comp": ("X.......",),
    }, chord_programs=(*KEYS, *GUITAR), comp_programs=(*STRINGS, *BRASS)),
    "one_drop": Style((64, 92), {
        "kick": ("....x...",), "rim": ("....x...", "........"), "hat": (EIGHTHS, "x.x.x.x.", "xoxoxoxo"),
        "chords": (".x.x.x.x",), "comp": ("........", ".xx.xx.x", "X......."), "bass": ("r..r.r..", ".rr.rrft", "..r.r.f.", "r.rfr...", "r..f..r.", "....r.rf"),
    }, swing=(0, 0.3), chords_last=(1, 1, 2), chord_programs=(*GUITAR, *ORGAN, *KEYS), comp_programs=ORGAN),
    "one_drop_16": Style((64, 92), {
        "kick": ("....x.......x...",), "rim": ("....x.......x...", "................"), "hat": ("x.x.x.x.x.x.x.x.", "x.xxx.xxx.xxx.xx", "xoxoxoxoxoxoxoxo"),
        "chords": ("..x...x...x...x.", "..xx..xx..xx..xx"), "comp": ("................", ".xx..xx..xx..xx.", "..............xx"),
        "bass": ("r...r.f.....r...", "..r.r...f...t.r.", "r.....r.f.t.....", "....r.r.......fr", "r...f...r.rr...."),
    }, steps=4, swing=(0, 0.3), chords_last=(1, 1, 2), chord_programs=(*GUITAR, *ORGAN, *KEYS), comp_programs=ORGAN),
    "one_drop_wide": Style((66, 92), {
        "kick": ("....x...",), "rim": ("....x...",), "hat": (EIGHTHS, "x.x.x.x."), "chords": ("..x...x.", "..xx..xx"), "bass": ("r..r.r..", "r.....f.", ".r.rf...", "r..f...."),
    }, chord_programs=(*GUITAR, *ORGAN, *KEYS), comp_programs=ORGAN),
    "steppers": Style((64, 92), {
        "kick": ("x.x.x.x.", "x.x.x.x.", "x.x.x.xx"), "rim": ("....x...", "..x...x.", "........"), "hat": (".x.x.x.x", EIGHTHS, "x.xxx.xx"),
        "chords": (".x.x.x.x",), "comp": ("........", ".xx.xx.x"), "bass": ("r.r.f...", "r..rr.f.", "r...r.fa", "..r.rrf."),
    }, swing=(0, 0.25), chords_last=(1, 2), chord_programs=(*GUITAR, *ORGAN, *KEYS), comp_programs=ORGAN),
    "rockers": Style((66, 96), {
        "kick": ("x.......x.......", "x......xx.......", "x.x.....x.x....."), "snare": (BACKBEAT_16,), "hat": ("x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"),
        "chords": ("..x...x...x...x.", "..x...xx..x...x."), "comp": ("................", ".x.x.x.x.x.x.x.x"), "bass": ("r...r...f.r.....", "r..r..r.......f.", "r.....f.r...t..."),
    }, steps=4, swing=(0, 0.25), chords_last=(1, 1, 2), chord_programs=(*GUITAR, *ORGAN, *KEYS), comp_programs=ORGAN),
    "dub": Style((64, 86), {
        "kick": ("....x.......x...", "x.......x.......", "........x......."), "rim": ("................", "........x.......", "....x.......x..x"), "hat": ("x.x.x.x.x.x.x.x.", "..x...x...x...x."),
        "chords": ("..x.............", "..x...x...x...x.", "..xx......xx....", "......x.......x."), "bass": ("r...r.f...r.....", "r.....r.....f.r.", "....r.r.....f.t.", "r..r....f..r...."),
    }, steps=4, swing=(0, 0.2), chords_last=(1, 2, 4), chord_programs=(*GUITAR, *ORGAN), comp_programs=ORGAN, melody=0.3),
    "ska": Style((112, 160), {
        "kick": ("x...x...", "..x...x.", "x.x.x.x."), "snare": (BACKBEAT,), "hat": (".x.x.x.x", EIGHTHS, "x.x.x.x."),
        "chords": (".x.x.x.x",), "bass": ("r.t.f.t.", "r.r.f.f.", "r.t.f.o.", "r.f.r.a."), "comp": ("........", "x..x..x."),
    }, chord_programs=(*GUITAR, *KEYS), comp_programs=BRASS),
    "slow_ska": Style((66, 92), {
        "kick": ("x...x...", "..x...x.", "x.x.x.x."), "snare": (BACKBEAT, "........"), "hat": (".x.x.x.x", EIGHTHS, "xoxoxoxo"),
        "chords": (".x.x.x.x",), "bass": ("r.t.f.t.", "rrttfftt", "r.f.r.f.", "r.t.f.o."), "comp": ("........", "x..x..x."),
    }, chord_programs=(*GUITAR, *KEYS, *BRASS), comp_programs=BRASS),
    "polka": Style((92, 132), {
        "kick": ("x.x.", "x.x.", "x..."), "snare": (".x.x", ".x.x", "...."), "hat": ("....", "xxxx", ".x.x"), "bass": ("r.f.",), "chords": (".x.x",), "comp": ("....", "X..."),
    }, metre=2, chords_last=(1, 2, 2, 4), chord_programs=(*ACCORDION, *ACCORDION, *BRASS, *GUITAR), bass_programs=(*TUBA, *UPRIGHT, *FINGERED), drums_drop=0.25),
    "polka_4": Style((92, 132), {
        "kick": ("x.x.x.x.", "x...x..."), "snare": (".x.x.x.x", "........", ".x.x.xxx"), "hat": ("........", EIGHTHS), "bass": ("r.f.r.f.", "r.f.r.fa"), "chords": (".x.x.x.x",),
    }, chords_last=(1, 2, 0.5), chord_programs=(*ACCORDION, *GUITAR, *KEYS), bass_programs=(*TUBA, *UPRIGHT), drums_drop=0.25),
    "march": Style((96, 124), {
        "kick": ("x.x.x.x.", "x...x..."), "snare": (".x.xx.xx", "x.xxx.xx", "..x.xxx."), "bass": ("r...f...", "r.f.r.f."), "chords": (".x.x.x.x", "..x...x.", "X...X..."),
    }, chord_programs=BRASS, bass_programs=TUBA, drums_drop=0.0),
    "country": Style((84, 128), {
        "kick": ("x.......x.......", "x...x...x...x..."), "snare": (BACKBEAT_16, "xoxxxoxxxoxxxoxx", "..x...x...x...x."), "bass": ("r.......f.......", "r...f...r...f...", "r...f...r...f.ta"),
        "chords": ("..x...x...x...x.", "....x.......x...", "x.xxx.xxx.xxx.xx"),
    }, steps=4, chord_programs=GUITAR, bass_programs=(*UPRIGHT, *FINGERED)),
    "swing": Style((118, 226), {
        "ride": ("x..x.xx..x.x", "x..x.xx..x.x", "x..x..x..x.."), "pedal": ("...x.....x..",), "kick": ("............", "o..o..o..o..", "x....?......"), "snare": ("............", "..?..?..?..?"),
        "bass": ("r..t..f..a..", "r..f..o..a..", "r..a..t..f.."), "chords": ("x....x......", ".....x......", "X...........", "..x.....x...", "...x.....x.."),
    }, steps=3, chords_last=(1, 1, 0.5, 2), chord_programs=(*KEYS, 26), bass_programs=UPRIGHT, comp_programs=BRASS, melody=0.8, drums_drop=0.1),
    "slow_swing": Style((58, 100), {
        "ride": ("x..x.xx..x.x", "x..x..x..x..", "xxxxxxxxxxxx"), "pedal": ("...x.....x..",), "bass": ("r..t..f..a..", "r.....f.....", "r..f..o..a.."),
        "chords": ("X...........", "X.....X.....", "...x.....x..", "x....x......"), "snare": ("............", "...o.....o.."),
    }, steps=3, chord_programs=(*KEYS, 26), bass_programs=UPRIGHT, melody=0.8),
    "shuffle": Style((84, 148), {
        "kick": ("x.....x.....", "x....xx.....", "x..x..x..x.."), "snare": ("...x.....x..",), "hat": ("x.xx.xx.xx.x", "x..x..x..x.."), "bass": ("r.rt.tf.ft.t", "r..t..f..t..", "r.rr.rr.rr.r"),
        "chords": ("x.xx.xx.xx.x", "...x.....x..", "..x.....x..."),
    }, steps=3, chords_last=(1, 2, 2), chord_programs=(*GUITAR, *KEYS, 29)),
    "twelve_eight": Style((46, 80), {
        "kick": ("x.....x.....", "x....xx....."), "snare": ("...x.....x..",), "hat": ("xxxxxxxxxxxx",), "bass": ("r.....r.....", "r....rf.....", "r..r..f..f.."),
        "chords": ("xxxxxxxxxxxx", "uuuuuuuuuuuu", "X.....X....."), "comp": ("............", "X..........."),
    }, steps=3, drums_drop=0.2),
    "six_eight": Style((44, 78), {
        "kick": ("x.....", "x....x"), "snare": ("...x..",), "hat": ("xxxxxx", "xxxxxx", "x..x.."), "bass": ("r..r..", "r.....", "r..f..", "r.rf.."),
        "chords": ("x.xx.x", "uuuuuu", "X.....", "xxxxxx"),
    }, metre=2, steps=3, chords_last=(1, 1, 2), drums_drop=0.3),
    "jig": Style((96, 134), {
        "kick": ("x..x..", "x....."), "snare": ("......", "..x..x"), "tambourine": ("......", "xxxxxx", "x.xx.x"), "bass": ("r..f..", "r..r..", "r....."), "chords": ("x.xx.x", "X.....", "x..x.."),
    }, metre=2, steps=3, chords_last=(1, 2, 0.5), chord_programs=(*GUITAR, *ACCORDION), melody=0.95, drums_drop=0.5),
    "waltz": Style((84, 178), {
        "kick": ("x.....", "......"), "snare": ("..x.x.", "......", "..o.o."), "hat": ("......", "xxxxxx", "..x.x."), "bass": ("r.....", "r.....", "r.....f....."),
        "chords": ("..x.x.", "..x.x.", "X.....", "uuuuuu"), "comp": ("......", "X....."),
    }, metre=3, free=0.01, bass_programs=(*UPRIGHT, *FINGERED), chord_programs=(*KEYS, *STRINGS, *ACCORDION, *GUITAR), drums_drop=0.4),
    "rock_waltz": Style((84, 150), {
        "kick": ("x.....", "x....x"), "snare": ("....x.", "..x.x."), "hat": ("xxxxxx", "x.x.x."), "bass": ("r.....", "r.r.r.", "r...f."), "chords": ("X.....", "x.x.x.", "uuuuuu"),
    }, metre=3, drums_drop=0.15),
    "jazz_waltz": Style((96, 170), {
        "ride": ("x..x.xx..", "x..x..x.x"), "pedal": ("...x.....", "...x..x.."), "kick": ("x........", "........."), "bass": ("r........", "r.....f..", "r..t..f.."), "chords": ("x....x...", "X........", "...x.x..."),
    }, metre=3, steps=3, chord_programs=KEYS, bass_programs=UPRIGHT, melody=0.8),
    "five_four": Style((98, 176), {
        "kick": ("x.....x...", "x..x..x...", "x...x....."), "snare": ("..x.....x.", "....x...x.", "..x.x...x."), "hat": ("xxxxxxxxxx", "x.x.x.x.x."), "ride": ("..........", "x.xx.xx.x."),
        "bass": ("r.....r...", "r..r..f.f.", "r.t.f.r.f."), "chords": ("x..x..x.x.", "X.....X...", "X........."),
    }, metre=5, drums_drop=0.15),
    "seven_four": Style((110, 176), {
        "kick": ("x...x...x.....", "x.......x...x.", "x..xx...x....."), "snare": ("..x...x.....x.", "..x...x...x.x."), "hat": ("xxxxxxxxxxxxxx", "x.x.x.x.x.x.x."),
        "bass": ("r...r...f.....", "r.r.r.r.f.f.f.", "r.......r....."), "chords": ("X.......X.....", "X.............", "x...x...x.x..."),
    }, metre=7, drums_drop=0.1),
    "cha_cha": Style((104, 132), {
        "cowbell": ("x.x.x.x.",), "shaker": ("x.xxx.xx", "........"), "conga": ("..x...xx",), "kick": ("........", "x......."), "bass": ("r..f..o.", "r...f.o.", "r..r..f."), "chords": (".x.x.x.x", "x..x..x.", "..x...x."),
    }, chord_programs=KEYS, comp_programs=BRASS),
    "salsa": Style((84, 108), {
        "clave": ("x..x..x...x.x...", "..x.x...x..x..x."), "conga": ("....x.xx....x.xx",), "cowbell": ("x...x...x...x...", "x.x.xx.xx.x.xx.x"), "shaker": ("................", SIXTEENTHS),
        "bass": ("r.....f.....o...", "......f.....r..."), "chords": ("x.xx.x.xx.x.x.x.", "x..x..x.x..x..x."),
    }, steps=4, chord_programs=KEYS, comp_programs=BRASS, drums_drop=0.0),
    "bossa": Style((112, 150), {
        "kick": ("x..xx..x",), "rim": ("x..x..x...x..x..",), "hat": (EIGHTHS,), "bass": ("r..ff..r", "r...f..."), "chords": ("x.x..x.x", "x..x..x...x..x..", "X..X...."),
    }, chord_programs=(24, 24, *KEYS), bass_programs=(*UPRIGHT, *FINGERED), melody=0.8),
    "samba": Style((88, 116), {
        "kick": ("x..xx..xx..xx..x",), "shaker": (SIXTEENTHS, "xooxxooxxooxxoox"), "conga": ("..x..x.x..x..x.x", "................"), "rim": ("x.x..x.xx.x..x.x", "................"), "bass": ("r...f...r...f...", "r..rf..fr..rf..f"), "chords": ("x.x..x.xx.x..x.x", "X.......X......."),
    }, steps=4, chord_programs=(24, *KEYS), drums_drop=0.0),
    "reggaeton": Style((86, 104), {
        "kick": ("x...x...x...x...",), "snare": ("...x..x....x..x.",), "hat": ("x.x.x.x.x.x.x.x.", "................", SIXTEENTHS), "bass": ("r...r...r...r...", "r..r..r.r..r..f."), "chords": ("X...............", "x..x..x.x..x..x.", "..x...x...x...x."),
    }, steps=4, bass_programs=SYNTH_BASS, chord_programs=(*KEYS, *SYNTHS), drums_drop=0.0),
    "synth_pop": Style((98, 150), {
        "kick": ("x.x.x.x.", "x...x...", "x..xx..."), "snare": (BACKBEAT,), "hat": (EIGHTHS, ".x.x.x.x"), "bass": ("rrrrrrrr", "rororrro", "r.rrr.rr"), "chords": ("X.......", "uuuuuuuu", "x..x..x."), "comp": ("X.......",),
    }, bass_programs=SYNTH_BASS, chord_programs=SYNTHS, comp_programs=PADS),
    "strummed": Style((84, 138), {
        "chords": ("x.xx.xxx", "x.xx.xx.", "xxxxxxxx", "x.x.x.xx", "x.xxx.xx"), "bass": ("r...f...", "r.......", "r...r...", "........"), "tambourine": ("........", "........", "..x...x."),
    }, chord_programs=(24, 25, 25, 26), free=0.015, drums_drop=0.6),
    "picked": Style((62, 108), {
        "chords": ("uuuuuuuuuuuuuuuu", "u.uuu.uuu.uuu.uu", "u.u.uuu.u.u.uuu."), "bass": ("r.......f.......", "r...f...r...f...", "r..............."), "comp": ("................", "X..............."),
    }, steps=4, chord_programs=(24, 25, 46, 0), free=0.015, drums_drop=1.0),
    "piano_quarters": Style((64, 118), {
        "chords": ("x.x.x.x.", "X.X.X.X.", "x.x.x.xx"), "bass": ("r...r...", "r.......", "r...f..."), "kick": ("x...x...", "........"), "snare": (BACKBEAT, "........"),
    }, chord_programs=KEYS, free=0.015, drums_drop=0.5),
    "alberti": Style((66, 128), {
        "chords": ("uuuuuuuuuuuuuuuu", "u.u.u.u.u.u.u.u."), "bass": ("r...............", "r.......r......."),
    }, steps=4, chord_programs=(0, 6, 46), free=0.03, melody=1.0, drums_drop=1.0),
    "ostinato": Style((76, 150), {
        "chords": ("xxxxxxxx", "x.xxx.xx", "xxx.xxx."), "bass": ("r.......", "r...r...", "r.r.r.r."), "kick": ("........", "x.......", "x...x..."), "comp": ("X.......",),
    }, chord_programs=STRINGS, comp_programs=BRASS, drums_drop=0.4),
    "soft_pads": Style((58, 110), {
        "chords": ("X.......", "X...X..."), "bass": ("r.......", "r...f...", "r...r..."), "comp": ("........", "uuuuuuuu", "u.u.u.u."), "hat": ("........", "x.x.x.x."),
    }, chord_programs=(*PADS, *STRINGS), comp_programs=(*KEYS, 46, 11), drums_drop=0.6),
}  # fmt: skip
