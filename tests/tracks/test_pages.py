"""The studio's pages of tracks: whose they are, what they say, what they refuse, how few queries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casset.accounts.models import Artist
from casset.tracks import services
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web.uploads import services as uploads
from tests.accounts.factories import PASSWORD, UserFactory
from tests.tracks import factories

pytestmark = pytest.mark.django_db

SCRIPT = {"x-requested-with": "script"}
NASTY = "مرحبا \u202etxt.exe <script>alert(1)</script> 🎧"


@pytest.fixture
def me() -> Artist:
    return factories.artist()


@pytest.fixture
def mine(client: Client, me: Artist) -> Client:
    client.force_login(me.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def whole(me: Artist) -> Track:
    """A track with a hook and features, as far as pages need them."""
    made = factories.track(me, lyrics_text="Hold the night\nburn")
    factories.hook(made)
    offers = [
        {
            "start_s": 10.0,
            "end_s": 25.0,
            "label": "Chorus",
            "reasons": ["It is <loud>."],
            "score": 1,
        }
    ]
    TrackFeatures.objects.create(
        track=made,
        analysis={"mood": {"primary": "dark", "secondary": "tense"}},
        peaks={"length": 1, "data": [-1, 1]},
        figures={"lufs": -12.0},
        offers={"suggestions": offers, "bars": [0, 2, 4]},
        version="1",
    )
    return made


def pages(track: Track) -> list[str]:
    return [f"/studio/tracks/{track.pk}/{tab}" for tab in ("", "lyrics/", "links/", "parts/")]


def test_a_stranger_signs_in_first_and_somebody_else_finds_nothing(whole: Track) -> None:
    other = Client()
    other.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    for page in pages(whole):
        assert Client().get(page).status_code == 302
        assert other.get(page).status_code == 404
    for act in ("edit", "cover", "audio", "hear", "hook", "publish", "unpublish", "delete",
                "lyrics/text", "lyrics/tap", "lyrics/offset"):  # fmt: skip
        address = f"/studio/tracks/{whole.pk}/{act}/"
        assert other.post(address, {"window": "1,9", "title": "x"}).status_code == 404
        answer = Client().post(address, headers=SCRIPT)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_SIGNED_IN")
    assert Track.objects.get().title == "Slow Burn"


def test_pages_take_few_queries_whatever_there_is(
    mine: Client, me: Artist, whole: Track, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        factories.track(me, title=f"Track {n}")
    with django_assert_max_num_queries(6):
        assert b"Track 11" in mine.get("/studio/tracks/").content
    for page in pages(whole):
        with django_assert_max_num_queries(9):
            assert mine.get(page).status_code == 200


def test_the_hook_s_section_works_without_a_script(mine: Client, whole: Track) -> None:
    text = mine.get(f"/studio/tracks/{whole.pk}/").content.decode()
    assert 'start="10.000" end="25.000"' in text
    assert "It is &lt;loud&gt;." in text
    answer = mine.post(f"/studio/tracks/{whole.pk}/hook/", {"start_s": "2", "end_s": "9.5"})
    assert answer.status_code == 302
    assert (Hook.objects.get().start_s, Hook.objects.get().end_s) == (2, 9.5)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"window": "a,b"},
        {"window": "5"},
        {"window": "nan,9"},
        {"window": "10,45"},
        {"start_s": "5"},
    ],
)
def test_a_window_that_is_none_is_refused_in_a_sentence(
    mine: Client, whole: Track, sent: dict[str, str]
) -> None:
    answer = mine.post(f"/studio/tracks/{whole.pk}/hook/", sent, headers=SCRIPT)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert Hook.objects.get().version == 1


def test_titles_with_tricks_are_shown_as_text(mine: Client, whole: Track) -> None:
    address = f"/studio/tracks/{whole.pk}/edit/"
    assert mine.post(address, {"title": NASTY}, headers=SCRIPT).status_code == 200
    shown = Track.objects.get().title
    assert "\u202e" not in shown
    for page in (*pages(whole), "/studio/tracks/"):
        text = mine.get(page).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 🎧" in text
    for bad in ("", "  \u200e ", "x" * 10_000):
        assert mine.post(address, {"title": bad}, headers=SCRIPT).status_code == 400
    assert Track.objects.get().title == shown


def test_a_cover_gives_the_pages_its_colours(mine: Client, whole: Track) -> None:
    address = f"/studio/tracks/{whole.pk}/cover/"
    assert mine.post(address, {"cover": factories.picture()}, headers=SCRIPT).status_code == 200
    whole.refresh_from_db()
    sheet = mine.get(f"/t/{whole.pk}/theme.css")
    assert sheet["Content-Type"] == "text/css"
    assert b"--accent:oklch(" in sheet.content
    small = mine.get(f"/t/{whole.pk}/cover/small.jpg?v={whole.cover.rpartition('/')[2]}")
    assert small.status_code == 200
    assert small["Cache-Control"].startswith("private"), "not shared yet"
    assert Client().get(f"/t/{whole.pk}/cover/small.jpg").status_code == 404
    for name, content in (("c.svg", b"<svg/>"), ("c.png", b"<svg/>"), ("c.png", b"")):
        bad = SimpleUploadedFile(name, content)
        answer = mine.post(address, {"cover": bad}, headers=SCRIPT)
        assert answer.status_code in (400, 415), name


def test_who_has_no_name_chooses_one_before_the_first_track(client: Client) -> None:
    user = UserFactory(email="jo.lee@example.org")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert b"Your songs live here" in client.get("/studio/tracks/").content
    step = client.get("/studio/tracks/new/", follow=True)
    text = step.content.decode()
    assert "Who are you in public?" in text
    assert 'value="jo.lee"' in text
    assert 'value="Jo Lee"' in text
    place = step.redirect_chain[-1][0]
    refused = client.post(place, {"handle": "admin", "name": "Jo"})
    assert refused.status_code == 400
    assert 'value="admin"' in refused.content.decode(), "nothing typed is lost"
    done = client.post(place, {"handle": "jo.lee", "name": "Jo", "next": "/studio/tracks/new/"})
    assert done["Location"] == "/studio/tracks/new/"
    assert client.get("/studio/tracks/new/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_choosing_a_name(client: Client, wanted: str) -> None:
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    done = client.post("/studio/profile/", {"handle": "jo.lee", "name": "Jo", "next": wanted})
    assert done["Location"] == "/studio/tracks/new/"


def test_a_handle_is_looked_up_while_it_is_typed(mine: Client, me: Artist) -> None:
    def ask(handle: str) -> Any:
        return mine.get("/studio/profile/handle/", {"handle": handle}).json()

    assert ask("free.one") == {"ok": True, "said": "@free.one is free."}
    assert ask(me.handle) == {"ok": False, "said": f"@{me.handle} is taken."}
    assert not ask("studio")["ok"]
    assert Client().get("/studio/profile/handle/?handle=x").status_code == 302


def test_the_profile_keeps_what_was_typed_when_a_link_is_none(mine: Client, me: Artist) -> None:
    given = {
        "name": "Mara", "bio": "Songs.\n\n\nMore.", "declaration": "no_ai",
        "label-0": "Shop", "url-0": "http://shop.example", "label-1": "", "url-1": "https://b.example",
    }  # fmt: skip
    answer = mine.post("/studio/profile/", given)
    assert answer.status_code == 400
    assert 'value="http://shop.example"' in answer.content.decode()
    given["url-0"] = "https://shop.example"
    assert mine.post("/studio/profile/", given).status_code == 302
    me.refresh_from_db()
    assert me.bio == "Songs.\n\nMore."
    assert [link["label"] for link in me.links] == ["Shop", "b.example"]
    text = mine.get("/studio/profile/").content.decode()
    assert "Declared: no generative AI" in text
    assert "own statement" in text


@pytest.mark.media
def test_a_song_is_sent_in_one_go_and_the_second_time_the_first_is_opened(
    mine: Client, small_song: Path
) -> None:
    first = mine.post("/studio/tracks/new/", {"audio": factories.sent(small_song)}, headers=SCRIPT)
    assert first.status_code == 201
    track = Track.objects.get()
    assert first.json() == {"page": f"/studio/tracks/{track.pk}/"}
    assert track.title == "short"
    again = mine.post("/studio/tracks/new/", {"audio": factories.sent(small_song)}, headers=SCRIPT)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert "You have this song already" in mine.get(first.json()["page"]).content.decode()


@pytest.mark.media
def test_a_song_that_came_in_pieces_is_taken_once_and_by_its_sender_only(
    mine: Client, me: Artist, small_song: Path
) -> None:
    with small_song.open("rb") as file:
        sent = uploads.take_in_whole(
            owner=me.user,
            purpose=services.UPLOAD,
            name="Night walk.wav",
            size_bytes=small_song.stat().st_size,
            file=file,
        )
    thief = factories.artist()
    other = Client()
    other.force_login(thief.user, backend="django.contrib.auth.backends.ModelBackend")
    assert other.post("/studio/tracks/new/", {"upload": sent.pk}, headers=SCRIPT).status_code == 404
    answer = mine.post("/studio/tracks/new/", {"upload": sent.pk}, headers=SCRIPT)
    assert answer.status_code == 201
    assert Track.objects.get().title == "Night walk"
    assert mine.post("/studio/tracks/new/", {"upload": sent.pk}, headers=SCRIPT).status_code == 404


def test_a_form_without_a_song_says_so(mine: Client) -> None:
    for sent in ({}, {"audio": SimpleUploadedFile("a.wav", b"")}):
        answer = mine.post("/studio/tracks/new/", sent, headers=SCRIPT)
        assert answer.status_code == 400
        assert "audio" in answer.json()["error"]["fields"]
    assert mine.post("/studio/tracks/new/", {"title": "Kept"}).content.count(b'value="Kept"') == 1


def test_words_are_pasted_tapped_and_moved(mine: Client, whole: Track) -> None:
    place = f"/studio/tracks/{whole.pk}/lyrics/"
    assert mine.post(f"{place}text/", {"text": "Hold\nburn"}, headers=SCRIPT).status_code == 200
    file = SimpleUploadedFile("l.lrc", "[00:10.00]Höld\n".encode("cp1252"))
    assert mine.post(f"{place}text/", {"file": file}, headers=SCRIPT).status_code == 200
    whole.refresh_from_db()
    assert whole.lyrics_text == "[00:10.00]Höld\n"
    lines = json.dumps([{"text": NASTY, "start": 12.0}])
    assert mine.post(f"{place}tap/", {"lines": lines}, headers=SCRIPT).status_code == 200
    assert mine.post(f"{place}offset/", {"offset_s": "0.5"}, headers=SCRIPT).status_code == 200
    assert "00:02.500" in Hook.objects.get().captions
    text = mine.get(place).content.decode()
    assert "<script>alert" not in text
    for bad in ("", "[", "{}", "null", '[{"text": 1, "start": null}]'):
        assert mine.post(f"{place}tap/", {"lines": bad}, headers=SCRIPT).status_code == 400
    for bad in ("", "x", "nan", "3"):
        assert mine.post(f"{place}offset/", {"offset_s": bad}, headers=SCRIPT).status_code == 400
    binary = SimpleUploadedFile("l.txt", b"\x00\x01" * 200)
    assert mine.post(f"{place}text/", {"file": binary}, headers=SCRIPT).status_code == 400


def test_a_hook_is_shared_and_taken_back(mine: Client, whole: Track) -> None:
    place = f"/studio/tracks/{whole.pk}/"
    assert mine.post(f"{place}publish/", headers=SCRIPT).status_code == 200
    assert "Stop sharing" in mine.get(f"{place}links/").content.decode()
    assert mine.post(f"{place}unpublish/", headers=SCRIPT).status_code == 200
    Hook.objects.update(cut_version=0)
    assert mine.post(f"{place}publish/", headers=SCRIPT).status_code == 409


def test_deleting_asks_first(mine: Client, whole: Track) -> None:
    place = f"/studio/tracks/{whole.pk}/delete/"
    assert mine.get(place).status_code == 200
    assert Track.objects.exists()
    assert mine.post(place)["Location"] == "/studio/tracks/"
    assert not Track.objects.exists()
    assert mine.post(place).status_code == 404


def test_only_the_artist_may_watch_a_track(whole: Track, me: Artist) -> None:
    assert services.may_watch(me.user, whole.pk)
    assert not services.may_watch(UserFactory(), whole.pk)


def test_the_admin_lists_tracks_and_artists_in_few_queries(
    client: Client, whole: Track, django_assert_max_num_queries: Any
) -> None:
    staff = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(10):
        factories.track()
    with django_assert_max_num_queries(8):
        assert client.get("/admin/tracks/track/").status_code == 200
    with django_assert_max_num_queries(8):
        assert client.get("/admin/accounts/artist/").status_code == 200
    page = client.get(f"/admin/tracks/track/{whole.pk}/change/").content.decode()
    assert "dark, tense" in page
    assert "lufs -12" in page
    assert 'name="_save"' not in page
    assert client.get(f"/admin/accounts/artist/{whole.artist_id}/change/").status_code == 200
    services.publish(track=whole)
    act = {"action": "take_back", "_selected_action": [whole.pk]}
    client.post("/admin/tracks/track/", act)
    whole.refresh_from_db()
    assert whole.published_at is None


def test_one_comes_to_the_tracks_after_signing_in(client: Client) -> None:
    user = UserFactory()
    answer = client.post("/account/sign-in/", {"username": user.email, "password": PASSWORD})
    assert answer["Location"] == "/studio/tracks/"
    page = client.get("/studio/profile/").content.decode()
    assert 'href="/studio/tracks/" aria-current="page"' in page, "the profile belongs to the tracks"
