"""Lyrics: pasted, placed, tapped, moved; and what is none."""

from __future__ import annotations

import pytest

from casset.lib.errors import ValidationError
from casset.tracks import services
from casset.tracks.models import Track
from casset.work import asking
from tests.tracks import factories

pytestmark = pytest.mark.django_db

LRC = "[00:10.00]Hold the night in frame\n[00:14.00]Let it slow burn\n[00:40.00]Out of the window\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hold the night\nlet it slow burn", "plain"),
        (LRC, "lrc"),
        ("WEBVTT\n\n00:10.000 --> 00:12.000\nHold the night\n", "webvtt"),
        ("1\n00:00:10,000 --> 00:00:12,000\nHold the night\n", "webvtt"),
    ],
)
def test_words_are_kept_as_given_and_have_themselves_placed(text: str, kind: str) -> None:
    track = factories.track()
    services.set_lyrics(track=track, text=text)
    track.refresh_from_db()
    assert (track.lyrics_kind, track.lyrics_text) == (kind, text)
    assert asking.wanted(services.HEAR, track.pk)


@pytest.mark.parametrize("text", ["\x00\x01\x02binary\x00", "[00:10.00]\n", "la\n" * 9000])
def test_what_is_no_lyric_is_refused_and_the_old_words_stay(text: str) -> None:
    track = factories.track(lyrics_text="old", lyrics_kind=Track.Lyrics.PLAIN)
    with pytest.raises(ValidationError):
        services.set_lyrics(track=track, text=text)
    track.refresh_from_db()
    assert track.lyrics_text == "old"


def test_tapped_lines_become_the_hook_s_captions_at_once() -> None:
    track = factories.track()
    hook = factories.hook(track, start_s=10, end_s=25)
    lines = [
        {
            "text": "Hold the night",
            "start": 11.0,
            "words": [
                {"text": "Hold", "start": 11.0},
                {"text": "the", "start": 11.5},
                {"text": "night", "start": 11.75},
            ],
        },
        {"text": "let it <b>burn</b>", "start": 14.0},
        {"text": "outside", "start": 40.0},
    ]
    services.save_tapped(track=track, lines=lines)
    track.refresh_from_db()
    hook.refresh_from_db()
    assert track.lyrics_kind == Track.Lyrics.TAPPED
    assert [line["timestamp"] for line in track.lines] == [11.0, 14.0, 40.0]
    assert track.lines[0]["end"] == 14.0
    assert "00:01.000 --> 00:04.000\nHold <00:01.500>the <00:01.750>night" in hook.captions
    assert "let it &lt;b&gt;burn&lt;/b&gt;" in hook.captions
    assert "outside" not in hook.captions


def test_moving_the_words_moves_the_captions() -> None:
    track = factories.track()
    hook = factories.hook(track)
    services.save_tapped(track=track, lines=[{"text": "Hold", "start": 11.0, "end": 12.0}])
    services.set_offset(track=track, offset_s=-0.4)
    hook.refresh_from_db()
    assert "00:00.600 --> 00:01.600" in hook.captions
    for offset_s in (2.1, -2.1, float("nan")):
        with pytest.raises(ValidationError):
            services.set_offset(track=track, offset_s=offset_s)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["text"],
        [{"text": "a"}],
        [{"text": "a", "start": "1"}],
        [{"text": "a", "start": float("nan")}],
        [{"text": "a", "start": True}],
        [{"text": "a", "start": 5.0}, {"text": "b", "start": 4.0}],
        [
            {
                "text": "a",
                "start": 1.0,
                "words": [{"text": "a", "start": 2}, {"text": "b", "start": 1}],
            }
        ],
        [{"text": "a", "start": 1.0}] * 2001,
    ],
)
def test_times_that_are_none_are_refused(lines: list[object]) -> None:
    with pytest.raises(ValidationError):
        services.save_tapped(track=factories.track(), lines=lines)


@pytest.mark.media
@pytest.mark.django_db(transaction=True)
def test_stamped_words_are_placed_and_stand_in_the_captions(heard: Track) -> None:
    at = heard.hook.start_s + 1
    stamps = [f"<00:{at + n:05.2f}>" for n in range(4)]
    text = f"[00:{at:05.2f}]{stamps[0]} Hold {stamps[1]} the {stamps[2]} night {stamps[3]}\n"
    services.set_lyrics(track=heard, text=text)
    assert "Hold" not in heard.hook.captions
    factories.do_all_work()
    heard = Track.objects.get()
    assert [line["text"] for line in heard.lines] == ["Hold the night"]
    assert "night" in heard.hook.captions
    services.set_lyrics(track=heard, text="  \n")
    heard.hook.refresh_from_db()
    assert heard.hook.captions.strip() == "WEBVTT"
