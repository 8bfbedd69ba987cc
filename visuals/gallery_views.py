"""The gallery's pages and the sources the browser compiles. Open to everybody; nothing is written."""

from __future__ import annotations

import difflib
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from casset.media.shaders import catalogue
from casset.media.shaders.colours import PALETTES
from casset.media.shaders.finish import Finish
from casset.media.shaders.renderer import BLACK_LIFT, NATIVE_FINISH, VIGNETTE
from visuals import gallery as lab
from visuals import sample
from visuals.gallery import Entry

SLEEVE = "sleeve"
A_YEAR_S = 31_536_000


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every scene and treatment; what does not fit the wish in the address is hidden."""
    wish = lab.wish(request.GET)
    tiles: list[dict[str, Any]] = [
        {
            "entry": entry,
            "shown": wish.fits(entry),
            "said": lab.said(entry),
            "live": json.dumps(live(entry)),
        }
        for entry in lab.entries()
    ]
    filters = [
        {
            "name": name,
            "legend": {"kind": "Kind", "place": "Place", "subject": "With", "mood": "Mood"}[name],
            "choices": [(key, label, getattr(wish, name) == key) for key, label in choices.items()],
            "any": not getattr(wish, name),
        }
        for name, choices in lab.FILTERS.items()
    ]
    context = {
        "tiles": tiles,
        "filters": filters,
        "wish": wish,
        "shown": sum(tile["shown"] for tile in tiles),
        "scenes": len(catalogue.scene_names()),
        "treatments": len(catalogue.treatment_names()),
        "lab": json.dumps(shared()),
        "credit": _CREDIT,
    }
    return render(request, "visuals/gallery.html", context)


@require_safe
def scene(request: HttpRequest, name: str) -> HttpResponse:
    """One scene, large and live, with its sliders where the address sets them."""
    entry = lab.by_name().get(name)
    if entry is None:
        return _unknown(request, name)
    look = lab.look_of(entry, request.GET)
    everything = lab.entries()
    at = everything.index(entry)
    groups = {"scene": "Picture", "camera": "Camera", "time": "Time"}
    context = {
        "entry": entry,
        "look": look,
        "seed": look.seed,
        "seed_most": lab.SEED_MOST,
        "aspect": lab.aspect_of(request.GET.get("aspect", "")),
        "aspects": lab.ASPECTS,
        "palettes": [
            (key, key.capitalize(), "-".join(colour[1:] for colour in colours))
            for key, colours in PALETTES.items()
        ],
        "colours": list(zip(("Shadow", "Deep", "Mid", "Glow", "Key"), look.palette, strict=True)),
        "groups": [
            (
                key,
                label,
                [
                    (control, getattr(look, control.name))
                    for control in entry.controls
                    if control.group == key
                ],
            )
            for key, label in groups.items()
        ],
        "cost_ms": lab.costs_ms().get(entry.name),
        "before": everything[at - 1],
        "after": everything[(at + 1) % len(everything)],
        "live": json.dumps(live(entry)),
        "lab": json.dumps(shared()),
        "credit": _CREDIT,
    }
    return render(request, "visuals/scene.html", context)


def _unknown(request: HttpRequest, name: str) -> HttpResponse:
    spelt = difflib.get_close_matches(name.lower(), lab.by_name(), n=3, cutoff=0.7)
    meant = [entry.name for entry in lab.entries() if name.lower() in entry.words]
    near = [lab.by_name()[found] for found in dict.fromkeys([*spelt, *meant])][:3]
    context = {"name": name[:60], "near": near}
    return render(request, "visuals/unknown.html", context, status=404)


# -- sources -------------------------------------------------------------------------------------
def _is_empty(request: HttpRequest) -> bool:
    return request.GET.get("empty") == "1"


def _vertex_etag(request: HttpRequest) -> str:
    return f'"{lab.source_digest("vertex")}"'


def _fragment_etag(request: HttpRequest, name: str) -> str:
    if name != SLEEVE and name not in lab.by_name():
        raise Http404(f"There is no scene called {name}.")
    return f'"{lab.source_digest(name, empty=_is_empty(request))}"'


@require_safe
@condition(etag_func=_vertex_etag)
def vertex(request: HttpRequest) -> HttpResponse:
    """The vertex stage of every scene."""
    return _glsl(request, catalogue.vertex_source(), lab.source_digest("vertex"))


@require_safe
@condition(etag_func=_fragment_etag)
def fragment(request: HttpRequest, name: str) -> HttpResponse:
    """A fragment stage as the offline renderer compiles it; ``empty=1`` is the one without a person."""
    empty = _is_empty(request)
    text = lab.source(name, empty=empty)
    return _glsl(request, text, lab.source_digest(name, empty=empty))


def _glsl(request: HttpRequest, text: str, digest: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    if request.GET.get("v") == digest:  # this address never means another text
        patch_cache_control(answer, public=True, max_age=A_YEAR_S, immutable=True)
    else:
        patch_cache_control(answer, no_cache=True)
    return answer


# -- what the modules read -----------------------------------------------------------------------
_CREDIT = "“Vibe Ace” by Kevin MacLeod (incompetech.com), CC BY 3.0"


def _fragment_address(name: str, *, empty: bool = False) -> str:
    version = lab.source_digest(name, empty=empty)
    extra = "&empty=1" if empty else ""
    return f"{reverse('visuals:fragment', args=[name])}?v={version}{extra}"


def live(entry: Entry) -> dict[str, Any]:
    """What a module needs to draw one entry."""
    return {
        "name": entry.name,
        "look": entry.opening.model_dump(exclude={"scene", "treatment", "image"}),
        "treatment": entry.kind == "treatment",
        "full": _fragment_address(entry.name),
        "empty": _fragment_address(entry.name, empty=True),
    }


def shared() -> dict[str, Any]:
    """What all entries share."""
    film = Finish()
    return {
        "vertex": f"{reverse('visuals:vertex')}?v={lab.source_digest('vertex')}",
        "sleeve": _fragment_address(SLEEVE, empty=True),
        "song": {
            "curves": static(f"shaders/sample/{sample.CURVES_FILE}"),
            "facts": static(f"shaders/sample/{sample.FACTS_FILE}"),
        },
        "grade": {"vignette": VIGNETTE, "black_lift": BLACK_LIFT},
        "film": {
            "sharpness": film.sharpness,
            "native_sharpness": NATIVE_FINISH.sharpness,
            "halation": film.halation,
            "grain": film.grain,
        },
        "palettes": PALETTES,
    }
