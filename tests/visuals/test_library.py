"""What comes into a track's library, its order and care."""

from __future__ import annotations

import pytest

from casset.lib.errors import InvalidTransition, ValidationError
from casset.web import storage
from casset.work.models import Item
from tests.visuals import factories
from visuals import listing, services
from visuals.models import VisualAsset
from visuals.services import shelf

pytestmark = pytest.mark.django_db
Status = VisualAsset.Status


def add(track, sha256="a" * 64, **more):
    return services.add_upload(
        track=track, owner=track.artist.user, upload=factories.incoming(sha256), **more
    )


def test_an_upload_becomes_a_visual_that_waits_to_be_made():
    track = factories.track()
    added = add(track, tags=["Lo-Fi", "lofi", "Night"])
    visual = added.visual
    assert added.is_new
    assert (visual.status, visual.title) == (Status.PROCESSING, "night bus")
    assert sorted(tag.slug for tag in visual.tags.all()) == ["lofi", "nocturnal"]
    assert Item.objects.get().kind == "visuals.ingest"


def test_the_same_upload_twice_is_one_visual_and_says_so():
    track = factories.track()
    first = add(track).visual
    again = add(track)
    assert (again.visual.pk, again.is_new) == (first.pk, False)
    assert "in the library already" in again.note
    assert add(factories.track()).is_new  # of another track it is another one


def test_the_same_upload_of_an_archived_one_takes_it_from_the_archive():
    track = factories.track()
    visual = factories.visual(track, status=Status.ARCHIVED, source_sha256="a" * 64)
    again = add(track)
    visual.refresh_from_db()
    assert again.visual.pk == visual.pk
    assert visual.status == Status.READY
    assert "It is back" in again.note


def test_a_file_that_could_not_be_used_is_not_read_again():
    track = factories.track()
    factories.visual(track, status=Status.FAILED, source_sha256="a" * 64, error="It flashes.")
    again = add(track)
    assert not again.is_new
    assert again.note.endswith("could not be used: It flashes.")
    assert not Item.objects.exists()


def test_a_track_takes_so_many_visuals_and_the_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(shelf, "MOST", 2)
    track = factories.track()
    factories.visual(track)
    factories.visual(track, status=Status.ARCHIVED)  # does not count
    add(track, "b" * 64)
    with pytest.raises(ValidationError, match="Archive or delete one"):
        add(track, "c" * 64)


def test_files_shared_by_two_visuals_count_once_towards_what_is_yours(settings):
    track = factories.track()
    visual = factories.visual(track, bytes=600, source="visuals/s.mp4", source_bytes=300)
    services.reuse(visual=visual, track=factories.track(track.artist), owner=track.artist.user)
    assert shelf.bytes_of(track.artist.user_id) == 900
    settings.STORAGE_MAX_BYTES = 800
    with pytest.raises(ValidationError, match="fill the"):
        add(track)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<b>Neon</b> & rain", "<b>Neon</b> & rain"),  # escaped where it is shown
        ("  Ring\n\troad\x00 ", "Ring road"),
        ("ليل طويل", "ليل طويل"),
        ("a\u202edeb\u2066", "adeb"),  # no turning of the writing direction
        ("👩‍🚀 night", "👩‍🚀 night"),  # its joiner stays
    ],
)
def test_a_title_is_kept_as_written_but_on_one_line_and_in_its_own_direction(written, kept):
    assert services.rename(visual=factories.visual(), title=written).title == kept


@pytest.mark.parametrize("written", ["", " \u200e\u202e ", "x" * 81, "🌧" * 10_000])
def test_a_title_of_nothing_or_of_ten_thousand_characters_is_refused(written):
    visual = factories.visual()
    with pytest.raises(ValidationError):
        services.rename(visual=visual, title=written)
    visual.refresh_from_db()
    assert visual.title == "Night bus"


def test_a_file_name_of_any_length_gives_a_title_that_fits():
    upload = factories.incoming(name="../../" + "long_" * 3000 + ".mp4")
    track = factories.track()
    visual = services.add_upload(track=track, owner=track.artist.user, upload=upload).visual
    assert 0 < len(visual.title) <= 80
    assert "/" not in visual.title


# -- order -----------------------------------------------------------------------------------
def test_visuals_take_the_order_they_are_given_and_newcomers_follow():
    track = factories.track()
    a, b, c, d = (factories.visual(track) for _ in range(4))
    services.reorder(track=track, ids=[c.pk, a.pk, b.pk])
    assert [one.pk for one in listing.library(track)] == [c.pk, a.pk, b.pk, d.pk]


def test_an_order_with_a_foreign_or_doubled_visual_changes_nothing():
    track = factories.track()
    a, b = factories.visual(track), factories.visual(track)
    for ids in ([b.pk, factories.visual().pk], [b.pk, b.pk, a.pk], [b.pk, "x" * 14]):
        with pytest.raises(ValidationError):
            services.reorder(track=track, ids=ids)
    assert [one.pk for one in listing.library(track)] == [a.pk, b.pk]


# -- seam, again, archive ----------------------------------------------------------------------
def test_another_seam_is_made_while_the_visual_stays_in_use():
    visual = services.use(visual=factories.visual(source="visuals/s.mp4"))
    changed = services.set_join(visual=visual, join="crossfade")
    assert (changed.status, changed.is_active, changed.join) == (Status.READY, True, "crossfade")
    assert Item.objects.get().subject == visual.pk


def test_a_seam_needs_what_was_uploaded():
    with pytest.raises(InvalidTransition, match="Upload the video again"):
        services.set_join(visual=factories.visual(), join="rebound")
    with pytest.raises(InvalidTransition, match="no seam"):
        services.set_join(visual=factories.visual(recipe={"recipe": "rain"}), join="rebound")
    with pytest.raises(ValidationError, match="cut, crossfade, rebound"):
        services.set_join(visual=factories.visual(), join="melt")


def test_one_that_failed_can_be_tried_again_and_a_ready_one_not():
    visual = factories.visual(status=Status.FAILED, source="visuals/s.mp4", error="Too dark.")
    assert services.retry(visual=visual).status == Status.PROCESSING
    assert Item.objects.get().subject == visual.pk
    with pytest.raises(InvalidTransition):
        services.retry(visual=factories.visual())


def test_only_what_was_ready_once_can_be_archived():
    for status in (Status.PROCESSING, Status.FAILED):
        with pytest.raises(InvalidTransition):
            services.archive(visual=factories.visual(status=status))


# -- reuse and delete ---------------------------------------------------------------------------
def test_a_reused_visual_has_the_same_files_and_a_row_of_its_own():
    visual = factories.visual(facts={"seam": {"distance": 1.0}})
    services.set_tags(visual=visual, tags=["dark"])
    other = factories.track(visual.track.artist)
    added = services.reuse(visual=visual, track=other, owner=other.artist.user)
    assert added.is_new
    assert added.visual.pk != visual.pk
    assert added.visual.stored == visual.stored
    assert [tag.slug for tag in added.visual.tags.all()] == ["dark"]
    assert not added.visual.is_active
    again = services.reuse(visual=visual, track=other, owner=other.artist.user)
    assert (again.visual.pk, again.is_new) == (added.visual.pk, False)


def test_another_artists_visual_cannot_be_reused():
    with pytest.raises(ValidationError, match="your own"):
        services.reuse(visual=factories.visual(), track=factories.track(), owner=None)


def test_deleting_keeps_files_that_serve_another_track_until_that_is_deleted_too(
    django_capture_on_commit_callbacks,
):
    visual = factories.visual(source="visuals/sources/s.mp4")
    storage.keep_bytes(visual.file("loop.mp4"), b"loop")
    storage.keep_bytes(visual.source, b"source")
    other = factories.track(visual.track.artist)
    twin = services.reuse(visual=visual, track=other, owner=other.artist.user).visual
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(visual=visual)
    assert storage.exists(twin.file("loop.mp4"))
    assert storage.exists(twin.source)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(visual=twin)
        services.delete(visual=twin)  # twice is harmless
    assert not storage.exists(twin.file("loop.mp4"))
    assert not storage.exists(twin.source)


# -- drawn ---------------------------------------------------------------------------------------
def test_a_scene_is_drawn_for_the_hook_it_was_asked_for_and_once():
    track = factories.track()
    asked = {"recipe": "rain", "seed": 4, "image": "cover"}
    first = services.draw(track=track, owner=track.artist.user, recipe=asked).visual
    assert first.title == "Rain on the window"
    assert first.recipe["image"] == ""  # the scene shows none
    assert first.recipe["hook"] == {"start_s": 10.0, "end_s": 20.0}
    assert {"nocturnal", "generative"} <= {tag.slug for tag in first.tags.all()}
    again = services.draw(track=track, owner=track.artist.user, recipe=asked)
    assert (again.visual.pk, again.is_new) == (first.pk, False)
    track.hook.start_s = 12
    track.hook.save()
    assert services.draw(track=track, owner=track.artist.user, recipe=asked).is_new


@pytest.mark.parametrize(
    "recipe",
    [
        None,
        {"recipe": "../../etc/passwd"},
        {"recipe": "rain", "seed": "4"},
        {"recipe": "rain", "seed": -1},
        {"recipe": "halation", "image": "/etc/passwd"},
        {"recipe": "halation", "image": "still:zzzz"},
        {"recipe": "halation", "image": {"a": 1}},
    ],
)
def test_a_recipe_that_cannot_be_drawn_is_refused(recipe):
    track = factories.track(cover="tracks/x/c")
    with pytest.raises(ValidationError):
        services.draw(track=track, owner=track.artist.user, recipe=recipe)
    assert not VisualAsset.objects.exists()


def test_a_treatment_of_the_cover_needs_one_and_every_drawing_a_hook():
    track = factories.track()
    with pytest.raises(InvalidTransition, match="no cover"):
        services.draw(track=track, owner=None, recipe={"recipe": "halation", "image": "cover"})
    track.hook.delete()
    with pytest.raises(InvalidTransition, match="Choose the hook first"):
        services.draw(track=track, owner=None, recipe={"recipe": "rain"})
