"""What people write is brought to one of the known tags."""

from __future__ import annotations

import pytest

from casset.lib.errors import ValidationError
from tests.visuals import factories
from visuals import services, tags
from visuals.models import VisualTag


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("lo-fi", "lofi"), ("Lo Fi", "lofi"), ("LOFI beats", "lofi"), ("low fi", "lofi"),
        ("hip hop", "hip-hop"), ("Hip-Hop", "hip-hop"), ("hiphop", "hip-hop"), ("rap", "hip-hop"),
        ("R&B", "rnb"), ("r and b", "rnb"), ("D'n'B", "drum-and-bass"), ("drum & bass", "drum-and-bass"),
        ("nights", "nocturnal"), ("Nostalgia", "nostalgic"), ("black & white", "monochrome"),
        ("80s", "retro"), ("cities", "urban"), ("anime style", "anime"), ("Electrónica", "electronic"),
        ("colorful", "colourful"), ("16 mm", "film"), ("  dreamy vibes ", "dreamy"),
    ],
)  # fmt: skip
def test_common_spellings_lead_to_the_same_tag(written, slug):
    assert tags.normalise(written) == slug


@pytest.mark.parametrize("written", ["", "qwertz", "<script>alert(1)</script>", "بيت", "x" * 9999])
def test_an_unknown_word_is_no_tag(written):
    assert tags.normalise(written) is None


def test_a_refusal_names_the_nearest_known_ones():
    with pytest.raises(ValidationError, match="Did you mean Euphoric"):
        tags.chosen(["dark", "euphorc"])
    with pytest.raises(ValidationError, match="Choose one from the list"):
        tags.chosen(["zzzzzzzz"])


def test_each_tag_counts_once_and_there_are_not_too_many():
    assert tags.chosen(["lofi", " ", "Lo-Fi", "night"]) == ["lofi", "nocturnal"]
    with pytest.raises(ValidationError, match="12 tags"):
        tags.chosen(list(tags.known())[:13])


def test_the_file_is_in_order():
    folded = {}
    for category, entries in tags._read().items():
        assert category in VisualTag.Category.values
        for slug, entry in entries.items():
            assert len(entry["label"]) <= 40
            assert tags.normalise(entry["label"]) == slug
            if category == "mood":
                assert all(-1 <= axis <= 1 for axis in entry["place"])
            for word in entry["words"]:
                assert folded.setdefault(tags._folded(str(word)), slug) == slug, word


@pytest.mark.django_db
def test_the_table_holds_what_the_file_says_and_is_mended_when_it_does_not():
    assert VisualTag.objects.count() == len(tags.known())
    VisualTag.objects.filter(slug="dark").update(label="Drak")
    VisualTag.objects.filter(slug="lofi").delete()
    tags.sync()
    assert VisualTag.objects.get(slug="dark").label == "Dark"
    assert VisualTag.objects.filter(slug="lofi").exists()


@pytest.mark.django_db
def test_tags_of_a_visual_are_replaced_as_a_whole_or_not_at_all():
    visual = factories.visual()
    services.set_tags(visual=visual, tags=["dark", "film"])
    with pytest.raises(ValidationError):
        services.set_tags(visual=visual, tags=["lofi", "qwertz"])
    assert sorted(tag.slug for tag in visual.tags.all()) == ["dark", "film"]
    services.set_tags(visual=visual, tags=[])
    assert not visual.tags.exists()
