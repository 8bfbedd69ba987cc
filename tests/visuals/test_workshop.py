"""What a worker makes of an upload, a look and a sentence."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from casset.lib.errors import MediaError
from casset.media.audio.analysis import AudioAnalysis, Mood, Tempo
from casset.tracks.models import TrackFeatures
from casset.web import storage
from casset.web.models import Event
from casset.work import running
from casset.work.models import Item
from tests.loops.drawing import flat, waves, write
from tests.visuals import factories
from visuals import files, generators, making, services, workshop
from visuals.models import Leftover, VisualAsset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cache")]
Status = VisualAsset.Status


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    """A second that closes, and not a large one."""
    path = tmp_path_factory.mktemp("video") / "loop.mp4"
    return write(path, [waves(n, 30) for n in range(30)])


def upload(track, path: Path, sha256: str = "a" * 64, **more) -> VisualAsset:
    stored = files.new_source(path.name)
    storage.keep(stored, path)
    return services.add_upload(
        track=track,
        owner=track.artist.user,
        upload=factories.incoming(sha256, stored=stored, bytes=path.stat().st_size),
        **more,
    ).visual


def worked(visual: VisualAsset) -> VisualAsset:
    assert running.run_one("render")
    visual.refresh_from_db()
    return visual


def told(track, kind: str) -> list[dict]:
    rows = Event.objects.filter(channel__name=track.channel, type=kind).order_by("seq")
    return [json.loads(row.data) for row in rows]


@pytest.mark.media
def test_an_upload_becomes_ready_with_its_files_and_what_was_measured(video):
    visual = worked(upload(factories.track(), video))
    assert (visual.status, visual.error) == (Status.READY, "")
    assert (visual.duration_s, visual.fps, visual.width_px, visual.height_px) == (1.0, 30, 180, 320)
    sizes = [storage.size(visual.file(name)) for name in files.TYPES]
    assert visual.bytes == sum(sizes) > 0
    assert {"seam", "flashes", "luminance", "descriptors", "colours", "placeholder"} <= set(
        visual.facts
    )
    assert visual.fingerprint.hashes
    assert told(visual.track, "visual_progress")
    assert told(visual.track, "visual_update")[-1] == {"id": visual.pk}
    assert not Leftover.objects.exists()
    assert not list((Path(workshop.settings.WORK_DIR) / files.ROOT).iterdir())


@pytest.mark.media
def test_a_loop_that_flashes_fails_with_the_reason_and_can_be_deleted(tmp_path):
    frames = [flat((255, 255, 255) if n // 3 % 2 else (0, 0, 0)) for n in range(45)]
    visual = worked(upload(factories.track(), write(tmp_path / "strobe.mp4", frames)))
    assert (visual.status, visual.error_code) == (Status.FAILED, "FLASHES")
    assert "times a second" in visual.error
    source = visual.source
    services.delete(visual=visual)
    assert not storage.exists(source)


@pytest.mark.parametrize(
    "data",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 99, b"#EXTM3U\nfile:///etc/passwd\n" * 99],
)
def test_what_is_only_named_a_video_fails_and_is_not_tried_again(tmp_path, data):
    path = tmp_path / "loop.mp4"
    path.write_bytes(data)
    visual = worked(upload(factories.track(), path))
    assert (visual.status, visual.error_code) == (Status.FAILED, "NOT_VIDEO")
    assert not running.run_one("render")


@pytest.mark.media
def test_a_video_cut_off_at_99_percent_fails_with_what_to_do(video, tmp_path):
    path = tmp_path / "cut.mp4"
    path.write_bytes(video.read_bytes()[: int(video.stat().st_size * 0.99)])
    visual = worked(upload(factories.track(), path))
    assert visual.status == Status.FAILED
    assert visual.error


@pytest.mark.media
def test_another_seam_replaces_the_files_while_the_visual_stays_in_use(video):
    visual = worked(upload(factories.track(), video))
    services.use(visual=visual)
    before = visual.stored
    services.set_join(visual=visual, join="rebound")
    visual = worked(visual)
    assert (visual.is_active, visual.facts["join"]) == (True, "rebound")
    assert visual.stored != before
    assert visual.duration_s > 1.5
    assert not storage.exists(f"{before}/loop.mp4")
    assert storage.exists(visual.file("loop.mp4"))


def measured_as(monkeypatch, instead):
    """Have ``instead(source, folder)`` stand in for the measuring of a video."""
    monkeypatch.setattr(
        workshop.ingest, "ingest", lambda source, folder, **_: instead(source, folder)
    )


def test_a_seam_that_cannot_be_made_leaves_the_visual_as_it_was(monkeypatch):
    source = "visuals/sources/s.mp4"
    storage.keep_bytes(source, b"video")
    visual = services.use(visual=factories.visual(source=source, facts={"join": "cut"}))
    services.set_join(visual=visual, join="rebound")

    def too_long(source, folder):
        raise MediaError("That would be too long.", code="TOO_LONG")

    measured_as(monkeypatch, too_long)
    stored = visual.stored
    visual = worked(visual)
    assert (visual.status, visual.is_active, visual.join) == (Status.READY, True, "cut")
    assert (visual.stored, visual.error) == (stored, "That would be too long.")


@pytest.mark.media
def test_a_visual_deleted_while_it_is_made_leaves_no_files(video, monkeypatch):
    visual = upload(factories.track(), video)
    real = workshop.ingest.ingest
    kept = []

    def delete_meanwhile(source, folder, **more):
        facts = real(source, folder, **more)
        services.delete(visual=visual)
        return facts

    monkeypatch.setattr(workshop.ingest, "ingest", delete_meanwhile)
    monkeypatch.setattr(
        workshop.storage, "keep", lambda name, *a, **b: kept.append(name) or KEEP(name, *a, **b)
    )
    assert running.run_one("render")
    assert not VisualAsset.objects.exists()
    assert len(kept) == 4
    assert not any(storage.exists(name) for name in kept)
    assert not Leftover.objects.exists()


KEEP = storage.keep


def test_work_for_a_visual_that_is_gone_is_done_with():
    visual = factories.visual(status=Status.PROCESSING, source="visuals/sources/gone.mp4")
    making.ask(visual, owner=None)
    VisualAsset.objects.all().delete()
    assert running.run_one("render")
    assert Item.objects.get().status == Item.DONE


@pytest.mark.media
def test_the_artists_own_look_alike_is_told_and_allowed(video, tmp_path):
    first = worked(upload(factories.track(), video))
    smaller = write(tmp_path / "again.mp4", [waves(n, 30)[20:-20, 12:-12] for n in range(30)])
    other = factories.track(first.track.artist)
    again = worked(upload(other, smaller, "b" * 64))
    assert again.status == Status.READY
    assert again.facts["likeness"]["visual"] == first.pk
    stranger = worked(upload(factories.track(), smaller, "c" * 64))
    assert "likeness" not in stranger.facts


# -- drawn and generated ---------------------------------------------------------------------------
@pytest.fixture
def heard(tmp_path):
    """A track with four seconds of sound, of which one is the hook."""
    track = factories.track(duration_s=4.0)
    track.audio = f"{track.prefix}/take/song.wav"
    track.save()
    track.hook.start_s, track.hook.end_s = 1.0, 2.0
    track.hook.save()
    path = tmp_path / "song.wav"
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(44_100)
        tone = np.sin(np.arange(4 * 44_100) / 30) * 9000
        sink.writeframes(tone.astype("<i2").tobytes())
    storage.keep(track.audio, path)
    analysis = AudioAnalysis(
        bpm=120.0,
        duration=4.0,
        beat_timestamps=tuple(n / 2 for n in range(8)),
        tempo=Tempo(bpm=120.0, confidence=0.9, stability=1.0),
        mood=Mood(
            primary="calm", secondary="dreamy", energy_level="low", confidence=0.5, valence=0.1,
            arousal=-0.3,
        ),
    )  # fmt: skip
    TrackFeatures.objects.create(
        track=track, analysis=analysis.model_dump(mode="json"), peaks={}, version="1"
    )
    return track


@pytest.mark.media
def test_a_scene_is_drawn_as_long_as_the_hook(heard, monkeypatch):
    monkeypatch.setattr(workshop, "SIZE", (108, 192))
    visual = services.draw(track=heard, owner=None, recipe={"recipe": "silk"}).visual
    visual = worked(visual)
    assert (visual.status, visual.error) == (Status.READY, "")
    assert (visual.origin, visual.kind) == ("scene", "ARTIST")
    assert (visual.duration_s, visual.width_px) == (1.0, 108)
    assert visual.facts["seam"]["verdict"] != "hard"


@pytest.mark.media
def test_a_drawing_that_runs_out_of_time_goes_on_where_it_was(heard, monkeypatch):
    monkeypatch.setattr(workshop, "SIZE", (108, 192))
    heard.hook.end_s = 3.5
    heard.hook.save()
    visual = services.draw(track=heard, owner=None, recipe={"recipe": "silk"}).visual
    real, shares = running.Claim.at, []

    def out_of_time(claim, share):
        if share > 0.9:
            raise SoftTimeLimitExceeded
        return real(claim, share)

    monkeypatch.setattr(running.Claim, "at", out_of_time)
    visual = worked(visual)
    assert (visual.status, Item.objects.get().status) == (Status.PROCESSING, Item.PENDING)
    assert workshop._pieces(visual).is_dir()
    assert not list((Path(workshop.settings.WORK_DIR) / files.ROOT).iterdir())
    monkeypatch.setattr(running.Claim, "at", lambda claim, share: shares.append(share))
    Item.objects.update(not_before=timezone.now())
    visual = worked(visual)
    assert (visual.status, visual.duration_s) == (Status.READY, 2.5)
    assert shares[0] == pytest.approx(61 / 75 * workshop.MADE_SHARE)
    assert not workshop._pieces(visual).exists()


def test_a_picture_that_is_gone_fails_with_what_to_do(heard):
    heard.cover = f"{heard.prefix}/cover/1"
    heard.save()
    asked = {"recipe": "halation", "image": "cover"}
    visual = services.draw(track=heard, owner=None, recipe=asked).visual
    heard.cover = ""
    heard.save()
    visual = worked(visual)
    assert (visual.status, visual.error_code) == (Status.FAILED, "VALIDATION_ERROR")
    assert "Choose another one" in visual.error


def made_by_test(order: generators.Order) -> Path:
    assert (order.start_s, order.end_s, order.seed) == (1.0, 2.0, 7)
    order.at(0.5)
    order.check()
    return write(order.folder / "made.mp4", [waves(n, 30) for n in range(30)])


@pytest.mark.media
def test_a_sentence_becomes_a_visual_of_kind_ai_that_says_what_made_it(heard, monkeypatch):
    monkeypatch.setattr(generators, "_makers", {})
    generators.register("test-model 1", f"{__name__}.made_by_test")
    asked = {"track": heard, "owner": heard.artist.user, "prompt": "rain  on a night bus window"}
    visual = worked(services.generate(**asked, seed=7).visual)
    assert (visual.status, visual.kind, visual.origin) == (Status.READY, "AI", "prompt")
    assert visual.source_model == "test-model 1"
    assert visual.source_prompt_text == "rain on a night bus window"
    assert (len(visual.source_prompt_hash), visual.source_seed) == (64, 7)
    again = services.generate(**asked, seed=7)
    assert (again.visual.pk, again.is_new) == (visual.pk, False)
