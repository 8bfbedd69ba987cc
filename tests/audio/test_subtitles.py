"""Words as WebVTT: those that sound in the window, when they sound, and nothing that is markup."""

from __future__ import annotations

import itertools
import re

import pytest

from casset.media.audio.analysis import LyricLine, Word
from casset.media.audio.lyrics import formats
from casset.media.audio.subtitles import webvtt


def line(text: str, start: float, end: float, *, timed: bool = True) -> LyricLine:
    """A line whose words share its time evenly."""
    texts = text.split()
    step = (end - start) / len(texts)
    words = tuple(
        Word(text=word, start=start + i * step, end=start + (i + 1) * step)
        for i, word in enumerate(texts)
    )
    return LyricLine(text=text, timestamp=start, end=end, words=words if timed else ())


SONG = (
    line("let's go fishing", 8.0, 11.0),
    line("down by the river bend", 12.0, 17.0),
    line("oh", 17.5, 18.0),
)


def read_back(text: str) -> list[list[tuple[str, float]]]:
    return [[(w.text, w.start) for w in found.words] for found in formats.read(text).lines]


def test_a_window_s_words_come_back_with_their_times_from_its_start():
    found = read_back(webvtt(SONG, start_s=7.5, end_s=20.0))
    assert [[word for word, _ in words] for words in found] == [
        ["let's", "go", "fishing"], ["down", "by", "the", "river", "bend"], ["oh"],
    ]  # fmt: skip
    assert [at for _, at in found[0]] == pytest.approx([0.5, 1.5, 2.5], abs=0.001)
    assert [at for _, at in found[1]] == pytest.approx([4.5, 5.5, 6.5, 7.5, 8.5], abs=0.001)


def test_lines_at_the_edges_keep_the_words_that_sound_inside():
    text = webvtt(SONG, start_s=9.5, end_s=14.2)
    assert text == (
        "WEBVTT\n\n"
        "1\n00:00.000 --> 00:01.500\ngo <00:00.500>fishing\n\n"
        "2\n00:02.500 --> 00:04.700\ndown <00:03.500>by <00:04.500>the\n"
    )


def test_a_line_without_word_times_is_cut_to_the_window():
    lines = [line("sung through", 4.0, 9.0, timed=False)]
    assert webvtt(lines, start_s=5.0, end_s=8.0) == (
        "WEBVTT\n\n1\n00:00.000 --> 00:03.000\nsung through\n"
    )


def test_an_offset_moves_words_later():
    found = read_back(webvtt(SONG, start_s=7.5, end_s=12.4, offset_s=0.25))
    assert found[0][0] == ("let's", pytest.approx(0.75, abs=0.001))
    assert len(found) == 2  # "down" begins at 12.25
    assert len(read_back(webvtt(SONG, start_s=7.5, end_s=12.4, offset_s=0.5))) == 1


@pytest.mark.parametrize("window", [(30.0, 40.0), (0.0, 7.9), (11.0, 12.0)])
def test_where_nothing_is_sung_there_is_only_the_header(window):
    assert webvtt(SONG, start_s=window[0], end_s=window[1]) == "WEBVTT\n"


def test_a_song_without_words_gives_only_the_header():
    assert webvtt([], start_s=0, end_s=30) == "WEBVTT\n"


def test_markup_in_the_words_stays_text():
    wild = LyricLine(text="<b>R&B</b> --> up\n\nNOTE no", timestamp=1.0, end=3.0)
    text = webvtt([wild], start_s=0, end_s=5)
    body = text.split("\n", 4)[4]
    assert body == "&lt;b&gt;R&amp;B&lt;/b&gt; --&gt; up NOTE no\n"
    assert text.count("-->") == 1


def test_stamps_rise_and_lie_inside_their_cue_whatever_the_words_say():
    words = tuple(
        Word(text=text, start=start, end=end)
        for text, start, end in [("a", 1.0, 1.0), ("b", 1.0, 0.5), ("c", 1.4, 9.0), ("d", 1.2, 1.3)]
    )
    odd = LyricLine(text="a b c d", timestamp=2.0, end=1.0, words=words)
    text = webvtt([odd], start_s=0, end_s=3)
    stamps = [
        60 * int(m) + float(s)
        for m, s in re.findall(r"(\d\d):(\d\d\.\d\d\d)", text.split("\n", 3)[3])
    ]
    begin, end, inner = stamps[0], stamps[1], stamps[2:]
    assert all(begin < at < end for at in inner)
    assert all(a < b for a, b in itertools.pairwise(inner))
    assert all(word in text for word in "abcd")


def test_a_song_of_more_than_an_hour_is_told_in_hours():
    text = webvtt([line("late", 3_700.0, 3_702.0)], start_s=0, end_s=4_000)
    assert "01:01:40.000 --> 01:01:42.000" in text


def test_letters_of_every_script_are_kept_and_control_characters_are_not():
    text = webvtt([line("שלום 🎣 naïve\x00x", 1.0, 4.0)], start_s=0, end_s=5)
    assert "שלום" in text
    assert "🎣" in text
    assert "\x00" not in text
