"""Who a person is in public: handles, names, links, the statement about AI."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from casset.accounts import artists, handles
from casset.accounts.models import Artist
from casset.lib.errors import InvalidTransition, MediaError, ValidationError
from casset.web import storage
from tests.accounts.factories import UserFactory
from tests.tracks.factories import picture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "kept"), [("@Mara.Vell", "mara.vell"), (" ab ", "ab"), ("a_1", "a_1")]
)
def test_a_handle_is_kept_in_lower_case(given: str, kept: str) -> None:
    assert handles.checked(given) == kept


@pytest.mark.parametrize(
    "given",
    ["a", "", "mara vell", "mаra", "márа", ".mara", "mara_", "ma..ra", "m" * 31, "<b>", "😀😀",
     "admin", "ad.min", "studio", "Shaders", "healthz", "t_o_s".replace("_o_s", "eam"), "casset_help", "api"],
)  # fmt: skip
def test_what_is_no_handle_or_reserved_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        handles.checked(given)


def test_every_address_of_the_site_is_reserved() -> None:
    for segment in ("account", "events", "studio", "static", "metrics"):
        assert handles.is_reserved(segment), segment


@pytest.mark.parametrize(
    ("email", "handle"),
    [
        ("Mara.Vell+shop@example.org", "mara.vell"),
        ("josé@example.org", "jose"),
        ("admin@example.org", "admin.music"),
        ("名前@example.org", "artist11"),
        ("__x@example.org", "artistx11"),
    ],
)
def test_a_handle_is_suggested_from_the_address(email: str, handle: str) -> None:
    assert handles.suggestions(email)[0] == handle


def test_a_suggested_handle_is_free() -> None:
    artists.claim_handle(UserFactory(), handle="mara", name="M")
    assert artists.suggested_handle(UserFactory(email="mara@example.org")) == "mara.music"


def test_a_double_click_claims_one_handle_and_another_one_is_refused() -> None:
    user = UserFactory()
    first = artists.claim_handle(user, handle="mara", name="Mara")
    assert artists.claim_handle(user, handle="mara", name="Mara") == first
    with pytest.raises(InvalidTransition):
        artists.claim_handle(user, handle="other", name="Mara")
    with pytest.raises(artists.HandleTaken):
        artists.claim_handle(UserFactory(), handle="MARA", name="Thief")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_a_handle_at_once_one_gets_it() -> None:
    together, outcomes = threading.Barrier(2), []

    def claim(user: object) -> None:
        together.wait()
        try:
            artists.claim_handle(user, handle="mara", name="Mara")  # type: ignore[arg-type]
            outcomes.append("got it")
        except artists.HandleTaken:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(UserFactory(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["got it", "taken"]


def test_names_are_brought_to_one_line_without_tricks() -> None:
    user = UserFactory()
    made = artists.claim_handle(user, handle="mara", name="  Mara\n\u202eVell\u0000 👩‍🎤 ")
    assert made.name == "Mara Vell 👩‍🎤"
    with pytest.raises(ValidationError):
        artists.edit_profile(made, name="x" * 10_000)
    with pytest.raises(ValidationError):
        artists.edit_profile(made, name=" \u200e ")
    made.refresh_from_db()
    assert made.name == "Mara Vell 👩‍🎤"


def test_links_are_https_addresses_with_a_label() -> None:
    made = artists.claim_handle(UserFactory(), handle="mara", name="Mara")
    artists.edit_profile(
        made,
        links=[
            {"label": "Bandcamp", "url": "https://mara.bandcamp.com/"},
            {"label": "", "url": "www.example.org/tour"},
            {"label": "", "url": ""},
        ],
    )
    made.refresh_from_db()
    assert made.links == [
        {"label": "Bandcamp", "url": "https://mara.bandcamp.com/"},
        {"label": "example.org", "url": "https://www.example.org/tour"},
    ]


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "javascript:alert(1)", "https://", "https://user:pw@example.org",
     "https://exa mple.org", "data:text/html,x", "https://example.org/" + "x" * 300, "//example.org"],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        artists.checked_links([{"label": "x", "url": url}])


def test_nine_links_are_too_many() -> None:
    with pytest.raises(ValidationError):
        artists.checked_links([{"url": f"https://example.org/{n}"} for n in range(9)])


def test_a_picture_replaces_the_one_before_and_is_drawn_anew() -> None:
    made = artists.claim_handle(UserFactory(), handle="mara", name="Mara")
    artists.edit_profile(made, avatar=picture(side=900))
    first = made.avatar
    assert storage.read_bytes(f"{first}/small.jpg").startswith(b"\xff\xd8")
    artists.edit_profile(made, avatar=picture(colour="#104050"))
    assert made.avatar != first
    assert not storage.exists(f"{first}/small.jpg")
    for name, content in (("x.svg", b"<svg/>"), ("x.png", b"<svg/>"), ("x.jpg", b"")):
        with pytest.raises(MediaError):
            artists.edit_profile(made, avatar=SimpleUploadedFile(name, content))
    artists.edit_profile(made, without_avatar=True)
    assert Artist.objects.get().avatar == ""
