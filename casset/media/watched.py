"""Run a module of ours on an untrusted file in a limited child process, hear how far it is, end it when asked.

The child writes lines of JSON: ``{"at": share, "text": ...}`` while it works, at last ``{"answer":
...}``, ``{"error": ..., "code": ...}``, ``{"disk_full": true}`` or ``{"fault": traceback}``. It gets its order as one line
and its input stays open as long as the parent lives, so that it can see when nobody waits for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from casset.lib.errors import MediaError, MissingCapability
from casset.media.ffmpeg import Limits
from casset.media.ffmpeg_tasks import limit

LOOK_S = 0.25  # how often a child that says nothing is looked after
ORPHAN_S = 1.0  # how often the child looks whether its parent lives


class Fault(Exception):
    """What a child did not expect, with its traceback: a bug, or a file that found one."""


Progress = Callable[[float, str], None]


def run(
    module: str,
    arguments: dict[str, Any],
    *,
    limits: Limits,
    progress: Progress | None = None,
    cancelled: Callable[[], None] | None = None,
    too_long: str,
    crashed: str,
) -> dict[str, Any]:
    """Run ``python -m module`` with ``arguments`` and return its answer.

    ``cancelled`` is called a few times a second and ends the child by raising, as does any
    exception of ``progress``; the child is gone when this returns or raises. Raises ``MediaError``
    with the child's own sentence and code, with ``too_long`` at the wall limit, with ``crashed``
    when it died (its cause a ``Fault`` where the child could still say why); ``MissingCapability`` when the disk is full.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    order_to, output = cast(IO[str], child.stdin), cast(IO[str], child.stdout)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    hearing = threading.Thread(target=_hear, args=(output, lines), daemon=True)
    hearing.start()
    try:
        order = {"arguments": arguments, "limits": vars(limits)}
        try:
            order_to.write(json.dumps(order) + "\n")
            order_to.flush()
        except BrokenPipeError:
            raise MediaError(crashed, code="UNREADABLE") from None
        last = _follow(lines, limits.wall_s, progress, cancelled, too_long)
    finally:
        child.kill()
        child.wait()
        hearing.join()
        output.close()
        with contextlib.suppress(BrokenPipeError):  # an order that was never read
            order_to.close()
    if last.get("disk_full"):
        raise MissingCapability(
            "The disk is full: free some space, then start again.", code="DISK_FULL"
        )
    if "error" in last:
        raise MediaError(last["error"], code=last.get("code"), retryable=last.get("retryable"))
    if "answer" not in last:
        cause = Fault(last["fault"]) if "fault" in last else None
        raise MediaError(crashed, code="UNREADABLE") from cause
    return dict(last["answer"])


def begin(orphaned: Callable[[], None]) -> dict[str, Any]:
    """For the child: take the limits of its order, and return the arguments.

    When the parent dies, ``orphaned`` is called and the process ends at once.
    """
    order = json.loads(_line(sys.stdin.fileno()))
    limits = order["limits"]
    limit(limits["memory_bytes"], limits["cpu_s"], limits["output_bytes"])

    parent = os.getppid()

    def watch() -> None:
        # A process that the parent forked may hold the other end of our input: its number counts too.
        while os.getppid() == parent:
            ready, _, _ = select.select([sys.stdin], [], [], ORPHAN_S)
            if ready and not os.read(sys.stdin.fileno(), 4096):
                break
        try:
            orphaned()
        finally:
            os._exit(3)

    threading.Thread(target=watch, daemon=True).start()
    return dict(order["arguments"])


def say(message: dict[str, Any]) -> None:
    """For the child: one line to the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _follow(
    lines: queue.SimpleQueue[str | None],
    wall_s: float,
    progress: Progress | None,
    cancelled: Callable[[], None] | None,
    too_long: str,
) -> dict[str, Any]:
    """The child's last message; an empty one when it ended without."""
    until = time.monotonic() + wall_s
    while True:
        if cancelled is not None:
            cancelled()
        if time.monotonic() > until:
            raise MediaError(too_long, code="TOO_SLOW")
        try:
            line = lines.get(timeout=LOOK_S)
        except queue.Empty:
            continue
        if line is None:
            return {}
        try:
            message = dict(json.loads(line))
        except ValueError:
            continue
        if "at" not in message:
            return message
        if progress is not None:
            progress(float(message["at"]), str(message["text"]))


def _hear(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _line(descriptor: int) -> bytes:
    """One line, read without taking more than it from the descriptor's buffer."""
    taken = bytearray()
    while not taken.endswith(b"\n"):
        block = os.read(descriptor, 65536)
        if not block:
            break
        taken += block
    return bytes(taken)
