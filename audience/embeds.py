"""A hook on somebody else's page: the embed, which any site may frame, oEmbed, and the previews' files."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from audience import drawing, hooks, links, sharing
from audience.hooks import Hook
from audience.models import LinkPreview
from casset.lib.errors import NotFound, ValidationError
from casset.tracks.models import Track
from casset.web import storage
from casset.web.readers import readers

SIZES = {"full": (360, 640), "compact": (480, 152)}
KEPT_S = 3600  # how long others may keep an oEmbed answer
_TYPES = {"card.jpg": "image/jpeg", "preview.mp4": "video/mp4"}


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
def embed(request: HttpRequest, track: str) -> HttpResponse:
    """One hook for a frame on any site: no cookie, no account, ``?size=`` full or compact."""
    found = drawing.hook_for(request, track, chosen=request.GET.get("v", ""))
    if found is None or not found[1]:
        raise Http404
    size = request.GET.get("size", "full")
    kind = size if size in SIZES else "full"
    page = HttpResponse(b"".join(drawing.page(f"audience/embed_{kind}.html", found[0])))
    patch_cache_control(page, public=True, max_age=60)
    page["Cross-Origin-Resource-Policy"] = "cross-origin"
    return page


def _public(track: str, chosen: str = "") -> Hook:
    found = readers.ask(hooks.one, track, chosen=chosen)
    if found is None or not found[1]:
        raise Http404
    return found[0]


@require_safe
def oembed(request: HttpRequest) -> JsonResponse:
    """oEmbed 1.0 for addresses of hooks (https://oembed.com): JSON only, ``maxwidth`` and ``maxheight`` kept."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "Only format=json is spoken here."}, status=501)
    try:
        shown, size = _wanted(request.GET.get("url", ""))
        width, height = _frame(
            size, _most(request.GET.get("maxwidth", "")), _most(request.GET.get("maxheight", ""))
        )
    except ValidationError as error:
        return JsonResponse({"error": str(error)}, status=400)
    except (Http404, NotFound):
        return JsonResponse({"error": "There is no hook at this address."}, status=404)
    answer = JsonResponse(_answer(shown, size, width, height))
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(answer, public=True, max_age=KEPT_S)
    return answer


def _answer(shown: Hook, size: str, width: int, height: int) -> dict[str, Any]:
    link = links.of(shown)
    address = f"{link.player}{'&' if '?' in link.player else '?'}size={size}"
    frame = {"address": address, "width": width, "height": height, "title": link.title}
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "video",
        "provider_name": "Casset",
        "provider_url": f"{settings.SITE_URL}/",
        "title": link.title,
        "author_name": shown.artist.name,
        "author_url": links.absolute(f"/{shown.artist.handle}"),
        "html": render_to_string("audience/_frame.html", frame).strip(),
        "width": width,
        "height": height,
        "cache_age": KEPT_S,
    }
    if link.image and link.image.width_px:
        answer |= {
            "thumbnail_url": link.image.address,
            "thumbnail_width": link.image.width_px,
            "thumbnail_height": link.image.height_px,
        }
    return answer


def _wanted(address: str) -> tuple[Hook, str]:
    """The hook an address of ours stands for, and the embed's size. Raises ``Http404``, ``ValidationError``."""
    if not address or len(address) > 2000:
        raise ValidationError("Say in url= which hook is meant.")
    try:
        parts = urlsplit(address)
        ours = (
            parts.scheme in {"http", "https"} and parts.netloc == urlsplit(settings.SITE_URL).netloc
        )
        match = resolve(parts.path) if ours else None
    except (ValueError, Resolver404):
        match = None
    if match is None or match.view_name not in {
        "audience:hook",
        "audience:embed",
        "audience:share",
    }:
        raise Http404
    asked = parse_qs(parts.query, max_num_fields=20)
    if match.view_name == "audience:share":
        return _shared(match.kwargs["share"]), "full"
    size = asked.get("size", ["full"])[-1]
    return (
        _public(match.kwargs["track"], asked.get("v", [""])[-1]),
        size if size in SIZES else "full",
    )


def _shared(share: str) -> Hook:
    """The version behind somebody's link. Raises ``Http404``, ``NotFound``."""
    row = readers.ask(sharing.find, share)
    return _public(row.track_id or "", row.visual_id or "")


def _most(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
        raise ValidationError("maxwidth and maxheight are whole numbers of pixels.")
    return int(text)


def _frame(size: str, most_width: int | None, most_height: int | None) -> tuple[int, int]:
    """Width and height of the frame within what was asked for, in its own shape where it has one."""
    width, height = SIZES[size]
    if size == "full":
        share = min(1.0, (most_width or width) / width, (most_height or height) / height)
        return max(1, round(width * share)), max(1, round(height * share))
    return min(width, most_width or width), min(height, most_height or height)


@require_safe
def preview(request: HttpRequest, pk: str, key: str, name: str) -> HttpResponseBase:
    """A card or a film, for anybody on any site, as long as its track is published. One query."""
    rows = LinkPreview.objects.filter(pk=pk, track__in=Track.objects.published())
    row = readers.ask(rows.values_list("card", "film").first) if name in _TYPES else None
    stored = row[0 if name == "card.jpg" else 1] if row else ""
    if not stored.endswith(f"/{key}/{name}"):
        raise Http404
    answer = storage.send(request, stored, content_type=_TYPES[name], cache=storage.FOR_EVER)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
