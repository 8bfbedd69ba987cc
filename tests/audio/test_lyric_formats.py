"""Lyrics as people have them, mended where they are broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casset.lib.errors import ValidationError
from casset.media.audio.lyrics import formats, phones
from casset.media.audio.lyrics.sheet import LyricSheet


def texts(sheet: LyricSheet) -> list[str]:
    return [line.text for line in sheet.lines]


def test_plain_text_keeps_its_lines_stanzas_and_tags() -> None:
    sheet = formats.read(
        "[Verse 1]\nHello world\nfoo — bar\n\n[Chorus]\nla la la\n\nChorus:\nla la la\n"
    )
    assert [(line.tag, line.stanza) for line in sheet.lines] == [
        ("verse", 0), ("verse", 0), ("chorus", 1), ("chorus", 2),
    ]  # fmt: skip
    assert [word.text for word in sheet.lines[1].words] == ["foo —", "bar"]
    assert sheet.timing == "text"


def test_a_bare_chorus_tag_means_the_chorus_written_before() -> None:
    sheet = formats.read(
        "[Chorus]\nla la la\nna na\n\n[Verse]\nmore\n\n[Chorus x2]\n\n[Guitar solo]\n"
    )
    assert texts(sheet) == ["la la la", "na na", "more", *["la la la", "na na"] * 2]


@pytest.mark.parametrize("written", ["la la (x3)", "la la x3", "la la [3x]", "la la (×3)"])
def test_repeats_are_sung_as_often_as_the_text_says(written: str) -> None:
    assert texts(formats.read(written)) == ["la la"] * 3


def test_a_repeat_on_its_own_line_repeats_the_stanza() -> None:
    assert texts(formats.read("one\ntwo\n(x2)\n\nthree")) == ["one", "two", "one", "two", "three"]


def test_prose_without_line_breaks_becomes_lines() -> None:
    sheet = formats.read(
        "When the night has come, and the land is dark, and the moon is far; no, " * 4
    )
    assert len(sheet.lines) > 4
    assert max(len(line.text) for line in sheet.lines) <= 90


def test_lrc_lines_have_starts_and_an_empty_stamp_ends_one() -> None:
    sheet = formats.read(
        "[ti:Run]\n[ar:J]\n[la:es]\n[00:10.00]So far\n[00:12,50]\n[01:02:25]away\n"
    )
    assert [(line.text, line.start, line.end) for line in sheet.lines] == [
        ("So far", 10.0, 12.5), ("away", 62.25, None),
    ]  # fmt: skip
    assert (sheet.title, sheet.artist, sheet.language) == ("Run", "J", "es")
    assert sheet.timing == "line-stamps"


def test_several_stamps_sing_a_line_several_times() -> None:
    sheet = formats.read("[00:05.00][00:25.00]again\n[00:15.00]between\n")
    assert [(line.text, line.start) for line in sheet.lines] == [
        ("again", 5.0), ("between", 15.0), ("again", 25.0),
    ]  # fmt: skip
    assert sheet.warnings == ()


def test_a_positive_offset_makes_words_earlier() -> None:
    assert formats.read("[offset:+500]\n[00:10.00]So\n").lines[0].start == 9.5
    assert formats.read("[offset:-500]\n[00:10.00]So\n").lines[0].start == 10.5


def test_enhanced_lrc_has_word_times_that_close_at_the_next_word() -> None:
    sheet = formats.read("[00:12.00]<00:12.04> When <00:12.16> the <00:12.82> truth <00:13.50>\n")
    assert [(w.text, w.start, w.end) for w in sheet.lines[0].words] == [
        ("When", 12.04, 12.16), ("the", 12.16, 12.82), ("truth", 12.82, 13.5),
    ]  # fmt: skip
    assert sheet.timing == "word-stamps"


def test_webvtt_cues_carry_times_words_and_no_markup() -> None:
    sheet = formats.read(
        "WEBVTT\n\nNOTE by hand\n\n1\n00:01.000 --> 00:04.000 align:start\n"
        "<v Ann>Never <00:00:01.500>gonna <00:00:02.000><i>give</i>\n\n"
        "00:00:05.000 --> 00:00:08.000\nyou &amp; me\n"
    )
    assert texts(sheet) == ["Never gonna give", "you & me"]
    assert [w.start for w in sheet.lines[0].words] == [1.0, 1.5, 2.0]
    assert (sheet.lines[1].start, sheet.lines[1].end) == (5.0, 8.0)


def test_srt_cues_of_two_rows_start_with_the_first_and_end_with_the_last() -> None:
    sheet = formats.read("1\r\n00:00:01,000 --> 00:00:04,000\r\n{\\an8}<b>one</b>\r\n♪ two ♪\r\n")
    assert [(line.text, line.start, line.end) for line in sheet.lines] == [
        ("one", 1.0, None), ("two", None, 4.0),
    ]  # fmt: skip
    assert sheet.format == "srt"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\ufeffcafé".encode(), "café"),
        ("café".encode(), "café"),
        ("café".encode("utf-16"), "café"),
        ("café “now”".encode("cp1252"), "café “now”"),
        (b"caf\xe9 \x81", "café"),
    ],
)
def test_encodings_are_found(raw: bytes, text: str) -> None:
    assert formats.read(raw).lines[0].text.startswith(text)


def test_latin_1_with_broken_stamps_is_read_and_says_what_was_wrong(tmp_path: Path) -> None:
    path = tmp_path / "song.lrc"
    path.write_bytes(
        "[00:10.00]Olé\r\n[0a:12.3]señor\r\n[00:75.00]café\r\n[00:20no\r\n[00:30.00]fin\r\n".encode(
            "latin-1"
        )
    )
    sheet = formats.read_file(path)
    assert texts(sheet) == ["Olé", "señor", "café", "no", "fin"]
    assert [line.start for line in sheet.lines] == [10.0, None, None, None, 30.0]
    said = " ".join(sheet.warnings)
    assert "UTF-8" in said
    assert "could not be read" in said
    assert "59 seconds" in said


def test_stamps_out_of_order_are_sorted_with_a_warning() -> None:
    sheet = formats.read("[00:20.00]b\n[00:10.00]a\n")
    assert texts(sheet) == ["a", "b"]
    assert any("order" in warning for warning in sheet.warnings)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"OggS\x00\x02" + b"\x00" * 100,
        bytes(range(1, 32)) * 9,
    ],
)
def test_binary_is_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(ValidationError, match="not a text file"):
        formats.read(raw)


@pytest.mark.parametrize("raw", [b"", b" \n\n", b"[Chorus]\n", b"[00:01.00]\n"])
def test_lyrics_without_words_are_refused(raw: bytes) -> None:
    with pytest.raises(ValidationError, match="no words"):
        formats.read(raw)


def test_lyrics_far_too_long_are_refused() -> None:
    with pytest.raises(ValidationError, match="1 MiB"):
        formats.read(b"la " * 400_000)
    with pytest.raises(ValidationError, match="more than"):
        formats.read("la\n" * 20_000)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="cannot be opened"):
        formats.read_file(tmp_path / "none.lrc")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="[]<>:.,0123456789 abx()\n-–é{}&;/WEBVTT", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        sheet = formats.read(text)
    except ValidationError:
        return
    assert all(line.words for line in sheet.lines)
    stamped = [line.start for line in sheet.lines if line.start is not None]
    assert all(start >= 0 for start in stamped)


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("don’t", "en", "D OW N T"), ("Twentyone", "en", "T W EH N T IY W AH N"), ("21", "de", "T S V AY AY N S"),
        ("niña,", "es", "N IY N Y AA"), ("schön", "de", "SH ER N"), ("chantent", "fr", "SH AA N T"),
        ("gioia", "it", "JH OW IY AA"), ("coração", "pt", "K OW R AA S AW N"), ("Москва", "ru", "M OW S K V AA"),
        ("さくら", "ja", "S AA K UW R AA"), ("愛", "zh", "AH"), ("!!", "en", "AH"),
    ],
)  # fmt: skip
def test_words_are_spelt_in_phones(word: str, language: str, expected: str) -> None:
    assert " ".join(phones.phones_of(word, language)) == expected


def test_small_words_give_the_language_away() -> None:
    assert phones.likely_languages(
        [
            "so",
            "far",
            "away",
            "from",
            "home",
            "and",
            "I",
            "don't",
            "know",
            "where",
            "my",
            "home",
            "is",
        ]
    ) == ["en"]
    assert (
        phones.likely_languages(
            ["quiero", "bailar", "contigo", "en", "la", "noche", "y", "sin", "parar", "mi", "amor"]
        )[0]
        == "es"
    )
    assert phones.likely_languages(
        ["ich", "bin", "nicht", "da", "und", "du", "bist", "es", "auch", "nicht", "mehr"]
    ) == ["de"]
    assert phones.likely_languages(["la"] * 9)[0] in phones.LANGUAGES
