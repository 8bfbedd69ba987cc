"""What a browser, a player and a download manager get when they ask for a file or a part of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory

from casset.web import files

# An answer that ends looks at its thread's database connection.
pytestmark = pytest.mark.django_db

TEXT = bytes(range(256)) * 4000  # more than three chunks


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(TEXT)
    return path


_answers: list[HttpResponseBase] = []


@pytest.fixture(autouse=True)
def _close_answers() -> Iterator[None]:
    """As a server does when the answer is sent or the asker has left."""
    yield
    while _answers:
        _answers.pop().close()


def ask(path: Path, method: str = "GET", **headers: str) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/film", headers=headers)
    _answers.append(files.send_file(request, path, content_type="video/mp4"))
    return _answers[-1]


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]


def test_a_whole_file_is_streamed_with_all_a_player_needs(film: Path) -> None:
    answer = ask(film)
    assert answer.status_code == 200
    assert answer.streaming
    assert answer["Content-Length"] == str(len(TEXT))
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Type"] == "video/mp4"
    assert "private" in answer["Cache-Control"]
    assert body(answer) == TEXT


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-1099", slice(100, 1100)),
        ("bytes=300000-", slice(300000, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=-99999999", slice(0, None)),
        ("bytes=1000-99999999999", slice(1000, None)),
        ("bytes=0-", slice(0, None)),
    ],
)
def test_one_range_is_answered_with_just_that_part(film: Path, asked: str, span: slice) -> None:
    answer = ask(film, Range=asked)
    part = TEXT[span]
    first = len(TEXT[: span.indices(len(TEXT))[0]])
    if part != TEXT:
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(TEXT)}"
    assert answer["Content-Length"] == str(len(part))
    assert body(answer) == part


@pytest.mark.parametrize("asked", ["bytes=1024000-", "bytes=9999999-10000000", "bytes=-0"])
def test_a_range_outside_the_file_says_how_long_it_is(film: Path, asked: str) -> None:
    answer = ask(film, Range=asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(TEXT)}"
    assert body(answer) == b""


@pytest.mark.parametrize(
    "asked",
    ["bytes=-", "bytes=5-1", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "", "bytes=٣-٤", "bytes"],
)
def test_a_range_that_is_not_understood_gets_the_whole_file(film: Path, asked: str) -> None:
    answer = ask(film, Range=asked)
    assert answer.status_code == 200
    assert body(answer) == TEXT


def test_a_range_number_of_a_thousand_digits_is_refused_quickly(film: Path) -> None:
    assert ask(film, Range=f"bytes={'9' * 1000}-").status_code == 416


def test_a_download_is_resumed_only_if_the_file_is_still_the_same(film: Path) -> None:
    etag, modified = ask(film)["ETag"], ask(film)["Last-Modified"]
    assert ask(film, Range="bytes=5-", **{"If-Range": etag}).status_code == 206
    assert ask(film, Range="bytes=5-", **{"If-Range": modified}).status_code == 206
    assert ask(film, Range="bytes=5-", **{"If-Range": '"another"'}).status_code == 200
    assert ask(film, Range="bytes=5-", **{"If-Range": f"W/{etag}"}).status_code == 200
    assert (
        ask(film, Range="bytes=5-", **{"If-Range": formatdate(0, usegmt=True)}).status_code == 200
    )


def test_what_the_browser_has_already_is_not_sent_again(film: Path) -> None:
    first = ask(film)
    assert ask(film, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert ask(film, **{"If-None-Match": f'"x", W/{first["ETag"]}'}).status_code == 304
    assert ask(film, **{"If-None-Match": '"x"'}).status_code == 200
    assert ask(film, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    film.write_bytes(b"new")
    assert ask(film, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_head_tells_the_length_and_reads_nothing(film: Path) -> None:
    answer = ask(film, "HEAD", Range="bytes=0-10")
    assert answer.status_code == 200
    assert answer["Content-Length"] == str(len(TEXT))
    assert body(answer) == b""


def test_an_empty_file_has_no_range(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert ask(empty).status_code == 200
    assert ask(empty, Range="bytes=0-").status_code == 416


def test_a_file_that_is_not_there_or_a_folder_is_not_found(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mp4", tmp_path, tmp_path / "none.mp4" / "more"):
        with pytest.raises(Http404):
            ask(path)


def test_under_asgi_the_file_is_sent_chunk_by_chunk_and_closed(film: Path) -> None:
    request = AsyncRequestFactory().get("/film", headers={"Range": "bytes=10-600000"})
    assert isinstance(request, ASGIRequest)
    answer = files.send_file(request, film, content_type="video/mp4")

    async def read() -> list[bytes]:
        return [chunk async for chunk in answer]  # type: ignore[attr-defined]

    chunks = asyncio.run(read())
    assert max(map(len, chunks)) == files.CHUNK_BYTES
    assert b"".join(chunks) == TEXT[10:600001]
    answer.close()


def test_behind_a_proxy_that_can_the_proxy_sends_the_bytes(
    settings: object, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.FILES_ACCEL_PREFIX = tmp_path, "/protected/"  # type: ignore[attr-defined]
    (tmp_path / "jobs").mkdir()
    path = tmp_path / "jobs" / "a film.mp4"
    path.write_bytes(TEXT)
    answer = ask(path, Range="bytes=0-1")
    assert answer["X-Accel-Redirect"] == "/protected/jobs/a%20film.mp4"
    assert answer.status_code == 200
    assert body(answer) == b""


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Slow Burn", "Slow Burn.mp4"),
        ("../../etc/passwd", "etc passwd.mp4"),
        ("..\\..\\boot.ini", "boot.ini.mp4"),
        ('a"b\r\nSet-Cookie: x=1', "a b Set-Cookie x=1.mp4"),
        (".hidden", "hidden.mp4"),
        ("\u202egpj.exe", "gpj.exe.mp4"),
        ("Ænima — 夜", "Ænima — 夜.mp4"),
        ("///", "video.mp4"),
        ("", "video.mp4"),
        ("x" * 500, "x" * 80 + ".mp4"),
    ],
)
def test_a_file_name_made_of_a_title_is_harmless(title: str, name: str) -> None:
    assert files.file_name(title, ".mp4") == name


def test_a_download_carries_its_name_in_a_form_that_headers_can_hold(film: Path) -> None:
    request = RequestFactory().get("/film")
    answer = files.send_file(
        request, film, content_type="video/mp4", download_as=files.file_name("Ænima\r\n夜", ".mp4")
    )
    assert answer["Content-Disposition"].isascii()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%86nima%20")
    answer.close()
