"""Cards and films of links: asked for when they are missing or out of date, made by workers."""

from __future__ import annotations

from typing import Any

import av
import pytest
from django.utils import timezone
from PIL import Image

from audience import previews
from audience.models import LinkPreview
from casset.media.previews import card, film
from casset.tracks.models import Hook, Track
from casset.web import storage
from casset.work import asking, running
from casset.work.models import Item
from tests.audience import factories
from visuals.models import VisualAsset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache")]


def waiting() -> list[tuple[str, str]]:
    rows = Item.objects.filter(status=Item.PENDING).order_by("kind", "subject")
    return list(rows.values_list("kind", "subject"))


def work() -> None:
    while running.run_one("render"):
        pass


def only(track: Track) -> VisualAsset:
    return track.visuals.get()


@pytest.mark.media
@pytest.mark.django_db(
    transaction=True
)  # the lease is renewed by a thread with a connection of its own
def test_a_shown_visual_gets_a_card_and_a_film_that_fit_every_messenger() -> None:
    track = factories.track(looks=("busy",))
    assert previews.ask_missing() == 2
    work()
    row = LinkPreview.objects.get(visual=only(track))
    with storage.local(row.card) as path:
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1200, 630))
        assert path.stat().st_size == row.card_bytes <= card.MAX_BYTES
    with storage.local(row.film) as path:
        assert path.stat().st_size == row.film_bytes < film.MAX_BYTES
        head = path.read_bytes()[:4096]
        assert head.find(b"moov") > 0
        assert head.find(b"mdat") in {
            -1,
            *range(head.find(b"moov"), 4096),
        }
        with av.open(str(path)) as opened:
            video, sound = opened.streams.video[0], opened.streams.audio[0]
            assert (video.width, video.height, video.codec_context.name) == (720, 1280, "h264")
            assert video.codec_context.pix_fmt == "yuv420p"
            assert sound.codec_context.name == "aac"
            assert video.frames == 270
            assert float(sound.duration * sound.time_base) == pytest.approx(9.0, abs=0.1)
    assert previews.ask_missing() == 0


def test_nothing_is_asked_for_what_fans_cannot_see() -> None:
    track = factories.track(looks=("dark",), files=False)
    VisualAsset.objects.update(is_active=False, shown_at=None)
    LinkPreview.objects.create(track=track, card_of="x")  # the cover has its card
    Track.objects.update(updated_at="2020-01-01T00:00Z")
    Hook.objects.update(updated_at="2020-01-01T00:00Z")
    type(track.artist).objects.update(updated_at="2020-01-01T00:00Z")
    assert previews.ask_missing() == 0
    VisualAsset.objects.update(shown_at=timezone.now())
    Track.objects.update(published_at=None)
    assert previews.ask_missing() == 0


def made(track: Track, **more: Any) -> LinkPreview:
    """A preview as if it had just been made from what is there now."""
    facts = previews._facts_of(only(track).pk)
    assert facts is not None
    return LinkPreview.objects.create(
        track=track, visual=only(track), card_of=previews.card_key(facts),
        film_of=previews.film_key(facts), made_at=timezone.now(), **more,
    )  # fmt: skip


def test_a_new_title_makes_a_new_card_and_a_new_cut_both() -> None:
    track = factories.track(looks=("dark",), files=False)
    made(track)
    assert previews.ask_missing() == 0
    track.title = "Slower Burn"
    track.save()
    assert previews.ask_missing() == 1
    visual = only(track)
    assert waiting() == [("audience.card", visual.pk)]
    track.hook.cut_version = 2
    track.hook.save()
    previews.ask_missing()
    assert waiting() == [("audience.card", visual.pk), ("audience.preview", visual.pk)]


def test_other_changes_are_looked_at_once_and_make_nothing_new() -> None:
    track = factories.track(looks=("dark",), files=False)
    row = made(track)
    VisualAsset.objects.update(bpm_min=90, updated_at=timezone.now())
    assert previews.ask_missing() == 0
    seen = row.made_at
    row.refresh_from_db()
    assert row.made_at > seen


def test_what_failed_is_not_asked_for_again_until_something_changes() -> None:
    track = factories.track(looks=("dark",), files=False)  # the files are not there
    previews.ask_missing()
    work()
    assert set(Item.objects.values_list("status", flat=True)) == {Item.FAILED}
    assert previews.ask_missing() == 0
    track.save()
    assert previews.ask_missing() == 2


def test_a_visual_deleted_before_its_turn_leaves_nothing() -> None:
    track = factories.track(looks=("dark",), files=False)
    previews.ask_missing()
    track.visuals.all().delete()
    work()
    assert not LinkPreview.objects.exists()
    assert set(Item.objects.values_list("status", flat=True)) == {Item.DONE}


@pytest.mark.media
def test_a_track_without_visuals_gets_a_card_of_its_cover() -> None:
    track = factories.track(looks=())
    assert previews.ask_missing() == 1
    assert waiting() == [("audience.card", f"cover-{track.pk}")]
    work()
    row = LinkPreview.objects.get(track=track, visual=None)
    assert row.film == ""
    assert storage.size(row.card) == row.card_bytes
    assert previews.ask_missing() == 0


@pytest.mark.media
def test_a_new_card_takes_the_place_of_the_old_one() -> None:
    track = factories.track(looks=("dark",))
    visual = only(track)
    asking.ask("audience.card", visual.pk)
    work()
    old = LinkPreview.objects.get().card
    track.title = "Another name, in a font that has no 音楽 letters for it"
    track.save()
    asking.ask("audience.card", visual.pk)
    work()
    new = LinkPreview.objects.get().card
    assert new != old
    assert storage.exists(new)
    assert not storage.exists(old)
