"""The gallery's pages, and the files it is made of, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from casset.media.shaders import catalogue
from casset.media.shaders.colours import PALETTES
from visuals import gallery, sample, stills

STATIC = settings.BASE_DIR / "static"
NAMES = [*catalogue.scene_names(), *catalogue.treatment_names()]
FOLDER = STATIC / "shaders" / "sample"


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def field(page: str, name: str) -> str:
    """The value of a slider or number in the page."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert found, f"there is no field {name}"
    return found[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_and_treatment_has_its_page(client: Client, name: str) -> None:
    page = text_of(client, f"/shaders/{name}/")
    assert gallery.by_name()[name].title in page.replace("&#x27;", "'")
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", page)


def test_the_wall_shows_all_of_them(client: Client) -> None:
    page = text_of(client, "/shaders/")
    assert page.count("data-live=") == len(NAMES)
    assert "<li hidden" not in page


def test_the_wall_hides_what_does_not_fit_the_wish(client: Client) -> None:
    page = text_of(client, "/shaders/?kind=treatment")
    assert page.count("<li hidden") == len(catalogue.scene_names())
    shown = [entry.name for entry in gallery.entries() if gallery.Wish(word="train").fits(entry)]
    assert "train" in shown
    assert "sea" not in shown


def test_a_wish_nothing_fits_says_what_to_do(client: Client) -> None:
    page = text_of(client, "/shaders/?word=spreadsheet")
    assert '<div class="empty" data-none>' in page
    assert "Show all" in page


def test_a_filter_that_does_not_exist_filters_nothing(client: Client) -> None:
    assert "<li hidden" not in text_of(client, "/shaders/?place=%3Cscript%3E&mood=zzz&kind=")


def test_every_filter_finds_something() -> None:
    for name, choices in gallery.FILTERS.items():
        for choice in choices:
            found = [e for e in gallery.entries() if gallery.Wish(**{name: choice}).fits(e)]
            assert found, f"nothing has {name} {choice}"


def test_an_unknown_scene_is_not_found_and_near_ones_are_offered(client: Client) -> None:
    page = text_of(client, "/shaders/mountain/", status=404)
    assert 'href="/shaders/mountains/"' in page
    assert "There is no scene called “mountain”" in page


@pytest.mark.django_db
def test_an_unknown_source_is_not_found(client: Client) -> None:
    for name in ("nothing", "common", "plate"):
        assert client.get(f"/shaders/{name}/fragment.glsl").status_code == 404


def test_values_beyond_their_range_are_brought_into_it(client: Client) -> None:
    query = "density=9e99&tod=-4&zoom=nan&x=inf&seed=-5&move=explode&roll=<script>alert(1)</script>"
    page = text_of(client, f"/shaders/sea/?{query}&palette=javascript:1&aspect=3:7")
    assert float(field(page, "density")) == 1
    assert float(field(page, "tod")) == 0
    assert float(field(page, "zoom")) == 1
    assert float(field(page, "x")) == 1
    assert int(field(page, "seed")) == 0
    assert float(field(page, "roll")) == 0
    assert '<option value="drift" selected>' in page
    assert "alert(1)" not in page
    assert re.search(r'value="16:9" checked', page)


def test_an_hour_at_which_a_scene_looks_wrong_is_not_offered(client: Client) -> None:
    low, high = catalogue.families()["mountains"].tod
    assert float(field(text_of(client, "/shaders/mountains/?tod=0"), "tod")) == low
    assert float(field(text_of(client, "/shaders/mountains/?tod=1"), "tod")) == high


def test_a_look_in_the_address_comes_back_in_the_page(client: Client) -> None:
    colours = "112233-223344-334455-445566-556677"
    page = text_of(client, f"/shaders/street/?density=0.25&seed=77&palette={colours}&mirror=1")
    assert float(field(page, "density")) == 0.25
    assert field(page, "seed") == "77"
    assert re.findall(r'name="colour" value="(#[0-9a-f]{6})"', page) == [
        f"#{colour}" for colour in colours.split("-")
    ]
    assert re.search(r'name="mirror" value="1" checked', page)


def test_every_opening_names_a_scene_and_a_palette_there_are() -> None:
    assert set(gallery.OPENINGS) <= set(NAMES)
    assert {opening["palette"] for opening in gallery.OPENINGS.values()} <= set(PALETTES)


def test_every_default_lies_within_its_slider() -> None:
    for entry in gallery.entries():
        for control in entry.controls:
            if control.kind == "range":
                assert control.low <= control.default <= control.high, (entry.name, control.name)
            assert control.default == getattr(entry.opening, control.name)


def test_every_entry_has_a_poster_that_loads_fast() -> None:
    for entry in gallery.entries():
        path = STATIC / entry.still
        assert path.is_file(), f"manage.py make_gallery {entry.name}"
        assert path.stat().st_size <= stills.MAX_BYTES
        with Image.open(path) as picture:
            assert picture.size in stills.SIZES
            grey = np.asarray(picture.convert("L"), np.float32)
        assert grey.mean() > 8, f"{entry.name}'s poster is black"
        assert grey.std() > 8, f"{entry.name}'s poster is flat"


def test_no_poster_is_left_of_a_scene_that_is_gone() -> None:
    there = {path.stem for path in (STATIC / "shaders" / "stills").iterdir()}
    assert there == set(NAMES)


# -- sources -------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["sea", "tape", "sleeve"])
def test_the_browser_gets_the_source_the_renderer_compiles(client: Client, name: str) -> None:
    assert text_of(client, f"/shaders/{name}/fragment.glsl") == catalogue.source(name)
    assert text_of(client, f"/shaders/{name}/fragment.glsl?empty=1") == catalogue.source(
        name, empty=True
    )
    assert text_of(client, "/shaders/vertex.glsl") == catalogue.vertex_source()


def test_a_source_is_kept_for_ever_under_the_address_of_its_version(client: Client) -> None:
    live = re.search(r'data-live="([^"]*)"', text_of(client, "/shaders/sea/"))
    assert live
    address = json.loads(live[1].replace("&quot;", '"').replace("&amp;", "&"))["full"]
    answer = client.get(address)
    assert "immutable" in answer["Cache-Control"]
    assert "max-age=31536000" in answer["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert not again.content


def test_a_source_without_or_of_another_version_is_asked_for_anew(client: Client) -> None:
    for address in ("/shaders/sea/fragment.glsl", "/shaders/sea/fragment.glsl?v=old"):
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-cache"
        assert answer["ETag"]


# -- the sample song -----------------------------------------------------------------------------
def test_the_sample_s_curves_are_complete_and_move() -> None:
    facts = json.loads((FOLDER / sample.FACTS_FILE).read_text())
    curves = np.fromfile(FOLDER / sample.CURVES_FILE, "<f4").reshape(facts["frames"], -1)
    assert curves.shape[1] == len(facts["uniforms"])
    assert 20 <= facts["frames"] / facts["fps"] <= 30
    assert (curves >= 0).all()
    assert (curves <= 1).all()
    moving = dict(zip(facts["uniforms"], curves.std(axis=0), strict=True))
    assert min(moving[name] for name in ("uPulse", "uBar", "uBass", "uOnset", "uLevel")) > 0.02
    beats = (np.diff(curves[:, facts["uniforms"].index("uBeat")]) < -0.5).sum()
    assert beats == pytest.approx(facts["frames"] / facts["fps"] * facts["bpm"] / 60, abs=1.5)


def test_the_sample_s_sound_is_as_long_as_its_curves() -> None:
    from casset.media.audio import decode

    facts = json.loads((FOLDER / sample.FACTS_FILE).read_text())
    sound = decode.decode(FOLDER / sample.SONG_FILE)
    assert sound.duration == pytest.approx(facts["frames"] / facts["fps"], abs=0.03)
    assert np.abs(sound.mono[:40]).max() < 0.1, "it begins with a click"


def test_the_musician_is_credited(client: Client) -> None:
    assert "Kevin MacLeod" in text_of(client, "/shaders/")
    assert "Kevin MacLeod (incompetech.com), CC BY 3.0" in text_of(client, "/shaders/sea/")
    notice = (Path(settings.BASE_DIR) / "NOTICE").read_text()
    assert "static/shaders/sample" in notice
