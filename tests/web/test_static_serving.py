"""Static files as the product's own server sends them."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import AsyncClient, AsyncRequestFactory, RequestFactory
from whitenoise import WhiteNoise

from casset.web.files import AsyncChunks
from casset.web.static_serving import StaticFilesMiddleware

FILM = "/static/film/neon.mp4"
ON_DISK = Path(settings.BASE_DIR) / "static" / "film" / "neon.mp4"


async def heard(answer: Any) -> bytes:
    return b"".join([part async for part in answer.streaming_content])


@pytest.mark.django_db
def test_a_browser_may_ask_for_a_part_of_a_film() -> None:
    async def ask() -> tuple[Any, bytes]:
        answer = await AsyncClient().get(FILM, headers={"Range": "bytes=1000-1999"})
        part = await heard(answer)
        answer.close()  # the server's part
        return answer, part

    answer, part = asyncio.run(ask())
    assert answer.status_code == 206
    assert answer["Content-Type"] == "video/mp4"
    assert part == ON_DISK.read_bytes()[1000:2000]


@pytest.mark.django_db
def test_a_film_is_sent_in_parts_and_closed_when_the_reader_leaves() -> None:
    async def ask() -> Any:
        answer = await AsyncClient().get(FILM)
        parts = aiter(answer.streaming_content)
        assert len(await anext(parts)) <= 256 * 1024
        await parts.aclose()  # type: ignore[attr-defined]
        answer.close()
        return answer

    asyncio.run(ask())
    gc.collect()  # an open file would be a ResourceWarning, which fails the run


@pytest.mark.django_db  # the end of an answer tidies connections
@pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])
def test_what_the_browser_has_already_is_not_sent_again(
    factory: type[RequestFactory], tmp_path: Path
) -> None:
    (tmp_path / "a.css").write_text("a {}")
    file = WhiteNoise(None, root=tmp_path).files["/a.css"]
    etag = dict(file.get_response("HEAD", {}).headers)["ETag"]
    request = factory().get("/static/a.css", headers={"If-None-Match": etag})
    answer = StaticFilesMiddleware.serve(file, request)
    assert answer.status_code == 304
    answer.close()


@pytest.mark.django_db  # the end of an answer tidies connections
@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=1-3", 206, b"bcd"),
        ("bytes=-2", 206, b"ef"),
        ("bytes=9-", 416, b""),
        ("", 200, b"abcdef"),
    ],
)
def test_a_span_is_read_from_the_file_itself(
    tmp_path: Path, asked: str, status: int, part: bytes
) -> None:
    (tmp_path / "a.txt").write_text("abcdef")
    file = WhiteNoise(None, root=tmp_path).files["/a.txt"]
    request = AsyncRequestFactory().get("/static/a.txt", headers={"Range": asked} if asked else {})
    answer: Any = StaticFilesMiddleware.serve(file, request)
    assert answer.status_code == status
    if part:
        assert asyncio.run(heard(answer)) == part
        assert answer["Content-Length"] == str(len(part))
    answer.close()


def test_an_answer_that_nobody_waits_for_any_more_holds_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcdef")
    file = WhiteNoise(None, root=tmp_path).files["/a.txt"]
    StaticFilesMiddleware.serve(file, AsyncRequestFactory().get("/static/a.txt"))
    gc.collect()  # an open file would be a ResourceWarning, which fails the run


def test_what_a_thread_still_reads_for_one_who_left_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcdef")
    part = AsyncChunks(tmp_path / "a.txt", range(6))
    part.close()
    assert part._read() == b""
    gc.collect()  # an open file would be a ResourceWarning, which fails the run
