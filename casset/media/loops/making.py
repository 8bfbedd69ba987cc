"""What the limited child does: one pass over an upload that writes the loop and measures it.

Run as a module by ``ingest``; see ``watched`` for how the two speak.
"""

from __future__ import annotations

import errno
import shutil
import traceback
from pathlib import Path
from typing import Any

import av
import cv2

from casset.lib import hashing
from casset.lib.errors import CassetError, MediaError
from casset.media import files, watched
from casset.media.compose import segment
from casset.media.compose.encoder import FPS
from casset.media.loops import joining, measuring, reading, writing
from casset.media.loops.facts import Flashing, Join, LoopFacts, Source
from casset.media.loops.kinds import Kind


def make(source: Path, kind: Kind, scratch: Path, *, join: Join, max_s: float) -> LoopFacts:
    """Write loop.mp4, small.mp4, poster.jpg and small.jpg to ``scratch`` and return the facts.

    Raises ``MediaError`` with what is wrong with the upload and what to do; then nothing of it counts.
    """
    watched.say({"at": 0.0, "text": "Looking at the video"})
    upload = reading.look(source, kind, max_s=max_s)
    joining.check(upload.frames, join, max_s)
    digest = hashing.file_sha256(source)
    opened = reading.read(upload, tables=scratch)
    size, frames = opened.size, joining.length(upload.frames, join)
    observer = measuring.Observer(frames)
    with writing.LoopWriter(scratch, size, frames=frames, observer=observer) as writer:
        for planes in joining.joined(opened.frames, upload.frames, size, join, scratch):
            writer.write(planes)
            if writer.written % 10 == 0:
                share = 0.03 + 0.92 * writer.written / frames
                watched.say({"at": round(share, 3), "text": "Bringing the loop to its form"})
    watched.say({"at": 0.96, "text": "Measuring the loop"})
    flashes = measuring.flashes(segment.grid_of(scratch / writing.LOOP_NAME))
    refuse_flashing(flashes)
    return writing.facts_of(
        scratch,
        observer,
        flashes,
        size=size,
        join=join,
        may_rebound=joining.length(upload.frames, "rebound") <= max_s * FPS,
        source=Source(
            container=kind,
            codec=upload.codec,
            width_px=upload.clip.size[0],
            height_px=upload.clip.size[1],
            rotation=opened.rotation,
            fps=upload.fps,
            duration_s=round(upload.clip.length_s, 3),
            hdr=opened.hdr,
            had_sound=upload.had_sound,
        ),
        sha256=digest,
    )


def refuse_flashing(flashes: Flashing) -> None:
    """Raise ``MediaError`` (``FLASHES``) for a loop with more than three flashes in a second."""
    if flashes.safe:
        return
    worst = max(flashes.general, flashes.red)
    kind = "saturated red" if flashes.red > flashes.general else "bright and dark"
    where = flashes.seconds[0] if flashes.seconds else 0.0
    raise MediaError(
        f"The loop flashes {worst} times a second (between {kind}, in the second that ends at "
        f"{where:.1f} s). More than 3 can cause seizures, so it cannot be used. "
        "Slow the changes down or make them softer, then upload it again.",
        code="FLASHES",
    )


def main() -> None:
    scratch: Path | None = None

    def orphaned() -> None:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)

    order = watched.begin(orphaned)
    scratch = Path(order["scratch"])
    cv2.setNumThreads(1)
    av.logging.set_level(None)
    watched.say(_answer(order, scratch))


def _answer(order: dict[str, Any], scratch: Path) -> dict[str, Any]:
    try:
        facts = make(
            Path(order["source"]),
            order["kind"],
            scratch,
            join=order["join"],
            max_s=order["max_s"],
        )
    except MemoryError:
        return _no_memory()
    except CassetError as fault:
        if fault.code == "DISK_FULL":
            return {"disk_full": True}
        if isinstance(fault.__cause__, MemoryError):
            return _no_memory()
        return {"error": str(fault), "code": fault.code, "retryable": fault.retryable}
    except OSError as fault:
        if files.is_disk_full(fault):
            return {"disk_full": True}
        if fault.errno == errno.ENOMEM:
            return _no_memory()
        return {"fault": traceback.format_exc()}
    except Exception:  # noqa: BLE001  told to the parent, which keeps it as the cause of its error
        return {"fault": traceback.format_exc()}
    return {"answer": facts.model_dump(mode="json")}


def _no_memory() -> dict[str, Any]:
    return {
        "error": "Reading this video needs more memory than one upload may use. "
        "Export it as H.264 at 1080 x 1920.",
        "code": "TOO_LARGE",
    }


if __name__ == "__main__":
    main()
