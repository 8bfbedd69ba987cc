"""Hook exports: asked for once, made by workers, had by whoever may see the hook."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import av
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from casset.lib.errors import InvalidTransition, NotAllowed, NotFound, QuotaExceeded
from casset.media.audio.analysis import LyricLine, Word
from casset.media.compose.segment import SegmentWriter
from casset.tracks import services as track_services
from casset.tracks.models import Hook
from casset.web import storage
from casset.web.models import Event
from casset.work import running
from casset.work.models import Item
from tests.accounts.factories import UserFactory
from tests.hookvideo import material
from tests.visuals import factories
from visuals import export_orders, export_room, exports, files
from visuals.models import HookExport, Leftover, VisualAsset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cache")]
Status = HookExport.Status
MEDIA = pytest.mark.media


@pytest.fixture(autouse=True)
def small(settings):
    settings.FILM_SHORT_SIDE_PX = 180


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    return material.sound(tmp_path_factory.mktemp("hook") / "hook.m4a", 1.0, beat=0.8)


@pytest.fixture(scope="module")
def loop(tmp_path_factory) -> Path:
    return material.loop(tmp_path_factory.mktemp("loop") / "loop.mp4", material.flat(90, 120, 160))


@pytest.fixture
def track(sound):
    """A published track whose hook is a second from 10 s, with one line of words."""
    made = factories.track(published=True, title="Slow Burn")
    name = f"{made.prefix}/hook/1-x.m4a"
    storage.keep(name, sound)
    Hook.objects.filter(track=made).update(
        start_s=10.0,
        end_s=13.0,
        sound=name,
        captions="WEBVTT\n\n1\n00:00.100 --> 00:00.900\nhold\n",
    )
    return made


@pytest.fixture
def visual(track, loop):
    made = factories.visual(track, shown_at=timezone.now())
    storage.keep(made.file("loop.mp4"), loop)
    return made


def asked(track, visual=None, **more) -> HookExport:
    return exports.ask_for(track, visual=visual, **{"asked_by": track.artist.user} | more)


def made(export: HookExport) -> HookExport:
    assert running.run_one("render")
    export.refresh_from_db()
    return export


def told(export: HookExport) -> list[tuple[str, dict]]:
    rows = Event.objects.filter(channel__name=export.channel).order_by("seq")
    return [(row.type, json.loads(row.data)) for row in rows]


# -- making ----------------------------------------------------------------------------------------
@MEDIA
def test_an_export_has_the_hooks_length_its_size_its_captions_and_a_report(track, visual):
    export = made(asked(track, visual))
    assert (export.status, export.error, export.progress) == (Status.READY, "", 100)
    with (
        storage.local(f"{export.stored}/hook.mp4") as path,
        av.open(str(path)) as film,
    ):
        assert (film.streams.video[0].width, film.streams.video[0].height) == (180, 320)
        assert sum(1 for _ in film.decode(video=0)) == 30
        assert film.streams.audio[0].codec_context.name == "aac"
        assert export.bytes == path.stat().st_size
    assert storage.read_bytes(f"{export.stored}/hook.vtt").startswith(b"WEBVTT")
    assert export.report["fallback"] is None
    assert export.report["contrast"]["title"]["ratio"] > 4.4
    assert [kind for kind, _ in told(export)][-1] == "completed"
    assert not list((Path(export_room.settings.WORK_DIR) / exports.ROOT).iterdir())


@MEDIA
@pytest.mark.parametrize("fault", ["missing", "broken"])
def test_a_visual_that_cannot_be_shown_gives_way_to_the_cover_and_the_report_says_so(
    track, visual, fault
):
    storage.remove(visual.file("loop.mp4"))
    if fault == "broken":
        storage.keep_bytes(visual.file("loop.mp4"), b"no video" * 200)
    export = made(asked(track, visual))
    assert export.status == Status.READY
    assert "cover stands in for it" in export.report["fallback"]


@MEDIA
def test_a_canvas_is_silent_and_keeps_the_rules_one_by_one(track, visual, tmp_path):
    path = tmp_path / "long.mp4"
    with SegmentWriter(path, (270, 480)) as writer:
        for n in range(90):
            writer.write(material.flat(80 + n % 3)(n, (270, 480)))
    storage.keep(visual.file("loop.mp4"), path)
    export = made(asked(track, visual, kind="canvas"))
    assert export.status == Status.READY
    assert [found["rule"] for found in export.report["findings"] if not found["ok"]] == []
    with storage.local(f"{export.stored}/hook.mp4") as film, av.open(str(film)) as container:
        assert not container.streams.audio


def test_a_hook_chosen_anew_meanwhile_ends_the_export_with_what_to_do(track, visual):
    export = asked(track, visual)
    Hook.objects.filter(track=track).update(sound="tracks/other.m4a")
    assert made(export).status == Status.FAILED
    assert "Export it again" in export.error
    assert told(export)[-1][0] == "error"


@MEDIA
def test_a_killed_workers_export_is_made_by_another(track, visual):
    export = asked(track, visual)
    running.take("render")  # and is never heard of again
    Item.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert running.sweep() == 1
    Item.objects.update(not_before=timezone.now())
    assert made(export).status == Status.READY


@MEDIA
def test_a_worker_whose_export_was_called_off_leaves_no_file(track, visual, monkeypatch):
    export = asked(track, visual)
    inner = export_room.render.render

    def called_off_at_the_end(video, out, **more):
        made = inner(video, out, **more)
        assert exports.cancel(export, user=track.artist.user)
        return made

    monkeypatch.setattr(export_room.render, "render", called_off_at_the_end)
    assert running.run_one("render")
    assert not HookExport.objects.exists()
    left = Path(export_room.settings.FILES_DIR) / exports.folder_of(export)
    assert not [path for path in left.rglob("*") if path.is_file()]
    assert not Leftover.objects.exists()


# -- asking ----------------------------------------------------------------------------------------
def test_the_same_wish_is_one_export_whoever_has_it(track, visual):
    fan = UserFactory()
    first, again = asked(track, visual), asked(track, visual, asked_by=fan)
    anonymous = asked(track, visual, asked_by=None, asker="192.0.2.1")
    assert first.pk == again.pk == anonymous.pk
    assert Item.objects.get(kind=exports.WORK).wanted == 1


def test_twelve_people_asking_at_once_get_one_export(track, visual):
    people = [UserFactory() for _ in range(12)]
    found = []

    def ask(person):
        try:
            found.append(asked(track, visual, asked_by=person).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == HookExport.objects.count() == 1
    assert Item.objects.get(kind=exports.WORK).wanted == 1


CHANGES = {
    "another aspect": lambda t, v: {"aspect": "1:1"},
    "another quality": lambda t, v: {"quality": "low"},
    "another address": lambda t, v: {"share_url": "https://casset.example/s/abc"},
    "another title": lambda t, v: type(t).objects.filter(pk=t.pk).update(title="Other"),
    "another cut": lambda t, v: Hook.objects.filter(track=t).update(version=2, cut_version=2),
    "another making": lambda t, v: VisualAsset.objects.filter(pk=v.pk).update(stored="visuals/x/y"),
    "another name": lambda t, v: type(t.artist).objects.update(name="Nora"),
    "another cover": lambda t, v: type(t).objects.filter(pk=t.pk).update(cover="tracks/x/cover/1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_the_picture_is_another_export(track, visual, what):
    before = asked(track, visual)
    more = CHANGES[what](track, visual)
    row = type(track).objects.select_related("artist").get(pk=track.pk)
    fresh = VisualAsset.objects.get(pk=visual.pk)
    after = asked(row, fresh, **(more if isinstance(more, dict) else {}))
    assert after.pk != before.pk


def test_a_failed_export_is_made_again_when_it_is_asked_for_again(track, visual):
    export = asked(track, visual)
    HookExport.objects.update(status=Status.FAILED, error="The disk is full.")
    Item.objects.all().delete()
    again = asked(track, visual)
    assert (again.pk, again.status, again.error) == (export.pk, Status.QUEUED, "")
    assert Item.objects.filter(kind=exports.WORK, subject=export.pk).exists()


def test_fans_export_what_they_see_and_nothing_else(track, visual):
    fan = UserFactory()
    assert asked(track, visual, asked_by=fan)
    hidden = factories.visual(track)
    with pytest.raises(NotFound):
        asked(track, hidden, asked_by=fan)
    with pytest.raises(NotFound):
        asked(track, factories.visual(factories.track(published=True)), asked_by=fan)
    with pytest.raises(NotAllowed):
        asked(track, visual, asked_by=fan, kind="canvas")
    type(track).objects.update(published_at=None)
    with pytest.raises(NotFound):
        asked(track, visual, asked_by=fan)
    assert asked(track, hidden)


def test_a_hook_that_is_being_cut_and_a_visual_being_made_say_to_wait(track, visual):
    VisualAsset.objects.filter(pk=visual.pk).update(status="PROCESSING", is_active=False)
    with pytest.raises(InvalidTransition) as found:
        asked(track, VisualAsset.objects.get(pk=visual.pk))
    assert found.value.retryable
    Hook.objects.update(version=2)
    with pytest.raises(InvalidTransition) as found:
        asked(track)
    assert found.value.code == "HOOK_NOT_CUT"


def test_an_address_can_have_so_many_new_videos_an_hour_but_what_is_there_at_any_time(
    track, visual, monkeypatch
):
    monkeypatch.setattr(exports, "OF_FAN", exports.rates.Rate("t", 1, 3600, "Many."))
    assert asked(track, visual, asked_by=None, asker="192.0.2.1")
    with pytest.raises(QuotaExceeded):
        asked(track, visual, asked_by=None, asker="192.0.2.1", aspect="1:1")
    assert asked(track, visual, asked_by=None, asker="192.0.2.1")
    assert asked(track, visual, asked_by=None, asker="192.0.2.2", aspect="1:1")


def test_fans_cannot_fill_the_line_for_everybody(track, visual, monkeypatch):
    monkeypatch.setattr(exports, "FANS_WAITING", 1)
    asked(track, visual, asked_by=None, asker="192.0.2.1")
    with pytest.raises(QuotaExceeded):
        asked(track, visual, asked_by=UserFactory(), aspect="1:1")
    assert asked(track, visual, aspect="1:1")


# -- who made the visual ---------------------------------------------------------------------------
def credited(track, **more):
    visual = factories.visual(track, **more)
    return export_orders.attribution_of(track, visual)


def test_every_visual_that_is_not_the_artists_own_says_whose_it_is(track):
    creator = factories.artist(handle="nightbus")
    assert credited(track) == ""
    assert credited(track, uploader=creator.user, kind="COMMUNITY") == "visuals by @nightbus"
    assert credited(track, uploader=creator.user) == "visuals by @nightbus"
    assert credited(track, kind="AI") == f"visuals by @{track.artist.handle} with AI"
    assert credited(track, uploader=None, kind="COMMUNITY") == export_orders.UNKNOWN_CREATOR
    nameless = UserFactory()
    assert credited(track, uploader=nameless, kind="COMMUNITY") == export_orders.UNKNOWN_CREATOR


def test_words_are_those_of_the_hook_from_its_start(track):
    words = (Word(text="keep", start=9.2, end=9.9), Word(text="on", start=10.4, end=10.8))
    lines = [
        LyricLine(text="keep on", timestamp=9.2, end=10.8, words=words),
        LyricLine(text="later", timestamp=20.0, end=21.0),
    ]
    track.lines = [line.model_dump(mode="json") for line in lines]
    track.lyrics_offset_s = 0.05
    found = export_orders.lines_of(track, Hook.objects.get(track=track))
    assert [(line.text, line.timestamp) for line in found] == [("on", 0.0)]
    assert found[0].words[0].start == pytest.approx(0.45)


SITE = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/t/abc", "//evil.example/t/abc", "javascript:alert(1)",
        "http://127.0.0.1:8000@evil.example/", "http://[", "/t/abc#x", "/t/abc?v=1&buy=now",
        "/admin/login/?next=/", "/\\evil.example", "data:text/html,hi", "ftp://127.0.0.1:8000/",
    ],
)  # fmt: skip
def test_a_watermark_leads_to_this_site_only(settings, address):
    settings.SITE_URL = SITE
    with pytest.raises(export_orders.ValidationError):
        export_orders.checked_share(address, host="127.0.0.1:8000")


def test_a_watermark_has_the_sites_own_name_however_the_page_was_reached(settings):
    settings.SITE_URL = "https://casset.example"
    for given in ("/s/7Kd2pQ", "http://10.0.0.5/s/7Kd2pQ", "https://casset.example/s/7Kd2pQ"):
        found = export_orders.checked_share(given, host="10.0.0.5")
        assert found == "https://casset.example/s/7Kd2pQ"
    assert export_orders.checked_share("", host="x") == ""


# -- calling off, keeping --------------------------------------------------------------------------
def test_only_who_asked_can_call_it_off_and_not_for_others(track, visual):
    export = asked(track, visual)
    with pytest.raises(NotAllowed):
        exports.cancel(export, user=UserFactory())
    asked(track, visual, asked_by=UserFactory())
    export.refresh_from_db()
    assert exports.cancel(export, user=track.artist.user) is False
    assert Item.objects.filter(kind=exports.WORK).exists()
    alone = asked(track, visual, aspect="1:1")
    assert exports.cancel(alone, user=track.artist.user) is True
    assert not HookExport.objects.filter(pk=alone.pk).exists()
    assert not Item.objects.filter(subject=alone.pk).exists()


def kept(export: HookExport, *, size: int = 100, days: int = 0) -> HookExport:
    stored = f"{exports.folder_of(export)}/a"
    storage.keep_bytes(f"{stored}/hook.mp4", b"x" * size)
    HookExport.objects.filter(pk=export.pk).update(
        status=Status.READY, stored=stored, bytes=size,
        used_at=timezone.now() - timedelta(days=days),
    )  # fmt: skip
    Item.objects.filter(subject=export.pk).delete()
    export.refresh_from_db()
    return export


def test_the_longest_unused_go_when_space_is_short(track, visual, settings):
    old, new = kept(asked(track, visual), days=3), kept(asked(track, visual, aspect="1:1"))
    settings.EXPORTS_MAX_BYTES = 150
    assert exports.tidy() == 1
    assert list(HookExport.objects.all()) == [new]
    assert not storage.exists(f"{old.stored}/hook.mp4")
    assert storage.exists(f"{new.stored}/hook.mp4")


def test_what_was_made_of_an_older_cut_or_a_deleted_visual_is_forgotten(track, visual):
    of_hook, of_visual = kept(asked(track)), kept(asked(track, visual))
    assert exports.tidy() == 0
    visual.delete()
    assert exports.tidy() == 1
    assert not storage.exists(f"{of_visual.stored}/hook.mp4")
    Hook.objects.update(sound="tracks/new.m4a")
    assert exports.tidy() == 1
    assert not storage.exists(f"{of_hook.stored}/hook.mp4")
    assert not Leftover.objects.exists()


def test_an_export_whose_work_was_lost_says_so_and_can_be_asked_for_again(track, visual):
    export = asked(track, visual)
    Item.objects.all().delete()
    HookExport.objects.update(used_at=timezone.now() - timedelta(hours=2))
    exports.tidy()
    export.refresh_from_db()
    assert (export.status, bool(export.error)) == (Status.FAILED, True)
    assert asked(track, visual).status == Status.QUEUED


def test_a_deleted_tracks_exports_go_with_it(track, visual):
    done, waiting = kept(asked(track, visual)), asked(track, visual, aspect="1:1")
    track_services.delete_track(track=track)
    assert not HookExport.objects.exists()
    assert not storage.exists(f"{done.stored}/hook.mp4")
    assert not Item.objects.filter(subject=waiting.pk).exists()
    assert not files.clean_up()


# -- the API ---------------------------------------------------------------------------------------
@pytest.fixture
def artist(track):
    client = Client()
    client.force_login(track.artist.user)
    return client


def posted(client, track, visual=None, **more):
    body = {"trackId": track.pk, "hookStartSec": 10.0, "hookDurationSec": 3.0} | more
    if visual is not None:
        body["visualAssetId"] = visual.pk
    return client.post("/api/hooks/tiktok-video", body, content_type="application/json")


@MEDIA
def test_asking_answers_202_then_200_with_addresses_and_what_the_file_is(artist, track, visual):
    first = posted(artist, track, visual)
    assert first.status_code == 202
    body = first.json()
    assert (body["status"], body["progress"], body["videoUrl"]) == ("queued", 0, None)
    assert body["metadata"] == {
        "width": 180, "height": 320, "fps": 30, "durationSec": 3.0, "sizeBytes": None,
        "attribution": "",
    }  # fmt: skip
    assert running.run_one("render")
    again = posted(artist, track, visual)
    assert again.status_code == 200
    ready = again.json()
    assert ready["id"] == body["id"]
    assert ready["metadata"]["durationSec"] == pytest.approx(1.0, abs=0.05)
    file = artist.get(ready["videoUrl"], {"save": ""})
    assert file.status_code == 200
    assert file["Content-Disposition"] == 'attachment; filename="Mara - Slow Burn (hook).mp4"'
    assert len(b"".join(file.streaming_content)) == ready["metadata"]["sizeBytes"]
    part = artist.get(ready["videoUrl"], headers={"Range": "bytes=0-9"})
    assert part.status_code == 206
    assert artist.get(ready["vttUrl"])["Content-Type"].startswith("text/vtt")
    assert Client().get(ready["videoUrl"]).status_code == 200  # fans see this visual
    VisualAsset.objects.update(shown_at=None, is_active=False)
    assert Client().get(ready["videoUrl"]).status_code == 404
    assert artist.get(ready["videoUrl"]).status_code == 200


def test_the_hook_that_is_asked_for_is_the_hook_of_now(artist, track):
    assert posted(artist, track, hookStartSec=10.04).status_code == 202
    answer = posted(artist, track, hookStartSec=10.2)
    assert answer.status_code == 409
    assert "begins at 10.00 s and lasts 3.00 s" in answer.json()["error"]["message"]
    assert posted(artist, track, hookDurationSec=4).status_code == 409


def test_who_may_not_see_it_is_told_nothing(artist, track, visual):
    fan = Client()
    assert posted(fan, track, visual).status_code == 202
    assert posted(fan, track, factories.visual(track)).status_code == 404
    assert posted(fan, track, visual, kind="canvas").status_code == 403
    assert posted(fan, track, visual, shareUrl="https://evil.example/").status_code == 400
    assert posted(fan, factories.track()).status_code == 404
    mine = posted(artist, track, factories.visual(track)).json()
    assert fan.get(mine["statusUrl"]).status_code == 404
    assert artist.get(mine["statusUrl"]).status_code == 200
    assert fan.get("/api/hooks/exports/zzzzzzzzzzzzzz").status_code == 404
    assert fan.delete(mine["statusUrl"]).status_code == 401
    assert artist.delete(mine["statusUrl"]).status_code == 204
    assert artist.get(mine["statusUrl"]).status_code == 404


def test_signed_in_people_watch_what_they_may_have(track, visual):
    export, private = asked(track, visual), asked(track, factories.visual(track))
    fan = UserFactory()
    assert exports.may_watch(fan, export.pk)
    assert not exports.may_watch(fan, private.pk)
    assert exports.may_watch(track.artist.user, private.pk)
    assert not exports.may_watch(fan, "nothing")


def test_a_browser_is_told_everything_it_needs_to_draw_the_hook(track, visual):
    answer = Client().get(f"/api/hooks/drawing?trackId={track.pk}&visualAssetId={visual.pk}")
    assert answer.status_code == 200
    drawing = answer.json()
    assert drawing["visual"]["loopUrl"].endswith("/loop.mp4")
    layout = Client().get(drawing["layoutUrl"])
    assert layout.json()["aspects"]["9:16"]["size"] == [1080, 1920]
    hidden = factories.visual(track)
    refused = Client().get(f"/api/hooks/drawing?trackId={track.pk}&visualAssetId={hidden.pk}")
    assert refused.status_code == 404
