"""The studio's Visuals tab without a browser: who may what, plain forms, and the hook's music."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from casset.media.audio.peaks import Peaks
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web import storage
from casset.work import running
from tests.visuals import factories
from visuals import forms, showing
from visuals.models import Still, VisualAsset

pytestmark = pytest.mark.django_db


@pytest.fixture
def track() -> Track:
    return factories.track()


@pytest.fixture
def owner(track: Track, client: Client) -> Client:
    client.force_login(track.artist.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def tab(name: str, *args: Any) -> str:
    return reverse(f"visuals:{name}", args=args)


def jpg() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (60, 90), "#805040").save(file, "JPEG")
    file.seek(0)
    file.name = "still.jpg"
    return file


def test_nobody_else_finds_the_tab_or_can_do_anything_there(track: Track) -> None:
    visual = factories.visual(track)
    other = Client()
    other.force_login(factories.artist().user, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("library", "parts", "scenes"):
        assert other.get(tab(name, track.pk)).status_code == 404
    for name in ("use", "show", "hide", "archive", "retry", "rename", "tags", "join", "schedule"):
        assert other.post(tab(name, track.pk, visual.pk)).status_code == 404
    for name in ("add", "draw", "generate", "reuse", "order", "hear"):
        assert other.post(tab(name, track.pk)).status_code == 404
    visual.refresh_from_db()
    assert not visual.is_active


def test_who_is_signed_out_is_told_so_and_comes_back_to_the_page(track: Track) -> None:
    visual = factories.visual(track)
    use = tab("use", track.pk, visual.pk)
    assert Client().post(use).url.endswith(tab("library", track.pk))
    answer = Client().post(use, headers={"X-Requested-With": "script"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_SIGNED_IN")


def test_a_visual_of_another_track_is_not_found_under_this_one(owner: Client, track: Track) -> None:
    elsewhere = factories.visual(factories.track(track.artist))
    assert owner.post(tab("use", track.pk, elsewhere.pk)).status_code == 404


def test_a_refusal_is_a_sentence_on_the_page_and_an_error_to_the_script(
    owner: Client, track: Track
) -> None:
    made = factories.visual(track, status="PROCESSING", stored="", duration_s=0)
    use = tab("use", track.pk, made.pk)
    assert "still being made" in owner.post(use, follow=True).content.decode()
    answer = owner.post(use, headers={"X-Requested-With": "script"})
    assert answer.status_code == 409
    assert "still being made" in answer.json()["error"]["message"]


def test_titles_and_handles_of_any_kind_stay_text(owner: Client, track: Track) -> None:
    visual = factories.visual(track, title='<img src=x onerror="1">')
    page = owner.get(tab("library", track.pk)).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    answer = owner.post(
        tab("rename", track.pk, visual.pk),
        {"title": "x" * 10_000},
        headers={"X-Requested-With": "script"},
    )
    assert answer.status_code == 400


def test_an_image_sent_by_the_plain_form_becomes_a_still_to_be_treated(
    owner: Client, track: Track
) -> None:
    answer = owner.post(tab("add", track.pk), {"file": jpg()})
    still = Still.objects.get(track=track)
    assert answer.url.endswith(f"?image=still:{still.pk}")
    page = owner.get(answer.url).content.decode()
    assert f'value="still:{still.pk}"' in page
    assert 'value="tape-warble"' in page


def test_a_text_named_mp4_is_refused_with_its_sentence(owner: Client, track: Track) -> None:
    file = io.BytesIO(b"#EXTM3U\nhttp://example.org/secret\n" * 9)
    file.name = "clip.mp4"
    page = owner.post(tab("add", track.pk), {"file": file}, follow=True).content.decode()
    assert "not a video we understand" in page
    assert not VisualAsset.objects.exists()


def test_tags_and_tempo_are_saved_together(owner: Client, track: Track) -> None:
    visual = factories.visual(track)
    sent = {"tags": ["dark"], "words": "hazy, lo-fi", "bpm_min": "80", "bpm_max": "95"}
    owner.post(tab("tags", track.pk, visual.pk), sent)
    visual.refresh_from_db()
    slugs = set(visual.tags.values_list("slug", flat=True))
    assert {"dark", "dreamy"} <= slugs
    assert (visual.bpm_min, visual.bpm_max) == (80, 95)
    page = owner.get(tab("library", track.pk)).content.decode()
    assert "80 to 95 BPM" in page


def test_the_active_one_can_be_taken_back_for_the_cover(owner: Client, track: Track) -> None:
    visual = factories.visual(track)
    owner.post(tab("use", track.pk, visual.pk))
    page = owner.post(tab("stop", track.pk, visual.pk), follow=True).content.decode()
    assert "Fans see the cover first now." in page
    visual.refresh_from_db()
    assert not visual.is_active


def test_a_word_nobody_knows_is_refused_with_a_sentence(owner: Client, track: Track) -> None:
    visual = factories.visual(track)
    answer = owner.post(
        tab("tags", track.pk, visual.pk),
        {"words": "qqxxzz"},
        headers={"X-Requested-With": "script"},
    )
    assert answer.status_code == 400
    assert "qqxxzz" in answer.json()["error"]["message"]


def test_dates_are_read_in_the_artists_own_time(owner: Client, track: Track) -> None:
    form = forms.Dating(
        {"starts_at": "2030-05-01T10:00", "ends_at": "2030-05-02T10:00", "minutes_west": "-120"}
    )
    assert form.is_valid()
    assert form.cleaned_data["starts_at"].isoformat() == "2030-05-01T08:00:00+00:00"


def test_a_move_by_button_swaps_neighbours_and_stops_at_the_ends() -> None:
    def order(**sent: str) -> list[str]:
        form = forms.Ordering(sent)
        assert form.is_valid()
        return form.order(["a", "b", "c"])

    assert order(later="a") == ["b", "a", "c"]
    assert order(earlier="a") == ["a", "b", "c"]
    assert order(later="gone") == ["a", "b", "c"]
    assert order(ids="c,a,b") == ["c", "a", "b"]


def test_the_scrim_grows_with_what_is_bright_under_the_words(track: Track) -> None:
    def scrim(bright: float) -> float:
        visual = factories.visual(track, facts={"luminance": {"lyric_p90": bright}})
        return showing.Tile(visual).scrim

    assert scrim(0.0) == showing.LEAST_SCRIM
    white, light = scrim(1.0), scrim(0.5)
    assert white > light > showing.LEAST_SCRIM
    # White words on what is left of a white picture: contrast by WCAG.
    left = (1 - white) ** 2.2
    assert 1.05 / (left + 0.05) > 7


def test_the_wave_has_a_stroke_for_every_part_and_is_calm_without_sound() -> None:
    peaks: Peaks = {
        "version": 2,
        "channels": 1,
        "sample_rate": 44100,
        "samples_per_pixel": 1,
        "bits": 8,
        "length": 120,
        "data": [-100, 100] * 120,
    }
    hook = Hook(start_s=0, end_s=10, peaks=peaks)
    assert showing.HookSound(hook).wave.count("M") == showing.STROKES
    assert showing.HookSound(None).wave.count("v2.0") == showing.STROKES


def test_the_page_needs_as_many_queries_for_one_visual_as_for_twenty(
    owner: Client, track: Track, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        drawn_free = factories.visual(track, title=f"No {number}")
        assert drawn_free
    with django_assert_max_num_queries(30):
        owner.get(tab("library", track.pk))


@pytest.mark.django_db(transaction=True)  # the worker's heart beats in a connection of its own
def test_the_hooks_music_is_worked_out_once_and_only_its_artist_has_it(
    owner: Client, track: Track, song_heard: Track
) -> None:
    hear = tab("hear", song_heard.pk)
    client = Client()
    client.force_login(song_heard.artist.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(hear).status_code == 202
    assert running.run_one("render")
    lab = json.loads(client.get(tab("scenes", song_heard.pk)).context["lab"])
    assert "/music/" in lab["song"]["facts"], "the sample song is not needed any more"
    facts = json.loads(b"".join(client.get(lab["song"]["facts"]).streaming_content))
    rows = b"".join(client.get(lab["song"]["curves"]).streaming_content)
    assert len(rows) == 4 * facts["frames"] * len(facts["uniforms"])
    assert np.frombuffer(rows, "<f4").std() > 0.01
    assert owner.get(lab["song"]["facts"]).status_code == 404


@pytest.fixture
def song_heard(tmp_path: Path, song_file: Path) -> Track:
    """A track with a song, heard, whose hook is its first four seconds."""
    made = factories.track(audio_sha256="a" * 64)
    made.audio = f"{made.prefix}/take/song.wav"
    made.save(update_fields=["audio"])
    storage.keep(made.audio, song_file)
    Hook.objects.filter(track=made).update(start_s=0.0, end_s=4.0)
    TrackFeatures.objects.create(track=made, analysis=_analysis(song_file), peaks={}, version="1")
    return made


@pytest.fixture(scope="session")
def song_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.pipeline.conftest import write_song

    return write_song(tmp_path_factory.mktemp("tab") / "song.wav", 6.0)


def _analysis(song: Path) -> dict[str, Any]:
    from casset.media.audio import decode, parser

    found: dict[str, Any] = parser.analyse(decode.decode(song)).model_dump(mode="json")
    return found


def test_what_is_suggested_is_ranked_anew_when_the_song_has_been_heard(
    track: Track, owner: Client
) -> None:
    Track.objects.filter(pk=track.pk).update(status=Track.Status.PROCESSING, genre="ambient")

    def ideas() -> tuple[str, list[str]]:
        page = owner.get(tab("parts", track.pk)).content.decode()
        assert "Something different" not in page
        return page, re.findall(r'name="entry" value="([a-z-]+)"', page)

    before, first = ideas()
    assert "until your song is heard" in before
    assert "as Ambient does" in before
    figures = {"bpm_folded": 138.0, "rms_db": -8.0, "onsets_per_s": 6.0, "centroid_hz": 3600.0}
    TrackFeatures.objects.create(track=track, analysis={}, peaks={}, figures=figures, version="1")
    Track.objects.filter(pk=track.pk).update(status=Track.Status.READY)
    after, second = ideas()
    assert "from how your song sounds" in after
    assert len(first) == len(second) == showing.IDEAS
    assert first != second
