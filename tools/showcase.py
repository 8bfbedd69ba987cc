"""Cut the start page's film from one Casset made: ``tools/showcase.py FILM NAME START END``.

FILM is a film of ``make video`` with its ``.json`` beside it. Writes ``static/film/NAME.mp4`` (720p,
at most 2.4 MB), ``NAME.webp`` (the first frame), ``NAME-1.webp`` … (a frame of each shot) and, into
``casset/web/showcase.json``, the sentence, the sound's outline and the shots with their reasons.
START and END, in seconds, are best two bar lines.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FILMS = ROOT / "static" / "film"
LIST = ROOT / "casset" / "web" / "showcase.json"
SIZE = (1280, 720)
THUMB = (400, 225)
BARS = 148
FILM_BYTES = 2_400_000
POSTER_BYTES = 80_000


def main(film: Path, name: str, start_s: float, end_s: float) -> None:
    FILMS.mkdir(parents=True, exist_ok=True)
    made = FILMS / f"{name}.mp4"
    for crf in range(28, 42, 3):
        encode(film, made, start_s, end_s, crf)
        if made.stat().st_size <= FILM_BYTES:
            break
    for quality in range(84, 20, -4):
        picture = BytesIO()
        picture_at(film, start_s).resize(SIZE, Image.Resampling.LANCZOS).save(
            picture, "WEBP", quality=quality, method=6
        )
        if picture.tell() <= POSTER_BYTES:
            break
    (FILMS / f"{name}.webp").write_bytes(picture.getvalue())
    told = json.loads(film.with_suffix(".json").read_text())
    films = json.loads(LIST.read_text()) if LIST.exists() else {}
    seen = shots(told, start_s, end_s)
    for number, shot in enumerate(seen, 1):
        picture_at(film, start_s + shot["at_s"] + 0.6).resize(THUMB, Image.Resampling.LANCZOS).save(
            FILMS / f"{name}-{number}.webp", "WEBP", quality=72, method=6
        )
    films[name] = {
        "sentence": told["request"]["prompt"],
        "from_s": round(start_s, 2),
        "duration_s": round(end_s - start_s, 3),
        "bars_s": [
            round(at - start_s, 2)
            for at in told["analysis"]["downbeats"]
            if start_s - 0.1 < at < end_s - 0.1
        ],
        "peaks": peaks(film, start_s, end_s),
        "shots": seen,
    }
    LIST.write_text(json.dumps(films, indent=1, ensure_ascii=False) + "\n")
    print(
        f"{name}: crf {crf}, {made.stat().st_size / 1e6:.2f} MB, poster {picture.tell() / 1e3:.0f} kB"
    )


def shots(told: dict[str, Any], start_s: float, end_s: float) -> list[dict[str, Any]]:
    """What is seen between the two times and why: seconds from ``start_s``."""
    return [
        {
            "at_s": max(0.0, round(shot["start"] - start_s, 2)),
            "seen": shot["description"],
            "why": shot["reasons"][0]["text"] if shot["reasons"] else "",
        }
        for clip in told["plan"]["clip_scripts"]
        for shot in clip["shots"]
        if shot["end"] > start_s + 0.1 and shot["start"] < end_s - 0.1
    ]


def peaks(film: Path, start_s: float, end_s: float) -> list[int]:
    """The loudest sample of each of ``BARS`` equal parts, in per cent of the loudest of all."""
    with av.open(str(film)) as source:
        heard = source.streams.audio[0]
        source.seek(int(start_s / heard.time_base), stream=heard)
        parts = [
            frame.to_ndarray().mean(axis=0)
            for frame in source.decode(heard)
            if start_s <= frame.time < end_s
        ]
    loud = [abs(part).max() for part in np.array_split(np.concatenate(parts), BARS)]
    return [round(100 * float(one / max(loud))) for one in loud]


def picture_at(film: Path, at_s: float) -> Image.Image:
    with av.open(str(film)) as source:
        for frame in frames(source, at_s, at_s + 1):
            return frame.to_image()
    raise SystemExit(f"{film} has no picture at {at_s} s.")


def frames(source: Any, start_s: float, end_s: float) -> Any:
    stream = source.streams.video[0]
    source.seek(int(max(0, start_s - 3) / stream.time_base), stream=stream)
    for frame in source.decode(stream):
        if start_s - 0.01 <= frame.time < end_s - 0.01:
            yield frame
        elif frame.time >= end_s:
            return


def encode(film: Path, out: Path, start_s: float, end_s: float, crf: int) -> None:
    with (
        av.open(str(film)) as source,
        av.open(str(film)) as sounds,
        av.open(str(out), "w", options={"movflags": "+faststart"}) as made,
    ):
        picture = made.add_stream("libx264", rate=30)
        picture.width, picture.height = SIZE
        picture.pix_fmt = "yuv420p"
        picture.options = {"crf": str(crf), "preset": "medium", "g": "60", "profile": "high"}
        sound = made.add_stream("aac", rate=44_100)
        sound.bit_rate = 96_000
        for number, frame in enumerate(frames(source, start_s, end_s)):
            small = frame.reformat(*SIZE, format="yuv420p", interpolation="LANCZOS")
            small.pts, small.time_base = number, Fraction(1, 30)
            made.mux(picture.encode(small))
        made.mux(picture.encode(None))
        heard = sounds.streams.audio[0]
        sounds.seek(int(start_s / heard.time_base), stream=heard)
        queue = av.AudioFifo()
        for frame in sounds.decode(heard):
            if start_s <= frame.time < end_s:
                frame.pts = None
                queue.write(frame)
        passed = 0
        while block := queue.read(1024, partial=True):
            block.pts, block.sample_rate = passed, 44_100
            passed += block.samples
            made.mux(sound.encode(block))
        made.mux(sound.encode(None))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
