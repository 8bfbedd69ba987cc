"""Files in pieces: cut off, late, twice, at once, somebody else's, too many, and what they are."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from casset.accounts import services as accounts
from casset.lib.errors import InvalidTransition, NotFound
from casset.web import tasks, uploads
from casset.web.models import Upload
from casset.web.uploads import kinds, parts, purposes, services
from tests.accounts.factories import UserFactory
from tests.web.serving import Site

PIECE = "application/offset+octet-stream"
MP4 = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 40  # 10 252 bytes
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>' + b" " * 10_000


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def mara(transactional_db: None) -> Any:
    return UserFactory()


class Sender:
    """A tus client with a token, on the real site."""

    def __init__(self, site: Site, user: Any) -> None:
        self._site = site
        _, token = accounts.create_token(user, name="test")
        self._signed = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=self._signed | named)
        answer = connection.getresponse()
        try:
            got = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, got, answer.read()
        finally:
            connection.close()

    def begin(self, size: int, purpose: str = "visual", name: str = "loop.mp4") -> Any:
        about = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}"
            for key, value in (("purpose", purpose), ("filename", name))
        )
        return self.ask("POST", "/api/uploads/", Upload_Length=str(size), Upload_Metadata=about)

    def started(self, size: int, purpose: str = "visual") -> str:
        status, headers, _ = self.begin(size, purpose)
        assert status == 201
        return "/" + headers["location"].split("/", 3)[3]

    def piece(self, path: str, offset: int, body: bytes, **headers: str) -> Any:
        return self.ask(
            "PATCH", path, body, Upload_Offset=str(offset), Content_Type=PIECE, **headers
        )

    def offset(self, path: str) -> int:
        status, headers, _ = self.ask("HEAD", path)
        assert status == 200
        return int(headers["upload-offset"])


@pytest.fixture
def sender(site: Site) -> Callable[[Any], Sender]:
    return lambda user: Sender(site, user)


def error(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[2])["error"]["code"]


def id_in(path: str) -> str:
    return path.rsplit("/", 1)[1]


# -- the protocol ----------------------------------------------------------------------------
def test_a_file_in_pieces_is_whole_and_can_be_taken_once(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    for start in range(0, len(MP4), 5000):
        status, headers, _ = client.piece(path, start, MP4[start : start + 5000])
        assert status == 204
        assert headers["tus-resumable"] == "1.0.0"
        assert "upload-expires" in headers
    assert int(headers["upload-offset"]) == len(MP4)
    state = json.loads(client.ask("GET", path)[2])
    assert (state["is_finished"], state["mime"], state["name"]) == (True, "video/mp4", "loop.mp4")
    with uploads.take(id_in(path), owner=mara, purpose="visual") as taken:
        assert taken.path.read_bytes() == MP4
        assert taken.sha256 == hashlib.sha256(MP4).hexdigest()
        assert (taken.name, taken.mime, taken.size_bytes) == ("loop.mp4", "video/mp4", len(MP4))
    assert client.ask("HEAD", path)[0] == 404
    assert not parts.path_of(id_in(path)).parent.exists()
    with pytest.raises(NotFound), uploads.take(id_in(path), owner=mara, purpose="visual"):
        pass


def test_what_the_server_can_do_is_told_to_anybody(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("OPTIONS", "/api/uploads/")
    answer = connection.getresponse()
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert int(answer.headers["Tus-Max-Size"]) == 500 * 2**20
    connection.close()


def test_another_version_of_the_protocol_is_told_which_one_is_spoken(
    sender: Any, mara: Any
) -> None:
    client = sender(mara)
    path = client.started(10)
    status, headers, _ = client.piece(path, 0, b"x", Tus_Resumable="0.2.2")
    assert (status, headers["tus-version"]) == (412, "1.0.0")


def test_a_network_that_lets_only_post_through_can_send_too(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    status, headers, _ = client.ask(
        "POST", path, MP4, X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=PIECE
    )
    assert (status, headers["upload-offset"]) == (204, str(len(MP4)))
    assert client.ask("POST", path, b"")[0] == 405


@pytest.mark.parametrize(("right", "status"), [(True, 204), (False, 460)])
def test_a_piece_that_arrives_changed_is_not_kept(
    sender: Any, mara: Any, right: bool, status: int
) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    digest = hashlib.sha1(MP4[:5000] if right else b"other", usedforsecurity=False).digest()
    checksum = f"sha1 {base64.b64encode(digest).decode()}"
    assert client.piece(path, 0, MP4[:5000], Upload_Checksum=checksum)[0] == status
    assert client.offset(path) == (5000 if right else 0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Offset": "٣".encode().decode("latin-1")}, 400),
        ({"Upload_Checksum": "crc32 AAAA"}, 400),
        ({"Upload_Checksum": "sha1 ?"}, 400),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_a_piece_with_wrong_headers_changes_nothing(
    sender: Any, mara: Any, headers: dict[str, str], status: int
) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    usual = {"Upload_Offset": "0", "Content_Type": PIECE}
    assert client.ask("PATCH", path, MP4, **(usual | headers))[0] == status
    assert client.offset(path) == 0


# -- late, twice, at once, cut off -----------------------------------------------------------
def test_a_piece_sent_twice_or_out_of_order_is_told_so(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    assert error(client.piece(path, 5000, MP4[5000:])) == (409, "OFFSET_MISMATCH")
    assert client.piece(path, 0, MP4[:5000])[0] == 204
    assert error(client.piece(path, 0, MP4[:5000])) == (409, "OFFSET_MISMATCH")
    assert client.offset(path) == 5000
    assert client.piece(path, 5000, MP4[5000:])[0] == 204
    assert error(client.piece(path, len(MP4), b"x")) == (413, "FILE_TOO_LARGE")


def test_a_connection_that_breaks_at_99_percent_goes_on_where_it_stopped(
    site: Site, sender: Any, mara: Any
) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    client.piece(path, 0, MP4[:6000])
    with site.connection() as connection:
        lines = [f"PATCH {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {PIECE}"]
        lines += [f"{name}: {value}" for name, value in client._signed.items()]
        lines += ["Upload-Offset: 6000", f"Content-Length: {len(MP4) - 6000}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + MP4[6000:-1])
    here = client.offset(path)
    assert here == 6000
    assert client.piece(path, here, MP4[here:])[0] == 204
    with uploads.take(id_in(path), owner=mara, purpose="visual") as taken:
        assert taken.path.read_bytes() == MP4


def test_a_piece_beside_another_one_waits(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    with parts.locked(id_in(path)):
        assert error(client.piece(path, 0, MP4)) == (423, "LOCKED")
        assert error(client.ask("DELETE", path)) == (423, "LOCKED")
    assert client.piece(path, 0, MP4)[0] == 204


def test_of_many_who_send_the_same_piece_at_once_one_is_heard(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4) * 2)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(client.piece(path, 0, MP4)[0]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    assert client.offset(path) == len(MP4)


def test_killed_between_writing_and_noting_the_piece_is_sent_again(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    client.piece(path, 0, MP4[:5000])
    with parts.path_of(id_in(path)).open("ab") as file:
        file.write(b"never noted")
    assert client.offset(path) == 5000
    assert client.piece(path, 5000, MP4[5000:])[0] == 204
    with uploads.take(id_in(path), owner=mara, purpose="visual") as taken:
        assert taken.path.read_bytes() == MP4


def test_what_the_disk_lost_is_asked_for_again(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    client.piece(path, 0, MP4[:5000])
    os.truncate(parts.path_of(id_in(path)), 100)
    assert client.offset(path) == 100
    shutil.rmtree(parts.path_of(id_in(path)).parent)
    assert client.ask("HEAD", path)[0] == 404
    assert error(client.piece(path, 100, MP4[100:])) == (404, "NOT_FOUND")


# -- somebody else's, too many, too large ----------------------------------------------------
def test_somebody_elses_upload_is_not_there(sender: Any, mara: Any) -> None:
    path = sender(mara).started(len(MP4))
    other = sender(UserFactory())
    assert other.ask("HEAD", path)[0] == 404
    for answer in (other.ask("GET", path), other.piece(path, 0, MP4), other.ask("DELETE", path)):
        assert error(answer) == (404, "NOT_FOUND")
    assert sender(mara).offset(path) == 0


def test_without_a_name_nobody_sends(site: Site, mara: Any, sender: Any) -> None:
    path = sender(mara).started(len(MP4))
    client = Client(enforce_csrf_checks=True)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    for method, address in (("POST", "/api/uploads/"), ("PATCH", path), ("DELETE", path)):
        answer = client.generic(method, address, MP4, content_type=PIECE, headers=headers)
        assert answer.status_code == 401
    client.force_login(mara, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.generic("PATCH", path, MP4, content_type=PIECE, headers=headers)
    assert answer.status_code == 403  # no CSRF token


@pytest.mark.parametrize("size", [0, 500 * 2**20 + 1, 10**14])
def test_a_size_nobody_may_send_is_refused_before_a_byte_is_sent(
    sender: Any, mara: Any, size: int
) -> None:
    status, code = error(sender(mara).begin(size))
    assert (status, code) == ((413, "FILE_TOO_LARGE") if size else (400, "VALIDATION_ERROR"))
    assert not Upload.objects.exists()


def test_more_bytes_than_announced_are_refused_and_the_file_stays_as_it_was(
    sender: Any, mara: Any
) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    client.piece(path, 0, MP4[:5000])
    assert error(client.piece(path, 5000, MP4[5000:] + b"x")) == (413, "FILE_TOO_LARGE")
    assert client.offset(path) == 5000
    assert parts.size_of(id_in(path)) == 5000


def test_a_piece_of_more_than_eight_megabytes_is_refused(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(20 * 2**20)
    assert error(client.piece(path, 0, bytes(8 * 2**20 + 1))) == (413, "TOO_LARGE")


def test_ten_unfinished_files_are_enough_for_one_person(sender: Any, mara: Any) -> None:
    client = sender(mara)
    paths = [client.started(100) for _ in range(10)]
    status, headers, body = client.begin(100)
    assert (status, json.loads(body)["error"]["code"]) == (429, "QUOTA_EXCEEDED")
    assert "retry-after" in headers
    assert sender(UserFactory()).begin(100)[0] == 201
    assert client.ask("DELETE", paths[0])[0] == 204
    assert client.begin(100)[0] == 201
    assert len(list(parts.path_of("x").parent.parent.iterdir())) == Upload.objects.count()


def test_two_gigabytes_on_their_way_are_enough_also_when_announced_at_once(
    sender: Any, mara: Any, settings: Any
) -> None:
    settings.UPLOADS_MAX_BYTES = 1000
    client = sender(mara)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(client.begin(400)[0])) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [201, 201, 429, 429, 429]


def test_a_disk_that_could_not_hold_it_says_so_first(sender: Any, mara: Any, settings: Any) -> None:
    settings.UPLOADS_SPARE_BYTES = 2**60
    assert error(sender(mara).begin(100)) == (503, "DISK_FULL")


@pytest.mark.parametrize("about", ["", "purpose", "purpose ?", "purpose bm9uZQ==", "x" * 5000])
def test_without_a_purpose_that_is_known_nothing_begins(sender: Any, mara: Any, about: str) -> None:
    answer = sender(mara).ask("POST", "/api/uploads/", Upload_Length="10", Upload_Metadata=about)
    assert error(answer) == (400, "VALIDATION_ERROR")


# -- what it is ------------------------------------------------------------------------------
def test_a_drawing_that_is_called_a_video_is_refused_with_its_first_piece(
    sender: Any, mara: Any
) -> None:
    client = sender(mara)
    path = client.started(len(SVG) * 2)
    status, _, body = client.piece(path, 0, SVG)
    assert (status, json.loads(body)["error"]["code"]) == (415, "UNSUPPORTED_FORMAT")
    assert "MP4, MOV or WebM" in json.loads(body)["error"]["message"]
    assert client.ask("HEAD", path)[0] == 404
    assert not parts.path_of(id_in(path)).exists()


def test_a_file_is_recognised_however_small_its_pieces(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(30)
    assert client.piece(path, 0, SVG[:3])[0] == 204
    assert client.piece(path, 3, SVG[3:30])[0] == 415


def test_a_name_is_only_ever_shown(mara: Any) -> None:
    upload = services.create(
        owner=mara, purpose="visual", size_bytes=10, name="../../etc\\pass\0wd\u202e\n" + "x" * 999
    )
    assert upload.name == "passwd" + "x" * 194


@pytest.mark.parametrize(
    ("recognise", "head", "mime"),
    [
        (kinds.video, b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (kinds.video, b"\0\0\0\x08wide\0\0", "video/quicktime"),
        (kinds.video, b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (kinds.video, b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", None),
        (kinds.video, b"\0\0\0\x1cftypavif", None),
        (kinds.video, b"#EXTM3U\n", None),
        (kinds.video, b"", None),
        (kinds.audio, b"OggS\0", "audio/ogg"),
        (kinds.audio, b"ID3\x04", "audio/mpeg"),
        (kinds.audio, b"\xff\xfb\x90\x64", "audio/mpeg"),
        (kinds.audio, b"\xff\xff\xff\xff", None),
        (kinds.audio, b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (kinds.audio, b"\0\0\0\x1cftypM4A ", "audio/mp4"),
        (kinds.image, b"RIFF\0\0\0\0WEBP", "image/webp"),
        (kinds.image, b"\xff\xd8\xff\xe0", "image/jpeg"),
        (kinds.image, b"GIF89a", None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(recognise: Any, head: bytes, mime: str | None) -> None:
    assert recognise(head) == mime


# -- taking ----------------------------------------------------------------------------------
@pytest.fixture
def whole(mara: Any) -> Upload:
    upload = services.create(owner=mara, purpose="visual", size_bytes=len(MP4), name="loop.mp4")
    left = [MP4]
    return services.append(upload, offset=0, read=lambda _: left.pop() if left else b"")


def test_an_unfinished_one_somebody_elses_or_of_another_purpose_is_not_given(mara: Any) -> None:
    upload = services.create(owner=mara, purpose="visual", size_bytes=100)
    with pytest.raises(InvalidTransition), uploads.take(upload.pk, owner=mara, purpose="visual"):
        pass
    for owner, purpose in ((UserFactory(), "visual"), (mara, "track")):
        with pytest.raises(NotFound), uploads.take(upload.pk, owner=owner, purpose=purpose):
            pass


def test_where_its_use_fails_it_can_be_taken_again(whole: Upload, mara: Any) -> None:
    with (
        pytest.raises(FileNotFoundError),
        uploads.take(whole.pk, owner=mara, purpose="visual"),
    ):
        raise FileNotFoundError
    with transaction.atomic():
        with uploads.take(whole.pk, owner=mara, purpose="visual"):
            pass
        transaction.set_rollback(True)
    with uploads.take(whole.pk, owner=mara, purpose="visual") as taken:
        assert taken.path.read_bytes() == MP4


def test_while_one_takes_it_another_may_not(whole: Upload, mara: Any) -> None:
    with uploads.take(whole.pk, owner=mara, purpose="visual"):
        with (
            pytest.raises(InvalidTransition),
            uploads.take(whole.pk, owner=mara, purpose="visual"),
        ):
            pass
        with pytest.raises(InvalidTransition):
            services.remove(whole)


def test_killed_before_it_was_summed_up_it_is_summed_up_when_taken(
    whole: Upload, mara: Any
) -> None:
    Upload.objects.update(sha256="")
    with uploads.take(whole.pk, owner=mara, purpose="visual") as taken:
        assert taken.sha256 == hashlib.sha256(MP4).hexdigest()


def test_an_address_says_which_upload_it_is(whole: Upload) -> None:
    assert uploads.id_of(f"https://example.com/api/uploads/{whole.pk}") == whole.pk
    assert uploads.id_of(f"/api/uploads/{whole.pk}") == uploads.id_of(whole.pk) == whole.pk
    for other in ("", "https://example.com/api/uploads/../x", "/api/uploads/", "javascript:x"):
        assert uploads.id_of(other) is None


# -- its end ---------------------------------------------------------------------------------
def test_after_a_day_it_is_gone_and_swept(whole: Upload, mara: Any, sender: Any) -> None:
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    path = f"/api/uploads/{whole.pk}"
    assert sender(mara).ask("HEAD", path)[0] == 404
    assert uploads.sweep() == 1
    assert not Upload.objects.exists()
    assert not parts.path_of(whole.pk).parent.exists()


def test_a_piece_makes_it_live_longer(sender: Any, mara: Any) -> None:
    client = sender(mara)
    path = client.started(len(MP4))
    Upload.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    client.piece(path, 0, MP4[:10])
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(hours=23)


def test_a_sweep_leaves_what_is_used_and_removes_what_belongs_to_nobody(
    whole: Upload, mara: Any
) -> None:
    base = parts.path_of(whole.pk).parent.parent
    for name in ("a" * 14, "b" * 14, "not-ours"):
        (base / name).mkdir()
    for name in ("a" * 14, "not-ours", whole.pk):
        os.utime(base / name, (0, 0))
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with parts.locked(whole.pk):
        assert uploads.sweep() == 1
    assert {folder.name for folder in base.iterdir()} == {"b" * 14, "not-ours", whole.pk}


def test_with_its_person_an_upload_goes(whole: Upload, mara: Any) -> None:
    mara.delete()
    os.utime(parts.path_of(whole.pk).parent, (0, 0))
    tasks.tidy()
    assert not parts.path_of(whole.pk).parent.exists()


# -- in one request --------------------------------------------------------------------------
def _media(client: Sender, body: bytes, name: str = "loop.mp4") -> Any:
    form = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n'
        b"Content-Type: video/mp4\r\n\r\n%b\r\n--edge--\r\n" % (name.encode(), body)
    )
    return client.ask(
        "POST", "/api/upload/media", form, Content_Type="multipart/form-data; boundary=edge"
    )


@pytest.mark.parametrize(
    ("body", "category", "purpose"),
    [
        (MP4, "video", "visual"),
        (b"\xff\xd8\xff\xe0" + b"x" * 100, "image", "image"),
        (b"OggS" + b"x" * 3_000_000, "audio", "track"),
    ],
)
def test_a_file_in_one_request_is_the_same_upload(
    sender: Any, mara: Any, body: bytes, category: str, purpose: str
) -> None:
    status, _, text = _media(sender(mara), body)
    answer = json.loads(text)
    assert (status, answer["category"], answer["sizeBytes"]) == (201, category, len(body))
    assert uploads.id_of(answer["url"]) == answer["upload"]
    with uploads.take(answer["upload"], owner=mara, purpose=purpose) as taken:
        assert taken.path.read_bytes() == body
        assert taken.mime == answer["mime"]


def test_one_request_is_refused_by_kind_by_size_and_without_a_name(
    sender: Any, mara: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert error(_media(sender(mara), SVG)) == (415, "UNSUPPORTED_FORMAT")
    assert error(_media(sender(mara), b"")) == (400, "VALIDATION_ERROR")
    monkeypatch.setattr(purposes, "_purposes", dict(purposes._purposes))
    uploads.allow("image", max_bytes=50, recognise=kinds.image, sentence="")
    assert error(_media(sender(mara), b"\xff\xd8\xff\xe0" + b"x" * 100)) == (413, "FILE_TOO_LARGE")
    assert client.post("/api/upload/media").status_code == 401
    assert not Upload.objects.exists()
    assert not parts.path_of("x").parent.parent.exists()
