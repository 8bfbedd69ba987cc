"""What other sites get of a link: tags, oEmbed, the embed's frame policy, cards and films."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from audience.models import LinkPreview
from casset.tracks.models import Track
from casset.web import storage
from tests.audience import counted, factories

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
CRAWLERS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # iMessage
    "TelegramBot (like TwitterBot)",
)


@pytest.fixture
def track() -> Track:
    return factories.track()


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page))


def previewed(track: Track, look: str = "dark") -> LinkPreview:
    row = LinkPreview.objects.create(track=track, visual=track.visuals.get(title=look.capitalize()))
    row.card, row.film, row.film_s = (
        f"{row.prefix}/k1/card.jpg",
        f"{row.prefix}/k2/preview.mp4",
        9.0,
    )
    row.save()
    storage.keep_bytes(row.card, b"\xff\xd8card")
    storage.keep_bytes(row.film, bytes(range(200)))
    return row


def test_until_they_are_made_the_poster_stands_for_the_card(client: Client, track: Track) -> None:
    found = tags(client.get(f"/t/{track.pk}").content.decode())
    visual = track.visuals.in_order().first()
    assert visual is not None
    assert found["og:image"] == f"{SITE}/{visual.stored}/poster.jpg"
    assert (found["og:image:width"], found["og:image:height"]) == ("270", "480")
    assert found["twitter:card"] == "summary_large_image"
    assert "og:video" not in found
    bare = factories.track(factories.artist("bare"), looks=())
    found = tags(client.get(f"/t/{bare.pk}").content.decode())
    assert found["og:image"] == f"{SITE}/t/{bare.pk}/cover/large.jpg?v=a"


def test_each_version_has_its_own_card_and_film(client: Client, track: Track) -> None:
    dark, red = previewed(track), previewed(track, "red")
    for row, address in ((dark, f"/t/{track.pk}"), (red, f"/t/{track.pk}?v={red.visual_id}")):
        found = tags(client.get(address).content.decode())
        assert found["og:title"] == "Slow Burn by Mara Vell"
        assert found["og:image"] == f"{SITE}/previews/{row.pk}/k1/card.jpg"
        assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
        assert found["og:video"] == found["og:video:secure_url"] == found["twitter:player:stream"]
        assert found["og:video"] == f"{SITE}/previews/{row.pk}/k2/preview.mp4"
        assert (found["og:video:width"], found["og:video:height"]) == ("720", "1280")
        assert found["twitter:card"] == "player"
        assert found["og:url"].endswith(address)
        assert found["twitter:player"].startswith(f"{SITE}/t/{track.pk}/embed")


@pytest.mark.parametrize("agent", CRAWLERS, ids=lambda agent: agent.split("/")[0])
def test_crawlers_get_the_same_page_and_files_with_right_types_lengths_and_ranges(
    client: Client, track: Track, agent: str
) -> None:
    row = previewed(track)
    plain = client.get(f"/t/{track.pk}")
    page = client.get(f"/t/{track.pk}", headers={"user-agent": agent})
    assert counted.unsigned(page) == counted.unsigned(plain)
    found = tags(page.content.decode())
    for name, kind, size in (("og:image", "image/jpeg", 6), ("og:video", "video/mp4", 200)):
        path = urlsplit(found[name]).path
        answer = client.get(path, headers={"user-agent": agent})
        assert answer.status_code == 200
        assert answer["Content-Type"] == kind
        assert answer["Content-Length"] == str(size)
        assert answer["Accept-Ranges"] == "bytes"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert client.head(path)["Content-Length"] == str(size)
    part = client.get(
        f"/previews/{row.pk}/k2/preview.mp4", headers={"user-agent": agent, "range": "bytes=10-19"}
    )
    assert part.status_code == 206
    assert part["Content-Range"] == "bytes 10-19/200"
    assert b"".join(part.streaming_content) == bytes(range(10, 20))  # type: ignore[attr-defined]


def test_previews_of_what_is_not_published_and_made_up_names_are_not_found(
    client: Client, track: Track
) -> None:
    row = previewed(track)
    for name in ("k2/card.jpg", "k1/preview.mp4", "k1/..", "k1/cover.png"):
        assert client.get(f"/previews/{row.pk}/{name}").status_code == 404
    assert client.get(f"/previews/{'a' * 14}/k1/card.jpg").status_code == 404
    Track.objects.update(published_at=None)
    assert client.get(f"/previews/{row.pk}/k1/card.jpg").status_code == 404


# -- embed -----------------------------------------------------------------------------------------
def test_only_the_embed_may_be_framed(client: Client, track: Track) -> None:
    for size in ("full", "compact", "nonsense", ""):
        answer = client.get(f"/t/{track.pk}/embed", {"size": size})
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
        assert not answer.cookies
    page = client.get(f"/t/{track.pk}")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_an_unpublished_track_cannot_be_embedded_even_by_its_artist(client: Client) -> None:
    track = factories.track(files=False, published_at=None)
    client.force_login(track.artist.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/t/{track.pk}/embed").status_code == 404


# -- oEmbed ----------------------------------------------------------------------------------------
def asked(client: Client, status: int = 200, **query: str) -> dict[str, object]:
    answer = client.get("/oembed", query)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    return dict(json.loads(answer.content))


def test_oembed_answers_for_a_version_with_all_that_the_specification_asks(
    client: Client, track: Track
) -> None:
    visual = track.visuals.get(title="Red")
    previewed(track, "red")
    said = asked(client, url=f"{SITE}/t/{track.pk}?v={visual.pk}")
    assert said["version"] == "1.0"
    assert said["type"] == "video"
    assert (said["width"], said["height"]) == (360, 640)
    assert f'src="{SITE}/t/{track.pk}/embed?v={visual.pk}&amp;size=full"' in str(said["html"])
    assert said["author_url"] == f"{SITE}/maravell"
    assert (said["thumbnail_width"], said["thumbnail_height"]) == (1200, 630)


def test_oembed_keeps_to_the_size_it_is_given(client: Client, track: Track) -> None:
    url = f"{SITE}/t/{track.pk}"
    small = asked(client, url=url, maxwidth="180")
    assert (small["width"], small["height"]) == (180, 320)
    low = asked(client, url=url, maxheight="64", maxwidth="9999")
    assert (low["width"], low["height"]) == (36, 64)
    slim = asked(client, url=f"{SITE}/t/{track.pk}/embed?size=compact", maxwidth="300")
    assert (slim["width"], slim["height"]) == (300, 152)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("", 400),
        ("x" * 3000, 400),
        ("https://evil.example/t/{track}", 404),
        (SITE + "@evil.example/t/{track}", 404),
        ("javascript://127.0.0.1:8000/t/{track}", 404),
        (SITE + "/maravell", 404),
        (SITE + "/t/aaaaaaaaaaaaaa", 404),
        (SITE + "/t/{track}/../../admin/", 404),
        ("http://[", 404),
    ],
)
def test_oembed_knows_only_addresses_of_our_hooks(
    client: Client, track: Track, url: str, status: int
) -> None:
    assert asked(client, status, url=url.replace("{track}", track.pk))["error"]


def test_oembed_refuses_other_formats_and_sizes_that_are_none(client: Client, track: Track) -> None:
    url = f"{SITE}/t/{track.pk}"
    asked(client, 501, url=url, format="xml")
    for size in ("0", "-1", "1e3", "٣", "9999999"):
        asked(client, 400, url=url, maxwidth=size)
