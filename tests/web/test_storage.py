"""Files by name, in a folder and in a bucket: the same promises, the bucket over real HTTP."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from django.http import Http404
from django.test import Client, RequestFactory
from moto.server import ThreadedMotoServer

from casset import settings as casset_settings
from casset.lib.errors import NotFound
from casset.web import health, installation, storage
from casset.web.storage import bucket
from casset.web.storage.cache import Cache

pytestmark = pytest.mark.django_db

BUCKET = "casset-test"
TEXT = bytes(range(256)) * 8


def _bucket_at(endpoint: str) -> dict[str, Any]:
    return {
        "BACKEND": "casset.web.storage.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": endpoint,
            "region_name": "us-east-1",
            "access_key": "key",
            "secret_key": "secret",  # of moto
            "addressing_style": "path",
        },
    }


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that speaks S3; its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket=BUCKET)
    yield endpoint
    moto.stop()


@pytest.fixture
def in_folder(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "casset.web.storage.folder.Folder",
            "OPTIONS": {"location": folder},
        }
    }
    return folder


@pytest.fixture
def in_bucket(settings: Any, tmp_path: Path, server: str) -> Path:
    """Files are in the bucket; the folder where copies of them are."""
    settings.CACHE_DIR = tmp_path / "cache"
    settings.STORAGES = settings.STORAGES | {"default": _bucket_at(server)}
    return tmp_path / "cache" / "files"


@pytest.fixture(params=["in_folder", "in_bucket"])
def somewhere(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.mp4"
    path.write_bytes(TEXT)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- what both promise -----------------------------------------------------------------------
def test_what_was_kept_is_found_under_its_name(somewhere: Any, source: Path) -> None:
    storage.keep("visuals/a/1/loop.mp4", source, content_type="video/mp4")
    assert storage.exists("visuals/a/1/loop.mp4")
    assert storage.size("visuals/a/1/loop.mp4") == len(TEXT)
    assert storage.read_bytes("visuals/a/1/loop.mp4") == TEXT
    with storage.local("visuals/a/1/loop.mp4") as path:
        assert path.read_bytes() == TEXT
        assert path.suffix == ".mp4"
    assert source.read_bytes() == TEXT


def test_keeping_twice_is_the_same_and_other_bytes_take_the_place(
    somewhere: Any, source: Path
) -> None:
    for _ in range(2):
        storage.keep("visuals/a/loop.mp4", source)
    storage.keep_bytes("visuals/a/loop.mp4", b"new")
    with storage.local("visuals/a/loop.mp4") as path:
        assert path.read_bytes() == b"new"
    assert source.read_bytes() == TEXT


def test_what_is_not_there_says_so_and_is_removed_without_complaint(somewhere: Any) -> None:
    assert not storage.exists("visuals/none.mp4")
    storage.remove("visuals/none.mp4")
    storage.remove_all("visuals/none")
    with pytest.raises(NotFound):
        storage.size("visuals/none.mp4")
    with pytest.raises(NotFound):
        storage.read_bytes("visuals/none.mp4")
    with pytest.raises(NotFound), storage.local("visuals/none.mp4"):
        pass
    with pytest.raises(Http404):
        storage.send(RequestFactory().get("/"), "visuals/none.mp4", content_type="video/mp4")


def test_a_folder_is_removed_whole_and_its_namesake_stays(somewhere: Any) -> None:
    for name in ("visuals/a/1/loop.mp4", "visuals/a/2/loop.mp4", "visuals/ab/1/loop.mp4"):
        storage.keep_bytes(name, b"x")
    storage.remove("visuals/a/2/loop.mp4")
    assert not storage.exists("visuals/a/2/loop.mp4")
    storage.remove_all("visuals/a")
    assert not storage.exists("visuals/a/1/loop.mp4")
    assert storage.exists("visuals/ab/1/loop.mp4")


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../secret_key", "a/../b", "a//b", "a/", "A.mp4", "a b", "a\n", ".part",
     "a/.x", "a..b", "ä", "a\0b", "x" * 201, "a\\b"],
)  # fmt: skip
def test_only_plain_names_are_names(in_folder: Path, source: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a stored file"):
        storage.keep(name, source)
    with pytest.raises(ValueError, match="no name of a stored file"):
        storage.remove_all(name)


def test_the_store_is_well(somewhere: Any) -> None:
    assert storage.check().ok


# -- a folder --------------------------------------------------------------------------------
def test_a_kept_file_takes_no_second_place_on_the_same_disk(in_folder: Path, source: Path) -> None:
    storage.keep("tracks/a/song.wav", source)
    assert (in_folder / "tracks/a/song.wav").samefile(source)
    assert names_in(in_folder / "tracks/a") == ["song.wav"]


def test_a_failed_keep_leaves_what_was_there(in_folder: Path, tmp_path: Path) -> None:
    storage.keep_bytes("tracks/a/song.wav", b"old")
    with pytest.raises(FileNotFoundError):
        storage.keep("tracks/a/song.wav", tmp_path / "never.wav")
    assert storage.read_bytes("tracks/a/song.wav") == b"old"
    assert names_in(in_folder / "tracks/a") == ["song.wav"]


def test_what_a_killed_process_left_is_swept_after_an_hour(in_folder: Path) -> None:
    storage.keep_bytes("tracks/a/song.wav", b"old")
    left = in_folder / "tracks/a/.song.1-2.part.wav"
    left.write_bytes(b"half")
    assert storage.sweep() == 0
    os.utime(left, (0, 0))
    assert storage.sweep() == 1
    assert names_in(in_folder / "tracks/a") == ["song.wav"]


def test_a_file_of_the_folder_is_sent_in_ranges(in_folder: Path) -> None:
    storage.keep_bytes("visuals/a/loop.mp4", TEXT)
    request = RequestFactory().get("/", headers={"Range": "bytes=10-19"})
    answer = storage.send(
        request, "visuals/a/loop.mp4", content_type="video/mp4", download_as="a.mp4"
    )
    assert answer.status_code == 206
    assert b"".join(answer) == TEXT[10:20]  # type: ignore[arg-type]
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == 'attachment; filename="a.mp4"'
    answer.close()


def test_behind_a_proxy_the_proxy_sends_it(in_folder: Path, settings: Any) -> None:
    settings.VAR_DIR, settings.FILES_ACCEL_PREFIX = in_folder.parent, "/protected/"
    storage.keep_bytes("visuals/a/loop.mp4", TEXT)
    answer = storage.send(RequestFactory().get("/"), "visuals/a/loop.mp4", content_type="video/mp4")
    assert answer["X-Accel-Redirect"] == "/protected/files/visuals/a/loop.mp4"


# -- a bucket --------------------------------------------------------------------------------
def _fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request(method, f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    try:
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read()
    finally:
        connection.close()


def test_a_person_is_sent_to_an_address_that_gives_ranges_for_a_minute(in_bucket: Path) -> None:
    storage.keep_bytes("tracks/a/hook.m4a", TEXT, content_type="audio/mp4")
    answer = storage.send(
        RequestFactory().get("/"),
        "tracks/a/hook.m4a",
        content_type="audio/mp4",
        download_as="Slow Burn.m4a",
    )
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, no-store"
    url = answer["Location"]
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["60"]
    status, headers, body = _fetch(url, Range="bytes=10-19")
    assert (status, body) == (206, TEXT[10:20])
    assert headers["content-type"] == "audio/mp4"
    assert headers["content-disposition"] == 'attachment; filename="Slow Burn.m4a"'


def test_what_all_may_see_has_an_address_that_browsers_keep(in_bucket: Path) -> None:
    storage.keep_bytes("visuals/a/1/poster.jpg", TEXT)
    answer = storage.send(
        RequestFactory().get("/"),
        "visuals/a/1/poster.jpg",
        content_type="image/jpeg",
        cache=storage.FOR_EVER,
    )
    kept_s = int(answer["Cache-Control"].removeprefix("public, max-age="))
    lives_s = int(parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"][0])
    assert kept_s < lives_s


def test_a_file_is_fetched_once_and_anew_when_it_changed(
    in_bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = []
    fetch = bucket.Bucket._fetch
    monkeypatch.setattr(
        bucket.Bucket, "_fetch", lambda *args: (fetched.append(args[1]), fetch(*args))[1]
    )
    storage.keep_bytes("tracks/a/song.wav", b"old")
    for _ in range(2):
        with storage.local("tracks/a/song.wav") as path:
            assert path.read_bytes() == b"old"
    storage.keep_bytes("tracks/a/song.wav", b"newer")
    with storage.local("tracks/a/song.wav") as path:
        assert path.read_bytes() == b"newer"
    assert len(fetched) == 2
    assert not list(in_bucket.glob(".*"))


def test_many_large_pieces_arrive_as_one_file(in_bucket: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    large.write_bytes(os.urandom(2**20) * 33)  # more than one part
    storage.keep("visuals/a/large.mp4", large)
    with storage.local("visuals/a/large.mp4") as path:
        assert path.read_bytes() == large.read_bytes()


def test_more_files_than_one_page_lists_are_all_removed(
    in_bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        storage.keep_bytes(f"visuals/a/{number}.jpg", b"x")
    client = storage._store()._client  # type: ignore[attr-defined]
    pages = client.get_paginator("list_objects_v2")
    small = type("Small", (), {"paginate": lambda _, **a: pages.paginate(**a, MaxKeys=2)})
    monkeypatch.setattr(client, "get_paginator", lambda _: small())
    storage.remove_all("visuals/a")
    assert not any(storage.exists(f"visuals/a/{number}.jpg") for number in range(5))


def test_a_bucket_that_is_away_is_a_clear_error_that_passes(
    settings: Any, tmp_path: Path, source: Path
) -> None:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    settings.CACHE_DIR = tmp_path / "cache"
    settings.STORAGES = settings.STORAGES | {"default": _bucket_at(f"http://{host}:{port}")}
    store: Any = storage._store()
    store.client_config = store.client_config.merge(Config(retries={"total_max_attempts": 1}))
    store.connection.create_bucket(Bucket=BUCKET)
    storage.keep_bytes("tracks/a/song.wav", b"old")
    moto.stop()
    for act in (
        lambda: storage.keep("tracks/a/song.wav", source),
        lambda: storage.read_bytes("tracks/a/song.wav"),
        lambda: storage.send(RequestFactory().get("/"), "tracks/a/song.wav", content_type="a/b"),
        lambda: storage.local("tracks/a/song.wav").__enter__(),
        lambda: storage.remove_all("tracks/a"),
    ):
        with pytest.raises(storage.FilesUnreachable) as caught:
            act()  # type: ignore[no-untyped-call]
        assert caught.value.retryable
        assert "again in a minute" in str(caught.value)


def test_a_bucket_that_does_not_exist_is_for_the_operator_to_mend(
    settings: Any, server: str
) -> None:
    wrong = _bucket_at(server)
    wrong["OPTIONS"]["bucket_name"] = "another"
    settings.STORAGES = settings.STORAGES | {"default": wrong}
    with pytest.raises(storage.FilesRefused) as caught:
        storage.keep_bytes("tracks/a/song.wav", b"")
    assert not caught.value.retryable
    assert not storage.check().ok


def test_readiness_and_the_settings_page_show_a_bucket_that_is_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL = BUCKET, "http://127.0.0.1:1"
    settings.STORAGES = settings.STORAGES | {"default": _bucket_at("http://127.0.0.1:1")}
    monkeypatch.setattr(health, "_checks", {})
    health.register("files", storage.check)
    health.forget()
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert not answer.json()["parts"]["files"]["ok"]
    servers = next(g for g in installation.groups(everything=True) if g.title == "Servers")
    row = next(row for row in servers.rows if row.name == "Files")
    assert row.state == "off"
    assert "secret" not in row.value + row.why
    health.forget()


@pytest.mark.parametrize("style", ["virtual", "path"])
@pytest.mark.parametrize(
    ("endpoint", "region"),
    [("", ""), ("", "us-east-1"), ("", "eu-west-1"), ("https://files.example.com:9000", "auto")],
)
def test_pages_may_fetch_from_where_signed_addresses_lead(
    settings: Any, monkeypatch: pytest.MonkeyPatch, endpoint: str, region: str, style: str
) -> None:
    for name, value in (
        ("S3_BUCKET", BUCKET),
        ("S3_ENDPOINT_URL", endpoint),
        ("S3_REGION", region),
        ("S3_ADDRESSING", style),
    ):
        monkeypatch.setattr(casset_settings, name, value)
    made = _bucket_at(endpoint)
    made["OPTIONS"] |= {
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "addressing_style": style,
    }
    settings.STORAGES = settings.STORAGES | {"default": made}
    store: Any = storage._store()
    leads = urlsplit(store.url("visuals/a/1/loop.mp4"))
    assert casset_settings._bucket_origins() == [f"{leads.scheme}://{leads.netloc}"]


# -- copies of a bucket's files ---------------------------------------------------------------
def _hold(cache: Cache, name: str, size: int) -> Any:
    return cache.held(name, "v1", lambda part: part.write_bytes(b"x" * size) and None)


def test_copies_stay_within_their_bound_and_the_oldest_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 250)
    for age, name in enumerate(("a", "b")):
        with _hold(cache, name, 100) as path:
            pass
        os.utime(path, (1000 + age, 1000 + age))
    with _hold(cache, "c", 100):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"v1~b", "v1~c"}


def test_a_copy_in_use_is_never_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 150)
    with _hold(cache, "a", 100) as path, _hold(cache, "b", 100):
        assert path.exists()
    with _hold(cache, "c", 100):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"v1~c"}


def test_a_file_larger_than_the_bound_can_be_read_all_the_same(tmp_path: Path) -> None:
    with _hold(Cache(tmp_path, 10), "a", 100) as path:
        assert path.stat().st_size == 100


def test_many_who_want_one_file_at_once_and_others_that_make_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 150)
    wrong: list[object] = []

    def read(mine: int) -> None:
        for turn in range(20):
            with _hold(cache, f"f{(mine + turn) % 3}", 100) as path:
                if path.read_bytes() != b"x" * 100:
                    wrong.append(path)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not wrong
    assert not list(tmp_path.glob(".*"))


def test_a_fetch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def breaks(part: Path) -> None:
        part.write_bytes(b"half")
        raise storage.FilesUnreachable

    with (
        pytest.raises(storage.FilesUnreachable),
        Cache(tmp_path, 150).held("a", "v1", breaks),
    ):
        pass
    assert not list(tmp_path.iterdir())
