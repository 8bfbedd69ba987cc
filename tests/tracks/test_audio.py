"""Who hears how much: the hook for everybody, the song for the entitled, and no way around it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from casset.media.audio import decode
from casset.tracks import entitlement, services
from casset.tracks.models import Hook, Track
from tests.accounts.factories import UserFactory
from tests.tracks import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.media]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def key_of(client: Client, track: Track) -> str:
    answer = client.post(f"/api/tracks/{track.pk}/audio-url")
    assert answer.status_code == 200
    assert answer.json()["expiresInS"] == 60
    return str(answer.json()["url"])


def seconds_of(content: bytes, place: Path) -> float:
    path = place / "answer.m4a"
    path.write_bytes(content)
    return decode.decode(path).duration


@pytest.fixture
def shared(heard: Track) -> Track:
    services.publish(track=heard)
    return heard


def test_everybody_hears_the_hook_of_a_shared_track_and_nothing_of_another(
    heard: Track, tmp_path: Path
) -> None:
    address = f"/t/{heard.pk}/hook.m4a"
    assert Client().get(address).status_code == 404
    assert signed_in(UserFactory()).get(address).status_code == 404
    services.publish(track=heard)
    answer = Client().get(f"{address}?v=1")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "audio/mp4"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert seconds_of(body_of(answer), tmp_path) == pytest.approx(heard.hook.duration_s, abs=0.03)
    assert "immutable" not in Client().get(f"{address}?v=2")["Cache-Control"]
    assert "immutable" not in Client().get(address)["Cache-Control"]


def test_ranges_of_the_hook_are_answered_and_there_is_nothing_beyond_its_end(shared: Track) -> None:
    client, address = Client(), f"/t/{shared.pk}/hook.m4a"
    whole = client.get(address)
    size = int(whole["Content-Length"])
    part = client.get(address, headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert part["Content-Range"] == f"bytes 10-19/{size}"
    assert body_of(part) == body_of(whole)[10:20]
    assert client.get(address, headers={"range": f"bytes={size}-"}).status_code == 416
    stale = client.get(address, headers={"range": "bytes=10-19", "if-range": '"another"'})
    assert stale.status_code == 200
    head = client.head(address)
    assert head.status_code == 200
    assert int(head["Content-Length"]) == size
    assert head.content == b""


def test_only_the_entitled_are_given_an_address_of_the_song(shared: Track) -> None:
    address = f"/api/tracks/{shared.pk}/audio-url"
    for client in (Client(), signed_in(UserFactory())):
        answer = client.post(address)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "NOT_ENTITLED"
    services.unpublish(track=shared)
    assert signed_in(UserFactory()).post(address).status_code == 404
    assert signed_in(shared.artist.user).post(address).status_code == 200
    assert signed_in(shared.artist.user).get(address).status_code == 405


def test_the_artist_hears_the_whole_song_in_ranges(shared: Track, tmp_path: Path) -> None:
    client = signed_in(shared.artist.user)
    url = key_of(client, shared)
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    content = body_of(answer)
    assert seconds_of(content, tmp_path) == pytest.approx(shared.duration_s, abs=0.05)
    assert client.get(url, headers={"range": "bytes=0-1"}).status_code == 206
    assert client.get(url, headers={"range": f"bytes={len(content)}-"}).status_code == 416
    assert client.head(url).status_code == 200


def test_an_address_of_the_song_is_good_for_one_person_one_session_one_track_and_a_minute(
    shared: Track,
) -> None:
    owner = signed_in(shared.artist.user)
    url = key_of(owner, shared)
    other = factories.track(shared.artist)
    assert Client().get(url).status_code == 403
    assert signed_in(UserFactory()).get(url).status_code == 403
    assert signed_in(shared.artist.user).get(url).status_code == 403, "another session"
    assert owner.get(url.replace(shared.pk, other.pk)).status_code == 403
    assert owner.get(url[:-1] + ("a" if url[-1] != "a" else "b")).status_code == 403
    assert owner.get(url.split("?")[0]).status_code == 403
    assert owner.get(url).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        late = owner.get(url)
    assert late.status_code == 403
    assert late.json()["error"]["code"] == "SOUND_KEY_REFUSED"


def test_entitlement_is_looked_up_again_at_every_request(
    shared: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = UserFactory()
    bought = {buyer.pk}
    monkeypatch.setattr(entitlement, "_rules", [])
    entitlement.also(lambda user, track: user.pk in bought)
    client = signed_in(buyer)
    url = key_of(client, shared)
    assert client.get(url).status_code == 200
    bought.clear()  # given back
    assert client.get(url).status_code == 403


# -- the crawl -------------------------------------------------------------------------------------
def every_route(patterns: Any = None, before: str = "") -> list[str]:
    """Every address of the site with its placeholders."""
    found: list[str] = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += every_route(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            found.append(route)
    return found


def filled(route: str, track: Track) -> str:
    """The address with the track's ids in the place of whatever is asked for."""
    values = {
        "size": "large", "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "int": "1",
        "number": "1", "index": "0", "uidb64": "AA", "token": "x-y", "handle": track.artist.handle,
        "artist_id": track.artist_id, "version": "1", "object_id": track.pk,
    }  # fmt: skip

    def value(match: re.Match[str]) -> str:
        kind, name = match["kind"] or "str", match["name"]
        return values.get(name, values.get(kind, track.pk))

    route = re.sub(r"\(\?P<(?P<name>\w+)>(?P<kind>[^()]*)\)", lambda m: value(m), route)
    route = re.sub(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>", value, route)
    return "/" + re.sub(r"\\([./-])", r"\1", route).strip("^$").replace("\\Z", "").replace("?", "")


SOUND = (b"ftyp", b"OggS", b"fLaC", b"RIFF", b"ID3", b"\x1a\x45\xdf\xa3")


def test_nobody_else_gets_more_than_the_hook_whatever_address_they_try(
    shared: Track, tmp_path: Path
) -> None:
    unseen = factories.track(shared.artist, title="Not out yet")
    copied = settings.FILES_DIR / unseen.prefix
    shutil.copytree(settings.FILES_DIR / shared.prefix, copied)
    take = Path(shared.audio).parent.name
    Track.objects.filter(pk=unseen.pk).update(audio=f"{unseen.prefix}/{take}/song.wav")
    factories.hook(unseen, sound=shared.hook.sound.replace(shared.pk, unseen.pk))
    routes = every_route()
    assert len(routes) > 60
    secret = [take.encode(), b"whole.m4a", b"song.wav", Path(shared.hook.sound).name.encode()]
    heard: set[str] = set()
    for client in (Client(raise_request_exception=False), signed_in(UserFactory())):
        client.raise_request_exception = False
        for track in (shared, unseen):
            for route in routes:
                address = filled(route, track)
                answer = client.get(address)
                assert answer.status_code != 500, address
                content = body_of(answer)
                told = str(answer.headers).encode() + content
                for name in secret:
                    assert name not in told, f"{address} tells {name!r}"
                for url in set(re.findall(r'"(/t/[^"]+\?key=[^"]+)"', content.decode("latin-1"))):
                    assert client.get(url).status_code in (403, 404), address
                kind = answer.get("Content-Type", "")
                if (
                    kind.startswith(("audio/", "video/"))
                    or content[4:8] in SOUND
                    or content[:4] in SOUND
                ):
                    seconds = seconds_of(content, tmp_path)
                    assert seconds <= shared.hook.duration_s + 0.05, address
                    assert track == shared, address
                    heard.add(address)
                    beyond = {"range": f"bytes={len(content)}-"}
                    assert client.get(address, headers=beyond).status_code == 416
    assert heard == {f"/t/{shared.pk}/hook.m4a"}


def test_no_json_of_the_artist_s_own_pages_names_the_stored_file(shared: Track) -> None:
    client = signed_in(shared.artist.user)
    take = Path(shared.audio).parent.name
    for place in ("", "parts/", "lyrics/", "links/"):
        content = client.get(f"/studio/tracks/{shared.pk}/{place}").content.decode()
        assert take not in content
        assert "song.wav" not in content
    peaks = json.loads(client.get(f"/t/{shared.pk}/peaks.json").content)
    assert peaks["peaks"]["length"] <= 800
    assert Client().get(f"/t/{shared.pk}/peaks.json").status_code == 404
    assert Hook.objects.get().sound not in json.dumps(peaks)
