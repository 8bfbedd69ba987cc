"""Any text in; what fits and can be set out."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.compose import type_faces, type_layout
from casset.media.hookvideo import words

ANYTHING = [
    "",
    "   ",
    "\x00\x07\x1b[31m\u202e\u2066x",
    "🔥🔥🔥",
    "Fire 🔥 tonight",
    "愛してる",
    "愛してる (live)",
    "שלום עולם",
    "Shalom שלום (2024) עולם end",
    "أغنية الليل الطويل",
    "مرحبا Mara Vell",
    "a" * 10_000,
    "word " * 2_000,
    "ش" * 10_000,
    "<script>alert(1)</script>",
    "Z̴̢͎a̸l̷g̵o̶",
    "\ud800 lone",
]


@pytest.mark.parametrize("text", ANYTHING, ids=[str(i) for i in range(len(ANYTHING))])
@pytest.mark.parametrize("rows", [1, 2])
def test_any_text_is_set_within_its_width_or_left_out(text: str, rows: int) -> None:
    found = words.set_text(text, "bold", 40.0, 300.0, rows=rows)
    assert len(found.rows) <= rows
    assert found.width_px() <= 300 + 1e-6
    for row in range(len(found.rows)):
        mask = found.mask(row)
        assert mask.shape[1] <= 306
        assert mask.max(initial=0) > 100, "something is drawn"


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    found = words.set_text(
        "a very long title that goes on and on for ever", "bold", 40, 300, rows=2
    )
    assert len(found.rows) == 2
    assert found.rows[-1][-1].endswith("…")
    assert words.set_text("Short", "bold", 40, 300, rows=2).rows == (("Short",),)


def test_hebrew_runs_from_right_to_left_and_numbers_do_not() -> None:
    assert type_layout.visual_order(["שלום", "עולם"]) == [1, 0]
    assert type_layout.visual_order(["Mara", "שלום", "עולם", "end"]) == [0, 2, 1, 3]
    assert type_layout.visual_order(["שלום", "Mara", "Vell"]) == [1, 2, 0]
    first = type_faces.mask("אב", "bold", 80)
    alone = type_faces.mask("א", "bold", 80)
    right = first[:, -alone.shape[1] + 2 :]
    best = max(
        float((np.roll(alone[:, : right.shape[1]], s, 1) * 1.0 * right).sum())
        / float((right * 1.0 * right).sum())
        for s in range(-6, 7)
    )
    assert best > 0.9, "the first letter stands at the right"


def test_arabic_letters_join() -> None:
    joined = type_faces.width_em("بيت", "bold")
    apart = sum(type_faces.width_em(c, "bold") for c in "بيت")
    assert joined < 0.8 * apart


def test_letters_without_a_face_are_left_out_and_it_is_said() -> None:
    found = words.set_text("愛してる (live)", "bold", 40, 400)
    assert found.omitted
    assert found.rows == (("(live)",),)
    assert words.set_text("愛してる", "bold", 40, 400).rows == ()


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://casset.example/s/7Kd2/", "casset.example/s/7Kd2"),
        ("http://www.casset.example", "casset.example"),
        ("casset.example/x", "casset.example/x"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_it_is_said(url: str, short: str) -> None:
    assert words.short_address(url) == short
