"""A song that comes in: heard, its hook chosen and cut, replaced, deleted; the same one twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from casset.lib.errors import InvalidTransition, MediaError, ValidationError
from casset.media.audio import decode
from casset.tracks import cutting, hearing, services
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web import storage
from casset.work import asking, removing, running
from casset.work.models import Item
from tests.tracks import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.media]


def stored(track: Track) -> set[str]:
    base = settings.FILES_DIR / track.prefix
    return {path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file()}


def test_a_song_is_heard_and_its_hook_cut_without_a_click(heard: Track) -> None:
    assert heard.title == "Night walk"
    assert heard.status == Track.Status.READY
    assert heard.bpm == pytest.approx(120, abs=1)
    assert heard.duration_s == pytest.approx(24, abs=0.1)
    assert heard.theme["accent"]["hex"].startswith("#"), "the music lends its colours"
    features = TrackFeatures.objects.get(track=heard)
    assert features.peaks["length"] <= 800
    assert features.offers["suggestions"][0]["reasons"]
    assert features.offers["bars"][1] - features.offers["bars"][0] == pytest.approx(2, abs=0.05)
    for name in ("bpm", "lufs", "centroid_hz", "onsets_per_s", "major", "arousal", "valence"):
        assert isinstance(features.figures[name], float), name
    hook = heard.hook
    assert hook.status == Hook.Status.READY
    assert hook.cut_version == hook.version == 1
    best = features.offers["suggestions"][0]
    assert (hook.start_s, hook.end_s) == (best["start_s"], best["end_s"])
    with storage.local(hook.sound) as path:
        assert decode.decode(path).duration == pytest.approx(hook.duration_s, abs=0.03)
    with storage.local(heard.whole) as path:
        assert decode.decode(path).duration == pytest.approx(24, abs=0.05)


def test_the_same_song_of_the_same_artist_is_said_to_be_there(small_song: Path) -> None:
    me, you = factories.artist(), factories.artist()
    first = services.create_track(artist=me, audio=factories.sent(small_song))
    with pytest.raises(services.SameSong) as refusal:
        services.create_track(artist=me, audio=factories.sent(small_song, "other name.wav"))
    assert refusal.value.track == first
    services.create_track(artist=you, audio=factories.sent(small_song))
    assert Track.objects.count() == 2


def test_of_two_uploads_at_once_one_is_kept(small_song: Path) -> None:
    me = factories.artist()
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def send() -> None:
        together.wait()
        try:
            services.create_track(artist=me, audio=factories.sent(small_song))
            outcomes.append("kept")
        except services.SameSong as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["SAME_SONG", "kept"]
    track = Track.objects.get()
    assert len(list((settings.FILES_DIR / "tracks").rglob("song.wav"))) == 1
    assert storage.exists(track.audio)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("song.exe", b"MZ", "cannot be read here"),
        ("song.wav", b"", "empty"),
        ("song.mp3", b"#EXTM3U\nhttp://127.0.0.1/secret.mp3\n", "sound"),
        ("song.flac", b"<svg/>" * 50, "sound"),
    ],
)
def test_what_is_no_song_is_refused_and_nothing_is_kept(
    name: str, content: bytes, said: str
) -> None:
    with pytest.raises(MediaError, match=said):
        services.create_track(artist=factories.artist(), audio=SimpleUploadedFile(name, content))
    assert not Track.objects.exists()
    assert not list((settings.FILES_DIR / "tracks").rglob("*.*"))
    assert not list(settings.WORK_DIR.glob("track-*"))


def test_a_song_that_is_too_large_is_stopped_while_it_comes_in(small_song, settings) -> None:
    settings.TRACK_MAX_BYTES = 100_000
    with pytest.raises(MediaError, match="most that can be kept") as refusal:
        services.create_track(artist=factories.artist(), audio=factories.sent(small_song))
    assert refusal.value.code == "FILE_TOO_LARGE"


def test_a_song_that_breaks_while_it_is_heard_says_so_and_can_be_heard_again() -> None:
    track = factories.track(status=Track.Status.PROCESSING)
    storage.keep_bytes(track.audio, b"RIFF not a song at all")
    asking.ask(services.HEAR, track.pk)
    factories.do_all_work()
    track.refresh_from_db()
    assert track.status == Track.Status.FAILED
    assert track.error
    services.hear_again(track=track)
    track.refresh_from_db()
    assert track.status == Track.Status.PROCESSING
    with pytest.raises(InvalidTransition):
        services.hear_again(track=track)


def test_a_recording_replaced_while_it_is_heard_is_thrown_away(
    heard: Track, small_song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = heard.audio
    listen = hearing._listen

    def meanwhile(claim, track, sound):
        analysis = listen(claim, track, sound)
        if track.audio == old:
            services.replace_audio(track=Track.objects.get(), audio=factories.sent(small_song))
        return analysis

    monkeypatch.setattr(hearing, "_listen", meanwhile)
    asking.ask(services.HEAR, heard.pk)
    factories.do_all_work()
    heard.refresh_from_db()
    assert heard.audio != old
    assert heard.status == Track.Status.READY
    assert heard.duration_s == pytest.approx(8, abs=0.1)
    hook = Hook.objects.get()
    assert hook.end_s <= heard.duration_s
    assert hook.cut_version == hook.version
    assert len([name for name in stored(heard) if name.endswith("song.wav")]) == 1


def test_a_deleted_track_leaves_nothing_and_its_work_ends(heard: Track) -> None:
    services.choose_hook(track=heard, start_s=2, end_s=12)
    services.delete_track(track=heard)
    services.delete_track(track=heard)
    assert not stored(heard)
    assert set(Item.objects.values_list("kind", "subject")) == {(removing.KIND, heard.prefix)}
    assert not running.run_one("render")


# -- choosing the hook -----------------------------------------------------------------------------
def test_a_chosen_window_becomes_the_hook_and_sounds_like_that_part_of_the_song(
    heard: Track, song: Path
) -> None:
    before = heard.hook.sound
    hook = services.choose_hook(track=heard, start_s=7.5, end_s=19.25, label="Verse")
    assert (hook.status, hook.version, hook.cut_version) == (Hook.Status.CUTTING, 2, 1)
    assert storage.exists(before), "the one before plays on"
    factories.do_all_work()
    hook.refresh_from_db()
    assert (hook.status, hook.cut_version, hook.label) == (Hook.Status.READY, 2, "Verse")
    assert not storage.exists(before)
    with storage.local(hook.sound) as path:
        cut = decode.decode(path).mono
    whole = decode.decode(song).mono[int(7.5 * 44100) :][: len(cut)]
    inner = slice(4410, min(len(cut), len(whole)) - 4410)
    assert np.corrcoef(cut[inner], whole[inner])[0, 1] > 0.98
    assert abs(float(cut[:8].max())) < 0.02, "faded in"


@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [(0, 30.2), (5, 7.9), (-1, 10), (50, 70), (20, 10), (float("nan"), 10), (0, float("inf"))],
)
def test_a_window_that_is_none_is_refused(start_s: float, end_s: float) -> None:
    track = factories.track()
    factories.hook(track)
    with pytest.raises(ValidationError):
        services.choose_hook(track=track, start_s=start_s, end_s=end_s)
    assert Hook.objects.get().version == 1


def test_the_same_window_again_changes_nothing() -> None:
    track = factories.track()
    factories.hook(track)
    services.choose_hook(track=track, start_s=10, end_s=25)
    assert Hook.objects.get().version == 1
    assert not Item.objects.exists()


def test_a_hook_cannot_be_chosen_before_the_song_was_heard() -> None:
    track = factories.track(status=Track.Status.PROCESSING)
    with pytest.raises(InvalidTransition):
        services.choose_hook(track=track, start_s=10, end_s=25)


def test_choices_made_at_once_all_count_and_the_last_one_is_cut(heard: Track) -> None:
    together = threading.Barrier(6)

    def choose(start_s: float) -> None:
        together.wait()
        try:
            services.choose_hook(track=heard, start_s=start_s, end_s=start_s + 10)
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=(float(n),)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hook = Hook.objects.get()
    assert hook.version == 7
    assert Item.objects.get(kind=services.CUT).wanted == 6, "one row of work"
    window = (hook.start_s, hook.end_s)
    factories.do_all_work()
    hook.refresh_from_db()
    assert (hook.start_s, hook.end_s) == window
    assert hook.cut_version == 7
    assert len([name for name in stored(heard) if name.startswith("hook/")]) == 1


def test_a_cut_that_ends_after_a_newer_choice_does_not_count(
    heard: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = decode.decode
    overtaken: list[int] = []

    def slowly(*arguments, **more):
        sound = decoded(*arguments, **more)
        if not overtaken:
            overtaken.append(1)
            services.choose_hook(track=heard, start_s=12, end_s=22)
        return sound

    services.choose_hook(track=heard, start_s=3, end_s=9)
    monkeypatch.setattr(cutting.decode, "decode", slowly)
    assert running.run_one("render")
    hook = Hook.objects.get()
    assert (hook.version, hook.cut_version) == (3, 1), "what was cut is thrown away"
    factories.do_all_work()
    hook.refresh_from_db()
    assert (hook.start_s, hook.cut_version) == (12, 3)
    assert len([name for name in stored(heard) if name.startswith("hook/")]) == 1


def test_a_choice_made_while_a_worker_writes_its_cut_waits_for_it(
    heard: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds, faults = threading.Event(), []
    held = running.Claim.held

    @contextmanager
    def slowly(claim: running.Claim) -> Iterator[None]:
        with held(claim):
            holds.set()
            time.sleep(0.4)  # the choice comes in here: in another order of locks both would wait
            yield

    def work() -> None:
        try:
            running.run_one("render")
        except OperationalError as fault:
            faults.append(fault)
        finally:
            connection.close()

    services.choose_hook(track=heard, start_s=3, end_s=9)
    monkeypatch.setattr(running.Claim, "held", slowly)
    worker = threading.Thread(target=work)
    worker.start()
    assert holds.wait(20)
    services.choose_hook(track=heard, start_s=4, end_s=10)
    worker.join()
    assert not faults
    factories.do_all_work()
    hook = Hook.objects.get()
    assert (hook.start_s, hook.version, hook.cut_version) == (4, 3, 3)


# -- sharing ---------------------------------------------------------------------------------------
def test_a_hook_is_seen_by_others_only_while_it_is_shared(heard: Track) -> None:
    stranger = factories.UserFactory()
    assert not Track.objects.visible_to(stranger).exists()
    services.publish(track=heard)
    first = heard.published_at
    services.publish(track=heard)
    assert heard.published_at == first
    assert Track.objects.visible_to(stranger).exists()
    services.choose_hook(track=heard, start_s=1, end_s=9)
    assert Track.objects.visible_to(stranger).exists(), "also while a new window is cut"
    services.unpublish(track=heard)
    assert not Track.objects.visible_to(stranger).exists()


def test_what_has_no_hook_to_hear_cannot_be_shared() -> None:
    with pytest.raises(InvalidTransition):
        services.publish(track=factories.track())
