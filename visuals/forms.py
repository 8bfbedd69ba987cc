"""What the studio's Visuals tab sends, brought to plain values. Rules of the library are the services'."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict

LONGEST_ORDER = 600  # ids in one order: more than a library holds


class Naming(forms.Form):
    title = forms.CharField(max_length=80)


class Tagging(forms.Form):
    """Words ticked, words typed (commas between them), and the tempo it suits."""

    tags = forms.CharField(required=False)  # read as a list
    words = forms.CharField(required=False, max_length=200)
    bpm_min = forms.IntegerField(required=False, min_value=30, max_value=300)
    bpm_max = forms.IntegerField(required=False, min_value=30, max_value=300)

    def words_given(self) -> list[str]:
        """Ticked ones first, then those typed, none empty."""
        ticked = cast(QueryDict, self.data).getlist("tags")[:40]
        typed = self.cleaned_data["words"].split(",")
        return [word.strip() for word in [*ticked, *typed] if word.strip()]


class Dating(forms.Form):
    """From when until when; in the artist's own time where the page's script says which that is."""

    starts_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    ends_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    minutes_west = forms.IntegerField(required=False, min_value=-840, max_value=840)

    def clean(self) -> dict[str, object]:
        """Both moments in UTC. ``minutes_west`` is what a browser calls its time zone's offset."""
        found = super().clean() or {}
        west = found.get("minutes_west")
        for name in ("starts_at", "ends_at"):
            moment = found.get(name)
            if moment is not None and west is not None:
                found[name] = moment.replace(tzinfo=UTC) + timedelta(minutes=west)
        return found


class Ordering(forms.Form):
    """A whole new order (``ids``, commas between them), or one visual a place earlier or later."""

    ids = forms.CharField(required=False, max_length=LONGEST_ORDER * 15)
    earlier = forms.CharField(required=False, max_length=14)
    later = forms.CharField(required=False, max_length=14)

    def order(self, now: list[str]) -> list[str]:
        """The order asked for; ``now`` is the one there is."""
        given = self.cleaned_data
        if given["ids"]:
            return [one for one in given["ids"].split(",") if one]
        moved, step = (given["earlier"], -1) if given["earlier"] else (given["later"], 1)
        if moved not in now:
            return now
        at = now.index(moved)
        to = min(max(at + step, 0), len(now) - 1)
        now = [one for one in now if one != moved]
        return [*now[:to], moved, *now[to:]]


class Wishing(forms.Form):
    """A sentence a loop is generated from."""

    prompt = forms.CharField(min_length=10, max_length=500, strip=True)


class Drawing(forms.Form):
    """A look of the studio and the picture it treats; or ``again``: ``<visual>:<look>``, another of its."""

    entry = forms.SlugField(required=False, max_length=40)
    image = forms.CharField(required=False, max_length=30)
    again = forms.CharField(required=False, max_length=60)

    def recipe_like(self, former: dict[str, Any] | None) -> dict[str, Any]:
        """What is to be drawn; of ``former`` its picture is kept."""
        given = self.cleaned_data
        if former is not None:
            return {"recipe": given["again"].partition(":")[2], "image": former.get("image", "")}
        return {"recipe": given["entry"], "image": given["image"]}
