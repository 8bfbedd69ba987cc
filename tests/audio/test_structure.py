"""Form: borders on downbeats, what is the same music, what it is called; by sound, by words, by tags."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from casset.media.audio import features, section_words, structure
from casset.media.audio.analysis import LyricLine, Section
from tests.audio import listening


def agreement(sections: tuple[Section, ...], truth: list[tuple[float, float, str]]) -> float:
    """Share of the time that has its true name."""
    at = np.arange(truth[0][0], truth[-1][1], 0.1)
    said = np.array([next(s.type for s in sections if s.start <= t < s.end) for t in at])
    true = np.array([next(name for a, b, name in truth if a <= t < b + 1e-6) for t in at])
    return float((said == true).mean())


def found_borders(sections: tuple[Section, ...], truth: list[tuple[float, float, str]]) -> float:
    """Share of the true inner borders that have one of ours within half a second."""
    ours = np.array([s.start for s in sections[1:]])
    inner = [start for start, _, _ in truth[1:]]
    return float(np.mean([np.abs(ours - start).min() < 0.5 for start in inner]))


@pytest.mark.parametrize("name", listening.SONGS)
def test_sections_tile_the_song_and_begin_on_downbeats(name: str) -> None:
    made, bars = listening.song(name), listening.bars(name)
    sections = structure.find(bars).sections
    assert sections[0].start == 0.0
    assert sections[-1].end == pytest.approx(made.sound.duration)
    downbeats = made.beats[made.numbers == 1]
    for before, after in itertools.pairwise(sections):
        assert before.end == after.start
        assert np.abs(downbeats - after.start).min() < 1e-6


def test_verse_and_chorus_are_found_and_named() -> None:
    truth = listening.song("verse and chorus").sections
    sections = structure.find(listening.bars("verse and chorus")).sections
    assert found_borders(sections, truth) == 1.0
    assert agreement(sections, truth) > 0.9
    verses = {s.label for s in sections if s.type == "verse"}
    choruses = {s.label for s in sections if s.type == "chorus"}
    assert len(verses) == len(choruses) == 1
    assert verses != choruses


def test_a_chorus_has_more_energy_than_a_verse_and_an_outro_less() -> None:
    sections = structure.find(listening.bars("verse and chorus")).sections
    energy = {s.type: s.energy_value for s in sections}
    assert energy["chorus"] > energy["verse"] > energy["outro"]
    assert next(s.energy for s in sections if s.type == "chorus") == "high"


def test_the_a_of_an_aaba_song_is_no_chorus() -> None:
    truth = listening.song("AABA").sections
    sections = structure.find(listening.bars("AABA")).sections
    assert "chorus" not in {s.type for s in sections}
    assert agreement(sections, truth) > 0.75


def test_a_drop_is_the_chorus_and_the_build_before_it_is_not() -> None:
    sections = structure.find(listening.bars("build and drop")).sections
    made = listening.song("build and drop")
    drops = [(a, b) for a, b, name in made.sections if name == "chorus"]
    for start, end in drops:
        middle = 0.5 * (start + end)
        assert next(s.type for s in sections if s.start <= middle < s.end) == "chorus"
        assert next(s.type for s in sections if s.start <= start - 1.0 < s.end) != "chorus"


CHORUS_LINES = (
    "We ride the night together",
    "And never look behind",
    "The river is calling",
    "Oh come along now",
)
VERSE_LINES = (
    "A train at seven in the morning", "Snow on my father's old hat", "Nobody knew her second name", "Bread and a paper cup",
    "Yellow lamps above the harbour", "Forty summers in one drawer", "Write to me when it rains", "Grandma's piano has no key",
)  # fmt: skip


def lines_of(name: str, *, tags: bool, renamed: dict[str, str] | None = None) -> list[LyricLine]:
    """Four lines for each sung section: new ones in verses, the same in choruses."""
    lines = []
    for number, (start, end, kind) in enumerate(listening.song(name).sections):
        if kind not in {"verse", "chorus"}:
            continue
        step = (end - start) / 4
        for k in range(4):
            words = CHORUS_LINES[k] if kind == "chorus" else VERSE_LINES[4 * (number > 2) + k]
            tag = (renamed or {}).get(kind, kind) if tags else None
            lines.append(
                LyricLine(
                    text=words, timestamp=start + k * step, end=start + (k + 0.9) * step, tag=tag
                )
            )
    return lines


def test_words_that_return_make_the_chorus() -> None:
    sections = structure.find(
        listening.bars("verse and chorus"), lines_of("verse and chorus", tags=False)
    ).sections
    assert agreement(sections, listening.song("verse and chorus").sections) > 0.9
    assert {s.source for s in sections if s.type == "chorus"} == {"lyrics"}


def test_tags_are_believed_against_the_sound() -> None:
    swapped = lines_of(
        "verse and chorus", tags=True, renamed={"verse": "Chorus 1", "chorus": "Verse"}
    )
    sections = structure.find(listening.bars("verse and chorus"), swapped).sections
    truth = [
        (a, b, {"verse": "chorus", "chorus": "verse"}.get(name, name))
        for a, b, name in listening.song("verse and chorus").sections
    ]
    assert agreement(sections, truth) > 0.9
    tagged = [s for s in sections if s.source == "tags" and s.type in {"verse", "chorus"}]
    assert tagged
    assert not any(s.likely for s in tagged)


def test_by_sound_alone_a_label_never_claims_certainty() -> None:
    for name in listening.SONGS:
        assert all(s.confidence <= 0.8 for s in structure.find(listening.bars(name)).sections)


@pytest.mark.parametrize(
    ("tag", "section"),
    [
        ("Chorus 2", "chorus"), ("Pre-Chorus", "verse"), ("verse", "verse"), ("Guitar Solo", "instrumental"),
        ("Estribillo", "chorus"), ("Outro", "outro"), ("Bridge", "bridge"), ("something", None), (None, None),
    ],
)  # fmt: skip
def test_a_tag_is_understood(tag: str | None, section: str | None) -> None:
    assert section_words.section_of_tag(tag) == section


def test_repeated_blocks_are_counted_and_single_lines_are_not() -> None:
    chorus = ["We ride the night together", "And never look behind"]
    texts = ["One thing I saw", *chorus, "Another thing I saw", "Quite different words", *chorus]
    assert section_words.repetitions(texts) == [0, 2, 2, 0, 0, 2, 2]


def test_two_lines_that_the_last_verse_takes_up_again_are_no_chorus() -> None:
    verse = list(VERSE_LINES[:2])
    chorus = ["We ride the night together", "And never look behind"]
    texts = [
        *verse,
        *chorus,
        "Other words entirely",
        *chorus,
        "Something else",
        *chorus,
        *verse,
        *chorus,
    ]
    lines = [
        LyricLine(text=text, timestamp=2.0 * k, end=2.0 * k + 2) for k, text in enumerate(texts)
    ]
    returning = section_words.cues(lines, np.arange(0, 2.0 * len(texts) + 1, 2.0)).returning
    assert [bool(share) for share in returning] == [text in chorus for text in texts]


def test_an_accent_or_a_comma_does_not_hide_a_repetition() -> None:
    texts = [
        "Où est-tu, mon amour ?",
        "Je t'attends encore ce soir",
        "x",
        "Ou est tu mon amour",
        "je tattends encore ce soir",
    ]
    assert section_words.repetitions(texts)[:2] == [2, 2]


def test_missing_beats_are_carried_on_to_both_ends() -> None:
    beats = np.arange(8.0, 24.0, 0.5)
    edges = features.bar_edges(beats, np.arange(len(beats)) % 4 + 1, 4, 33.0)
    assert edges[0] == pytest.approx(0.0)
    assert edges[-1] == pytest.approx(33.0)
    assert np.allclose(np.diff(edges)[:-1], 2.0)


def test_a_hole_in_the_beats_is_filled_with_bars() -> None:
    beats = np.concatenate([np.arange(0, 8, 0.5), np.arange(14, 24, 0.5)])
    edges = features.bar_edges(beats, np.arange(len(beats)) % 4 + 1, 4, 24.0)
    assert np.allclose(np.diff(edges), 2.0)


def test_beat_features_follow_the_sound() -> None:
    made = listening.song("verse and chorus")
    spectra = features.analyse(made.sound)
    figures = features.by_beat(spectra, made.beats)
    assert set(figures) == {"energy", "bass", "mid", "treble", "onset"}
    for values in figures.values():
        assert len(values) == len(made.beats)
        assert 0.0 <= values.min() <= values.max() <= 1.0
    chorus = [(a, b) for a, b, name in made.sections if name == "chorus"]
    inside = np.array([any(a <= t < b for a, b in chorus) for t in made.beats])
    assert figures["energy"][inside].mean() > figures["energy"][~inside].mean() + 0.1
    assert figures["treble"][inside].mean() > figures["treble"][~inside].mean()


def test_one_bar_of_sound_has_one_section() -> None:
    bars = listening.bars("AABA")
    alone = dataclasses.replace(
        bars,
        duration=1.5,
        edges=np.array([0.0, 1.5]),
        **{
            name: value[..., :1]
            for name, value in vars(bars).items()
            if isinstance(value, np.ndarray) and name != "edges"
        },
    )
    (section,) = structure.find(alone).sections
    assert (section.start, section.end) == (0.0, 1.5)
