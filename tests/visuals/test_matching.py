"""Suggested visuals: what suits is ranked first, and every reason counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casset.tracks.models import TrackFeatures
from tests.accounts.factories import UserFactory
from tests.visuals import factories
from visuals import matching, services, weighing
from visuals.matching import Candidate, Song

SLOW = {
    "bpm": 84.0, "bpm_folded": 84.0, "rms_db": -21.0, "onsets_per_s": 1.5, "centroid_hz": 1300.0,
    "major": -0.8, "mode_confidence": 0.9, "valence": -0.4, "arousal": -0.3,
}  # fmt: skip
QUICK = {
    "bpm": 138.0, "bpm_folded": 138.0, "rms_db": -8.0, "onsets_per_s": 6.0, "centroid_hz": 3600.0,
    "major": 0.8, "mode_confidence": 0.9, "valence": 0.7, "arousal": 0.8,
}  # fmt: skip
DARK_SLOW = {"motion": 0.004, "chroma": 0.08, "edges": 0.02, "brightness": 0.12, "warmth": -0.15}
BRIGHT_QUICK = {"motion": 0.08, "chroma": 0.5, "edges": 0.2, "brightness": 0.65, "warmth": 0.3}


def song(figures=SLOW, **more) -> Song:
    track = factories.track(**more)
    TrackFeatures.objects.create(track=track, analysis={}, peaks={}, figures=figures, version="1")
    return matching.song_of(track)


def picture(key="a", measured=DARK_SLOW, **more) -> Candidate:
    places = {name: weighing.placed(name, value) for name, value in measured.items()}
    return Candidate(key, "A visual", places=places, **more)


@pytest.mark.django_db
def test_a_slow_dark_song_gets_slow_dark_pictures_and_a_quick_bright_one_others():
    dark, bright = picture("dark", DARK_SLOW), picture("bright", BRIGHT_QUICK)
    assert matching.rank(song(SLOW), [bright, dark])[0].candidate is dark
    assert matching.rank(song(QUICK), [dark, bright])[0].candidate is bright


@pytest.mark.django_db
def test_tags_weigh_more_than_figures():
    tagged = picture("tagged", BRIGHT_QUICK, tags=frozenset({"moody", "lofi"}))
    assert (
        matching.rank(song(SLOW, genre="Lo-Fi Hip Hop"), [picture("plain"), tagged])[0].candidate
        is tagged
    )


@pytest.mark.django_db
def test_a_song_wears_the_moods_that_lie_near_its_own_and_its_genre():
    worn = song(SLOW, genre="lo fi").tags
    assert {"moody", "melancholy"} <= set(worn)
    assert worn["lofi"] == 1.0
    assert "euphoric" in song(QUICK).tags


@pytest.mark.django_db
def test_every_reason_is_worth_something_and_without_its_feature_the_score_falls():
    heard = song(SLOW, genre="lofi", title="Night rain")
    whole = picture(
        tags=frozenset({"moody", "lofi", "film"}),
        bpm=(80, 90),
        words=frozenset({"rain", "sea"}),
        made_at=timezone.now() - timedelta(days=3),
        pairings=4,
    )
    found = matching.suggestion(heard, whole)
    assert found.reasons
    assert found.score == pytest.approx(matching.total(found.components), abs=1e-3)
    without = {
        "tempo": replace(whole, bpm=(None, None)),
        "words": replace(whole, words=frozenset()),
        "recent": replace(whole, made_at=None),
        "proven": replace(whole, pairings=0),
        "movement": replace(whole, places={n: p for n, p in whole.places.items() if n != "motion"}),
        "tag:moody": replace(whole, tags=whole.tags - {"moody"}),
        "tag:lofi": replace(whole, tags=whole.tags - {"lofi"}),
    }
    named = [reason.feature for reason in found.reasons]
    assert {"tag:lofi", "tag:moody", "tempo"} <= set(named)
    for reason in found.reasons:
        if reason.feature in without:
            assert matching.suggestion(heard, without[reason.feature]).score < found.score


@pytest.mark.django_db
def test_the_sentence_says_what_it_was_matched_on():
    heard = song(SLOW)
    one = picture(tags=frozenset({"moody", "nocturnal"}), bpm=(80, 90))
    sentence = matching.suggestion(heard, one).sentence
    assert sentence.startswith("Matched on: ")
    assert "moody" in sentence
    assert "80–90 BPM" in sentence
    assert "slow movement suits the tempo" in sentence
    assert matching.suggestion(Song(), Candidate("x", "X")).sentence.startswith("Something")


@pytest.mark.django_db
def test_half_and_double_tempo_are_the_same_tempo():
    for bpm in (84.0, 42.0, 168.0):
        heard = replace(song(SLOW), bpm=bpm)
        assert matching.components(heard, picture(bpm=(80, 90)))["tags"] > 0


@pytest.mark.django_db
def test_an_unheard_song_still_gets_an_order_that_is_always_the_same():
    heard = matching.song_of(factories.track())
    first = [one.candidate.key for one in matching.rank(heard, matching.drawable())]
    assert first == [one.candidate.key for one in matching.rank(heard, matching.drawable()[::-1])]
    assert len(first) >= 40


def told(found) -> list[str]:
    return [reason.feature for reason in found.reasons]


@pytest.mark.django_db
def test_before_a_song_is_heard_its_genre_says_what_it_is_likely_to_feel_like():
    dark, bright = picture("dark", DARK_SLOW), picture("bright", BRIGHT_QUICK)
    quiet = matching.song_of(factories.track(genre="Ambient"))
    first = matching.rank(quiet, [bright, dark])[0]
    assert first.candidate is dark
    assert "feels calm and dark, as Ambient does" in first.sentence
    loud = matching.song_of(factories.track(genre="disco"))
    assert matching.rank(loud, [dark, bright])[0].candidate is bright


@pytest.mark.django_db
def test_what_was_heard_counts_and_not_the_genre_s_usual():
    heard = song(QUICK, genre="ambient")
    assert heard.affect == heard.heard_affect
    found = matching.suggestion(heard, picture("a", BRIGHT_QUICK))
    assert "feels lively and bright, as the song does" in found.sentence


@pytest.mark.django_db
def test_every_scene_has_a_true_reason_before_the_song_is_heard():
    for found in matching.rank(matching.song_of(factories.track()), matching.drawable()):
        assert found.sentence.startswith("Matched on: ")
        assert found.reasons[0].worth > 0


@pytest.mark.django_db
def test_a_visual_near_the_cover_in_colour_and_light_is_suggested_before_one_that_is_not():
    theme = {"hue": 30.0, "chroma": 0.02, "light": 0.2}
    night = matching.song_of(factories.track(cover="covers/a", theme=theme))
    near = picture("near", {"brightness": 0.15}, hue=40.0)
    far = picture("far", {"brightness": 0.8}, hue=200.0)
    first, second = matching.rank(night, [far, near])
    assert first.candidate is near
    assert {"colours", "cover_light"} <= set(told(first))
    assert not {"colours", "cover_light"} & set(told(second))
    bare = matching.song_of(factories.track(theme=theme))  # a theme of the mood is no cover's
    assert bare.hue is None


@pytest.mark.django_db
def test_what_sets_a_visual_apart_is_said_before_what_all_have_in_common():
    theme = {"hue": 30.0, "chroma": 0.02, "light": 0.2}
    night = matching.song_of(factories.track(cover="covers/a", theme=theme))
    shown = [picture(name, {"brightness": 0.9}, seam=1.0) for name in "bcde"]
    first = matching.rank(night, [picture("a", {"brightness": 0.15}, seam=1.0), *shown])[0]
    assert told(first)[0] == "cover_light"
    assert "seam" in told(first)


@pytest.mark.django_db
def test_a_loop_without_a_seam_is_suggested_before_one_with_a_hard_cut():
    smooth, hard = picture("smooth", seam=1.0), picture("hard", seam=0.0)
    first, second = matching.rank(Song(), [hard, smooth])
    assert first.candidate is smooth
    assert "seam" in told(first)
    assert "seam" not in told(second)


@pytest.mark.django_db
def test_what_is_on_the_wall_comes_after_what_was_not_used_there_yet():
    track = factories.track()
    factories.visual(track, origin="scene", recipe={"recipe": "aurora", "seed": 1, "image": ""})
    heard, _ = matching.on_its_wall(matching.song_of(track), track)
    there, other = (picture(name, recipe=name, kind="scene") for name in ("aurora", "silk"))
    first, second = matching.rank(heard, [there, other])
    assert first.candidate is other
    assert "unused" in told(first)
    assert "unused" not in told(second)
    clip = matching.suggestion(heard, picture("clip", kind="clip"))
    assert "the first clip of this track" in [reason.text for reason in clip.reasons]


@pytest.mark.django_db
def test_a_scene_the_artist_has_drawn_for_other_songs_is_known_to_suit_them():
    home = factories.track()
    factories.visual(home, origin="scene", recipe={"recipe": "silk", "seed": 1, "image": ""})
    here = factories.track(home.artist)
    with_use = {one.candidate.key: one for one in matching.suggestions(here)}
    assert "proven" in told(with_use["recipe:silk"])


@pytest.mark.django_db
def test_scenes_are_suggested_by_what_is_sung():
    heard = song(SLOW, title="Rain on my window", lines=[{"text": "all night the rain"}])
    best = matching.rank(heard, matching.drawable())[:8]
    assert "recipe:rain" in [one.candidate.key for one in best]


@pytest.mark.django_db
def test_the_api_answers_scores_parts_and_reasons_to_the_artist_alone(
    django_assert_max_num_queries,
):
    track = factories.track(published=True)
    TrackFeatures.objects.create(track=track, analysis={}, peaks={}, figures=SLOW, version="1")
    mine = factories.visual(
        factories.track(track.artist), facts={"descriptors": DARK_SLOW}, title="Wet ink"
    )
    services.set_tags(visual=mine, tags=["moody", "melancholy"])
    where = f"/api/tracks/{track.pk}/visuals/recommendations"
    artist, stranger = Client(), Client()
    artist.force_login(track.artist.user)
    stranger.force_login(UserFactory())
    assert Client().get(where).status_code == 401
    assert stranger.get(where).status_code == 403
    with django_assert_max_num_queries(8):
        answer = artist.get(where, {"limit": 5}).json()
    assert answer["weightsVersion"] == weighing.VERSION
    assert len(answer["items"]) == 5
    first = answer["items"][0]
    assert first["visual"]["id"] == mine.pk
    assert set(first["components"]) == set(weighing.WEIGHTS)
    assert first["reasons"][0]["worth"] > 0
    assert first["sentence"].startswith("Matched on: ")
    recipe = next(one for one in answer["items"] if one["recipe"])
    assert recipe["visual"] is None
