"""Sending a file from a page: through a connection that breaks, and over a reload."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from casset.web import uploads
from casset.web.models import Upload
from tests.accounts.factories import UserFactory
from tests.web.serving import Site

pytestmark = pytest.mark.browser

SIZE = 10 * 2**20
# The same file at every call: an MP4's head, then bytes that differ.
BEGIN = """async () => {
    const bytes = new Uint8Array(SIZE);
    for (let at = 0; at < bytes.length; at += 4) bytes[at] = (at >> 12) & 255;
    bytes.set(new TextEncoder().encode("\\0\\0\\0\\x20ftypisom"));
    const file = new File([bytes], "loop.mp4", { type: "video/mp4", lastModified: 1 });
    const { upload } = await import("/static/js/upload.js");
    window.seen = [];
    window.sending = upload({ file, purpose: "visual", onProgress: ({ share }) => seen.push(share) });
    sending.id.then((id) => (window.got = id), (error) => (window.failed = error.message || error.name));
}""".replace("SIZE", str(SIZE))


# Whether the browser remembers an upload to go on with.
KNOWN = "Object.keys(localStorage).some((key) => key.startsWith('tus::'))"


def sent() -> bytes:
    whole = bytearray(SIZE)
    for at in range(0, SIZE, 4):
        whole[at] = (at >> 12) & 255
    whole[:12] = b"\0\0\0\x20ftypisom"
    return bytes(whole)


class Line:
    """A connection to the site that breaks after ``cut_after`` bytes towards it, and stays broken
    until it is mended: browsers quietly try once more themselves."""

    def __init__(self, site: Site, cut_after: int) -> None:
        self._site_port = site.port
        self._left = cut_after
        self.has_broken = False
        self.is_mended = False
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        _end(*self._ends)
        for connection in self._ends:
            connection.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.has_broken and not self.is_mended:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._site_port))
                self._ends += [near, far]
                for ends in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := here.recv(2**16):
                there.sendall(data)
                if counts and not self.has_broken:
                    self._left -= len(data)
                    if self._left <= 0:
                        self.has_broken = True
                        _end(*self._ends)  # all there are: browsers would use another one
        _end(here, there)


def _end(*connections: socket.socket) -> None:
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(site: Site) -> Iterator[Callable[[int], Any]]:
    @contextmanager
    def laid(cut_after: int) -> Iterator[Line]:
        made = Line(site, cut_after)
        try:
            yield made
        finally:
            made.close()

    return laid


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


def asked(window: Any) -> list[str]:
    """Which methods the page uses on uploads, as they happen."""
    methods: list[str] = []
    window.page.on(
        "request",
        lambda request: "/api/uploads/" in request.url and methods.append(request.method),
    )
    return methods


def test_a_broken_connection_costs_one_piece_and_nobody_notices(visit: Any, line: Any) -> None:
    mara = UserFactory()
    with line(6 * 2**20) as cut, visit(user=mara) as window:
        methods = asked(window)
        lost: list[str] = []
        window.page.on("requestfailed", lambda request: lost.append(request.method))
        window.page.goto(f"http://127.0.0.1:{cut.port}/studio/new/")
        window.page.evaluate(BEGIN)
        window.until(lambda: "PATCH" in lost)
        cut.is_mended = True
        upload_id = window.until("window.got || window.failed", patience_s=60)
        assert methods.count("POST") == 1
        assert "HEAD" in methods  # it asked where to go on
        assert methods.count("PATCH") == 4  # three pieces, one of them again
        assert window.page.evaluate("seen.at(-1)") == 1
        # The browser says itself that a connection broke.
        window.complaints[:] = [one for one in window.complaints if "net::ERR" not in one]
    with uploads.take(upload_id, owner=mara, purpose="visual") as taken:
        assert taken.sha256 == hashlib.sha256(sent()).hexdigest()


@contextmanager
def only_pieces(window: Any, count: int) -> Iterator[None]:
    """No more than ``count`` pieces get through meanwhile."""
    left = [None] * count

    def pass_on(route: Any) -> None:
        if route.request.method == "PATCH" and not left:
            route.abort("connectionreset")
            return
        if route.request.method == "PATCH":
            left.pop()
        route.continue_()

    window.page.route("**/api/uploads/*", pass_on)
    yield
    window.page.unroute("**/api/uploads/*")
    window.complaints[:] = [one for one in window.complaints if "net::ERR" not in one]


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(visit: Any) -> None:
    with visit(user=UserFactory()) as window:
        methods = asked(window)
        window.go("/studio/new/")
        with only_pieces(window, 1):
            window.page.evaluate(BEGIN)
            window.until("window.seen.some((share) => share >= 0.4)")
            window.page.reload()
        before = Upload.objects.get()
        assert before.offset_bytes == 4 * 2**20
        window.page.evaluate(BEGIN)
        assert window.until("window.got || window.failed", patience_s=60) == before.pk
        assert methods.count("POST") == 1
        window.until(f"!({KNOWN})")


def test_one_that_is_stopped_leaves_nothing(visit: Any) -> None:
    with visit(user=UserFactory()) as window:
        window.go("/studio/new/")
        with only_pieces(window, 1):
            window.page.evaluate(BEGIN)
            window.until("window.seen.some((share) => share >= 0.4)")
            window.page.evaluate("sending.abort()")
            assert window.until("window.failed") == "Stopped."
            window.until(f"!({KNOWN})")
            window.until(lambda: not Upload.objects.exists())


def test_what_the_server_refuses_is_said_in_its_own_words(visit: Any) -> None:
    with visit(user=UserFactory()) as window:
        window.go("/studio/new/")
        window.page.evaluate(BEGIN.replace('purpose: "visual"', 'purpose: "image"'))
        assert "JPEG, PNG or WebP" in window.until("window.failed")
