"""The film of a link: some seconds of the hook over its visual, small enough for every messenger."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

from casset.media.audio import decode, rendition
from casset.media.compose import mux, normalise, source
from casset.media.compose.encoder import FPS, Encoder
from casset.media.compose.mux import Joined, Piece
from casset.media.compose.segment import SegmentWriter

SIZE = (720, 1280)
LONGEST_S = 9.0
MAX_BYTES = 5_000_000
# At 720 x 1280 at most 3.1 Mbit/s: 3.5 MB for nine seconds, and 0.2 MB of sound.
ENCODER = Encoder(preset="veryfast", crf=25.0, maxrate_kbit=7_000, bufsize_kbit=7_000)


def film(
    loop: Path, sound: Path, out: Path, *, told: Callable[[float], object] = lambda share: None
) -> Joined:
    """Write the first nine seconds of ``sound`` over ``loop`` played again and again; 3 CPU seconds.

    ``told`` hears how far it is, 0..1, and may raise to stop it. Raises ``MediaError`` where one of
    the files is not what it should be, and ``MissingCapability`` (``DISK_FULL``).
    """
    heard = decode.decode(sound)
    frames = round(min(LONGEST_S, heard.duration) * FPS)
    with tempfile.TemporaryDirectory(prefix="casset-preview-") as folder:
        picture, part = Path(folder) / "picture.mp4", Path(folder) / "sound.m4a"
        facts = source.look(loop)
        once = max(1, round(facts.length_s * FPS))
        with SegmentWriter(picture, SIZE, frames=frames, encoder=ENCODER) as writer:
            again = (normalise.frames_of(loop, SIZE, once, range(once)) for _ in itertools.count())
            turns = itertools.chain.from_iterable(again)
            for number, planes in enumerate(itertools.islice(turns, frames)):
                writer.write(planes)
                if number % FPS == 0:
                    told(number / frames)
        rendition.cut(heard, part, start_s=0.0, end_s=frames / FPS)
        return mux.join([Piece(picture, 0, frames)], part, out)
