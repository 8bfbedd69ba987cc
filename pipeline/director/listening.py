"""A song as the director hears it: energy anywhere, the form, what enters where, how strong a beat is.

Wraps ``AudioAnalysis`` and fills what a weak analysis lacks (no features, no form, no bar numbers),
so that everything after it may ask without checking.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import AudioAnalysis, Level, LyricLine, Section

F64 = NDArray[np.float64]
LEVELS: dict[Level, float] = {"low": 0.25, "medium": 0.5, "high": 0.85}
ENTRY_BEATS = 4  # an entry compares this many beats before and after
CLEAR_ENTRY = 0.25  # smallest rise of bass, attack or treble that is heard as something coming in
DROP_RISE = 0.22  # smallest rise of energy (0..1 within the song) that is felt as a drop
EMPTY, FULL = 0.1, 0.95  # energies of a song's quietest and loudest bars
MIDDLE = 0.55  # energy of a song that never changes
LASTING_RISE = 0.1  # a drop stays louder than the four bars before it
LEAST_SPREAD = 0.35  # differences smaller than this are not stretched to the full scale
PICKUP_S = 0.35  # a form's boundary belongs to a beat at most this far away


@dataclass(frozen=True)
class Entry:
    """What changes at a beat: differences of the means after and before it, each -1..1."""

    energy: float
    bass: float
    treble: float
    onset: float
    before: float = 0.0  # energy before and after, 0..1
    after: float = 0.0

    @property
    def voice(self) -> str:
        """The part of the sound that comes in, in an artist's word, or an empty string."""
        rises = {"bass": self.bass, "drums": self.onset, "high sounds": self.treble}
        name, rise = max(rises.items(), key=lambda item: item[1])
        return name if rise >= CLEAR_ENTRY else ""


class Song:
    """Questions about one analysis. All times are seconds, all levels 0..1 within the song."""

    def __init__(self, analysis: AudioAnalysis) -> None:
        self.analysis = analysis
        self.duration = float(analysis.duration)
        beats = np.asarray(analysis.beat_timestamps, np.float64)
        self._kept = (beats >= 0) & (beats < self.duration)
        self.beats: F64 = beats[self._kept]
        self._features: dict[str, F64] = {}

    # -- the grid ----------------------------------------------------------------------------
    @cached_property
    def period_s(self) -> float:
        """Seconds from beat to beat; half a second where there is no tempo."""
        if len(self.beats) > 2:
            return float(np.median(np.diff(self.beats)))
        return 60 / self.analysis.bpm if 30 <= self.analysis.bpm <= 260 else 0.5

    @cached_property
    def numbers(self) -> NDArray[np.int_]:
        """Place of each beat in its bar, 1 on the downbeat."""
        given = np.asarray(self.analysis.beat_numbers, int)
        if len(given) == len(self._kept):
            return given[self._kept]
        metre = max(1, self.analysis.metre)
        first = 0
        if self.analysis.downbeats and len(self.beats):
            first = int(np.argmin(np.abs(self.beats - self.analysis.downbeats[0])))
        return (np.arange(len(self.beats)) - first) % metre + 1

    @cached_property
    def bar_s(self) -> float:
        return self.period_s * max(1, self.analysis.metre)

    def nearest_beat(self, time: float) -> int | None:
        """Index of the beat nearest to ``time``; None where the song has no beats."""
        if not len(self.beats):
            return None
        after = int(np.searchsorted(self.beats, time))
        near = [i for i in (after - 1, after) if 0 <= i < len(self.beats)]
        return min(near, key=lambda i: abs(float(self.beats[i]) - time))

    def is_downbeat(self, time: float) -> bool:
        beat = self.nearest_beat(time)
        return (
            beat is not None
            and abs(float(self.beats[beat]) - time) < 0.05
            and int(self.numbers[beat]) == 1
        )

    # -- how strong ----------------------------------------------------------------------------
    def _feature(self, name: str) -> F64:
        """One feature a beat; the form's energy where the analysis has none."""
        if name not in self._features:
            self._features[name] = self._read_feature(name)
        return self._features[name]

    def _read_feature(self, name: str) -> F64:
        values = np.asarray(getattr(self.analysis.beat_features, name), np.float64)
        if len(values) and len(values) >= len(self._kept) - 1:
            full = np.append(values, values[-1])[: len(self._kept)]
            return np.clip(full[self._kept], 0, 1)
        return np.array([self.section_at(float(t)).energy_value for t in self.beats])

    @cached_property
    def energy(self) -> F64:
        """Energy of each beat on the song's own scale: its quiet bars near 0.1, its loud near 0.95.

        Songs that hardly change are stretched less, so that a flat song stays in the middle.
        """
        heard = self._feature("energy")
        if not len(heard):
            return heard
        width = min(len(heard), 2 * max(1, self.analysis.metre))
        smooth = np.convolve(np.pad(heard, width, mode="edge"), np.ones(width) / width, "same")
        quiet, loud = np.percentile(smooth[width:-width], (5, 95))
        spread = max(float(loud - quiet), LEAST_SPREAD)
        middle = float(quiet + loud) / 2
        return np.clip(MIDDLE + (heard - middle) / spread * (FULL - EMPTY), 0, 1)

    @cached_property
    def has_features(self) -> bool:
        return len(self.analysis.beat_features.energy) > 0

    @cached_property
    def strength(self) -> F64:
        """How strongly each beat is struck, 0..1: its attack and bass, and its place in the bar."""
        struck = 0.6 * self._feature("onset") + 0.4 * self._feature("bass")
        place = np.where(self.numbers == 1, 1.0, np.where(self.numbers % 2 == 1, 0.55, 0.35))
        return np.clip(0.6 * struck + 0.4 * place, 0, 1)

    def strength_at(self, time: float) -> float:
        """Strength of the beat at ``time``; 0 where there is none within a twentieth of a second."""
        beat = self.nearest_beat(time)
        if beat is None or abs(float(self.beats[beat]) - time) > 0.05:
            return 0.0
        return float(self.strength[beat])

    def energy_between(self, start: float, end: float) -> float:
        """Mean energy of the beats in a span, or of the section it lies in."""
        inside = self.energy[(self.beats >= start - 0.02) & (self.beats < end - 0.02)]
        if len(inside):
            return float(inside.mean())
        return float(self.section_at((start + end) / 2).energy_value)

    def entry(self, time: float) -> Entry:
        """What changes at ``time``, comparing a bar's worth of beats before and after."""
        beat = self.nearest_beat(time)
        if beat is None or beat < 1:
            return Entry(0, 0, 0, 0)

        def change(values: F64) -> float:
            before = values[max(0, beat - ENTRY_BEATS) : beat]
            after = values[beat : beat + ENTRY_BEATS]
            return float(after.sum() / len(after) - before.sum() / len(before))

        before = float(self.energy[max(0, beat - ENTRY_BEATS) : beat].mean())
        after = float(self.energy[beat : beat + ENTRY_BEATS].mean())
        if not self.has_features:
            return Entry(after - before, 0, 0, 0, before, after)
        return Entry(
            after - before,
            change(self._feature("bass")),
            change(self._feature("treble")),
            change(self._feature("onset")),
            before,
            after,
        )

    # -- the form --------------------------------------------------------------------------------
    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The form, covering the whole song; one long verse where the analysis found none."""
        found = [s for s in self.analysis.song_structure if s.end > s.start]
        if found:
            return tuple(sorted(found, key=lambda s: s.start))
        level = self.analysis.mood.energy_level
        return (
            Section(
                type="verse",
                start=0.0,
                end=self.duration,
                energy=level,
                energy_value=LEVELS[level],
                confidence=0.0,
            ),
        )

    def section_index(self, time: float) -> int:
        starts = [s.start - 0.02 for s in self.sections]
        return max(0, int(np.searchsorted(starts, time, side="right")) - 1)

    def section_at(self, time: float) -> Section:
        return self.sections[self.section_index(time)]

    @cached_property
    def section_starts(self) -> tuple[float, ...]:
        """Where sections begin after the first, moved to their beat where one is near."""
        starts = []
        for section in self.sections[1:]:
            beat = self.nearest_beat(section.start)
            at = section.start
            if beat is not None and abs(float(self.beats[beat]) - at) <= PICKUP_S:
                at = float(self.beats[beat])
            if 0 < at < self.duration:
                starts.append(at)
        return tuple(starts)

    @cached_property
    def drops(self) -> tuple[float, ...]:
        """Beats where the song opens up: a clear rise into a section that is loud for this song."""
        return tuple(
            at
            for at in self.section_starts
            if self.entry(at).energy >= DROP_RISE
            and self.energy_between(at, at + 2 * self.bar_s) >= 0.6
            and self.energy_between(at, at + 4 * self.bar_s)
            >= self.energy_between(at - 4 * self.bar_s, at) + LASTING_RISE
        )

    @cached_property
    def loudest(self) -> Section:
        return max(self.sections, key=lambda s: s.energy_value)

    def occurrence(self, index: int) -> int:
        """1 for the first time a type of section is heard, 2 for the second …; neighbours count once."""
        kinds = [section.type for section in self.sections[: index + 1]]
        runs = [kind for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind]
        return runs.count(kinds[index])

    # -- the words -------------------------------------------------------------------------------
    def lines_between(self, start: float, end: float) -> list[LyricLine]:
        """Lines of which at least half is sung inside the span."""
        return [
            line
            for line in self.analysis.lyrics
            if start <= (line.timestamp + max(line.end, line.timestamp)) / 2 < end
        ]

    def is_inside_word(self, time: float) -> bool:
        """Whether a cut here would fall in the middle of a sung word."""
        return any(
            word.start + 0.08 < time < word.end - 0.08
            for line in self.analysis.lyrics
            if line.timestamp - 1 < time < line.end + 1
            for word in line.words
        )
