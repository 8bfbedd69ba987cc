"""The composer beside its peers on the same clips, and beside x264 alone on the same frames.

Clips of a video service: three of 1024x576 at 24 frames a second become 12 s at 1080p and 30 frames
a second, with two crossfades and a song. Clips of our own: frames of three scenes, drawn beforehand;
12 s with crossfades only, and 28 s with one among six joins, which is about how many the director
plans. CPU seconds, children included, because wall time
means little on a busy machine; the median of three rounds in which what is compared takes turns
(frame by frame where it can). x264 alone gets the very frames of the film before they are encoded, mixed where they cross, with the
film's settings, from memory: what is counted is handing them over, encoding and writing the file. It
is free to set its key frames where it likes. moviepy and ffmpeg take
part where they are installed (``pip install moviepy``, which brings an ffmpeg). The last step is timed
on a three-minute film.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from benchmarks.film import SONG
from casset.media.audio import encode
from casset.media.audio.decode import Sound, decode
from casset.media.compose import encoder, mux, normalise, transitions
from casset.media.compose.segment import SegmentWriter
from casset.media.picture import Planes
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Renderer
from pipeline.contracts import Clip, Clips, ClipScript, Plan, PromptReading, Style, Transition
from pipeline.stages import composer

SIZE, SOURCE, SOURCE_RATE = (1920, 1080), (1024, 576), 24
CLIP_FRAMES = 120
FRAMES = 3 * CLIP_FRAMES
PLANNED_CLIPS, PLANNED_SOFT = 7, (3,)
SCENES = ("street", "sea", "city")
PALETTE = ("#05060f", "#14104a", "#c3167e", "#1fd5e8", "#f4f7ff")
ROUNDS = 3
MOST_RATIO, MOST_LAST_STEP_S, LONG_S = 1.10, 3.0, 180


def cpu_s() -> float:
    """CPU seconds of this process and of its finished children so far."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of one run."""
    cpu, wall = cpu_s(), time.monotonic()
    work()
    return cpu_s() - cpu, time.monotonic() - wall


def drawn_clip(path: Path, seed: int, seconds: float = 5.0) -> Path:
    """A clip as a video service hands over: soft shapes that drift, under grain."""
    rng = np.random.default_rng(seed)
    width, height = SOURCE
    count = round(seconds * SOURCE_RATE)
    field = cv2.GaussianBlur(
        rng.uniform(0, 255, (height * 2, width * 2)).astype(np.float32), (0, 0), 9
    )
    field += 0.5 * cv2.GaussianBlur(rng.uniform(0, 255, field.shape).astype(np.float32), (0, 0), 2)
    field = cv2.normalize(field, None, 30, 215, cv2.NORM_MINMAX)
    chroma = cv2.GaussianBlur(rng.uniform(0, 255, (height, width)).astype(np.float32), (0, 0), 40)
    chroma = cv2.normalize(chroma, None, 80, 176, cv2.NORM_MINMAX)
    grain = [rng.normal(0, 3.0, (height, width)).astype(np.float32) for _ in range(8)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=SOURCE_RATE, options={"crf": "17", "preset": "veryfast"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for n in range(count):
            angle, zoom = 0.02 * n / SOURCE_RATE * (seed % 3 - 1), 1 + 0.04 * n / SOURCE_RATE
            turn = cv2.getRotationMatrix2D((width, height), np.degrees(angle), zoom)
            turn[:, 2] -= (width / 2 + 1.5 * n, height / 2)
            y = cv2.warpAffine(
                field, turn, SOURCE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
            )
            y = np.clip(y + grain[n % 8], 16, 235).astype(np.uint8)
            c = np.roll(chroma, n, axis=1)[: height // 2, : width // 2].astype(np.uint8)
            flat = np.concatenate([y.reshape(-1), c.reshape(-1), c[::-1].reshape(-1)])
            frame = av.VideoFrame.from_ndarray(
                flat.reshape(height * 3 // 2, width), format="yuv420p"
            )
            frame.pts = n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def plan(count: int = 3, soft: Collection[int] = (0, 1)) -> Plan:
    """``count`` clips of 4 s; the joins in ``soft`` are crossfades, the others cuts."""
    spans = [(i * CLIP_FRAMES, (i + 1) * CLIP_FRAMES) for i in range(count)]
    scripts = tuple(
        ClipScript(
            clip_index=i, start=a / 30, end=b / 30, start_frame=a, end_frame=b,
            visual_description="", motion="", camera_angle="",
        )
        for i, (a, b) in enumerate(spans)
    )  # fmt: skip
    joins = tuple(
        Transition(
            from_clip=i, to_clip=i + 1, type="crossfade" if i in soft else "cut",
            duration=0.5 if i in soft else 0.0, rationale="",
        )
        for i in range(count - 1)
    )  # fmt: skip
    style = Style(color_palette=(), visual_style="", mood="", lighting="", cinematography="")
    return Plan(
        job_id="benchmark", video_summary="", characters=(), scenes=(), style=style,
        clip_scripts=scripts, transitions=joins, reading=PromptReading(prompt=""), total_frames=spans[-1][1],
    )  # fmt: skip


def clips(paths: list[Path]) -> Clips:
    made = tuple(
        Clip(
            clip_index=i, video_url=str(path), actual_duration=5, target_duration=4,
            duration_diff=1, status="success",
        )
        for i, path in enumerate(paths)
    )  # fmt: skip
    return Clips(
        job_id="benchmark", clips=made, total_clips=len(made), successful_clips=len(made), failed_clips=0,
        total_cost=0, total_generation_time=0,
    )  # fmt: skip


def song(seconds: float) -> Sound:
    """A real song, begun again where it ends."""
    heard = decode(SONG)
    samples = np.resize(heard.samples, (round(seconds * heard.rate), 2))
    return Sound(samples, heard.rate, f"benchmark-{seconds:g}")


class Alone:
    """x264 with the film's settings and nothing else; ``used_s`` is what it took, CPU seconds."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int] = SIZE,
        settings: encoder.Encoder = encoder.ENCODER,
    ) -> None:
        self.used_s = 0.0
        self._frames = 0
        self._container = av.open(str(path), "w")
        self._stream = self._container.add_stream("libx264", rate=30)
        encoder.configure(self._stream.codec_context, size, settings)
        self._frame = av.VideoFrame(*size, "yuv420p")
        self._frame.time_base = Fraction(1, 30)
        self._into = [
            np.asarray(memoryview(plane)).reshape(-1, plane.line_size)[:, : plane.width]
            for plane in self._frame.planes
        ]

    def encode(self, planes: Planes) -> None:
        began = cpu_s()
        for view, plane in zip(self._into, planes, strict=True):
            np.copyto(view[: plane.shape[0]], plane)
        self._frame.pts = self._frames
        self._container.mux(self._stream.encode(self._frame))
        self._frames += 1
        self.used_s += cpu_s() - began

    def close(self) -> float:
        """Finish the file; returns ``used_s``."""
        began = cpu_s()
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self.used_s += cpu_s() - began
        return self.used_s


def x264_alone(pictures: Iterable[Planes], folder: Path) -> float:
    """CPU seconds to encode frames; making them is not counted."""
    least = Alone(folder / "alone.mp4")
    for planes in pictures:
        least.encode(planes)
    return least.close()


def fitted_frames(paths: list[Path]) -> Iterator[Planes]:
    """The frames of the film of a service's clips before any is encoded, mixed where they cross."""
    laid = composer.Composition(plan(), paths[0].parent, size=SIZE).timeline
    joins = {join.boundary: join for join in laid.joins}
    leaving: list[Planes] = []
    for span, path in zip(laid.clips, paths, strict=True):
        coming = normalise.frames_of(path, SIZE, span.frames, range(span.frames))
        for k, a in enumerate(leaving):
            share = transitions.eased((k + 1) / (len(leaving) + 1))
            yield transitions.crossfade(a, next(coming), share)
        yield from itertools.islice(coming, len(span.body))
        leaving = list(coming) if span.end_frame in joins else []


def ffmpeg_program() -> str | None:
    """An ffmpeg to compare with: the system's, or the one moviepy brings."""
    if found := shutil.which("ffmpeg"):
        return found
    if importlib.util.find_spec("imageio_ffmpeg"):
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    return None


def _x264_arguments() -> list[str]:
    options = encoder.ENCODER.options(SIZE)
    return [part for name, value in options.items() for part in (f"-{name}", value)]


def one_filter_graph(program: str, paths: list[Path], audio: Path, out: Path) -> None:
    """Scale, rate, two crossfades and the song in one ffmpeg command."""
    lengths = (4.25, 4.5, 4.25)
    graph = ";".join(
        f"[{i}:v]trim=duration={length},fps=30,scale={SIZE[0]}:{SIZE[1]}:flags=lanczos,setsar=1,settb=1/30[v{i}]"
        for i, length in enumerate(lengths)
    )
    graph += ";[v0][v1]xfade=transition=fade:duration=0.5:offset=3.75[a]"
    graph += ";[a][v2]xfade=transition=fade:duration=0.5:offset=7.75[v]"
    inputs = [part for path in (*paths, audio) for part in ("-i", str(path))]
    subprocess.run(
        [
            program, "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "3:a",
            "-c:v", "libx264", "-threads", "1", *_x264_arguments(), "-pix_fmt", "yuv420p",
            "-c:a", "aac", "-b:a", "256k", "-shortest", str(out),
        ],
        check=True,
    )  # fmt: skip


MOVIEPY = """
import json, sys
from moviepy import AudioFileClip, CompositeVideoClip, VideoFileClip, vfx
paths, audio, out, size, options = json.loads(sys.argv[1])
lengths, starts = (4.25, 4.5, 4.25), (0, 3.75, 7.75)
parts = []
for i, path in enumerate(paths):
    clip = VideoFileClip(path, audio=False).subclipped(0, lengths[i]).resized(tuple(size)).with_start(starts[i])
    parts.append(clip.with_effects([vfx.CrossFadeIn(0.5)]) if i else clip)
film = CompositeVideoClip(parts, size=tuple(size)).with_duration(12).with_audio(AudioFileClip(audio))
film.write_videofile(out, fps=30, codec="libx264", audio_codec="aac", audio_bitrate="256k", threads=1,
                     preset=options["preset"], ffmpeg_params=["-crf", options["crf"]], logger=None)
"""


def with_moviepy(paths: list[Path], audio: Path, out: Path) -> None:
    options = encoder.ENCODER.options(SIZE)
    order = json.dumps([[str(path) for path in paths], str(audio), str(out), SIZE, options])
    subprocess.run([sys.executable, "-c", MOVIEPY, order], check=True)


def scene_pictures(scene: str, count: int = 45) -> list[Planes]:
    """Finished 1080p frames of a scene, as the local generator hands them to the encoder."""
    music = {"uEnergy": 0.7, "uBass": 0.6, "uMid": 0.5, "uTreb": 0.5, "uLevel": 1.0}
    look = Look(scene=scene, palette=PALETTE, tod=0.0, figure=1.0, move="push_in")
    renderer = Renderer(SIZE)
    return [
        renderer.planes(look, n, count, music | {"uPulse": float(np.exp(-4.2 * (n % 15) / 15))})
        for n in range(count)
    ]


def to_and_fro(pictures: list[Planes], first: int, last: int) -> Iterator[Planes]:
    """Frames ``first`` to ``last`` (half open) of a scene that plays forwards and backwards."""
    loop = pictures + pictures[-2:0:-1]
    return (loop[n % len(loop)] for n in range(first, last))


def last_step_s(folder: Path, work: Path) -> tuple[float, float, float]:
    """(CPU, wall, MB) of joining a three-minute film from prepared segments, the song ready."""
    film = composer.Composition(plan(), work, size=SIZE)
    for clip in clips([folder / f"{i}.mp4" for i in range(3)]).clips:
        film.add(clip)
    rounds = LONG_S * 30 // FRAMES
    audio = encode.aac(song(LONG_S), folder / "long.m4a")
    out = folder / "long.mp4"
    used, wall = timed(lambda: mux.join(list(film.pieces) * rounds, audio, out))
    return used, wall, out.stat().st_size / 2**20


def local_rows(made_plan: Plan, folder: Path, kind: str) -> list[dict[str, Any]]:
    """Segments written at the final size and joined, beside x264 alone on the same drawn frames."""
    out, frames = folder / "film.mp4", made_plan.total_frames
    music = song(frames / 30)
    laid = composer.Composition(made_plan, folder, size=SIZE).timeline
    spans = laid.clips
    drawn = {scene: scene_pictures(scene) for scene in SCENES}
    cast = list(zip(spans, itertools.cycle(drawn.values()), strict=False))
    segments = [folder / f"segment-{span.index}.mp4" for span in spans]

    def edges(index: int, wanted: range) -> Iterator[Planes]:
        span, pictures = cast[index]
        return to_and_fro(pictures, wanted.start - span.first_frame, wanted.stop - span.first_frame)

    def crossed(index: int) -> Iterator[Planes]:
        """The frames between clip ``index`` and the next, mixed; none at a cut."""
        if index == len(laid.joins) or not laid.joins[index].frames:
            return
        join = laid.joins[index]
        run = range(join.start_frame, join.end_frame)
        for k, (a, b) in enumerate(zip(edges(index, run), edges(index + 1, run), strict=True), 1):
            yield transitions.crossfade(a, b, transitions.eased(k / (join.frames + 1)))

    def write() -> tuple[float, float]:
        """(CPU seconds to write the segments, x264 alone), frame by frame in turn.

        x264 alone gets what the film shows of each clip, as it was drawn. A machine that is busy
        with other things is so for both.
        """
        least, used = Alone(folder / "alone.mp4"), 0.0
        for path, (span, pictures) in zip(segments, cast, strict=True):
            began = cpu_s()
            body = span.body
            writer = SegmentWriter(path, SIZE, key_frames=span.body_key_frames, frames=len(body))
            used += cpu_s() - began
            for planes in to_and_fro(pictures, body.start, body.stop):
                began = cpu_s()
                writer.write(planes)
                used += cpu_s() - began
                least.encode(planes)
            began = cpu_s()
            writer.close()
            used += cpu_s() - began
            for planes in crossed(span.index):
                least.encode(planes)
        return used, least.close()

    def compose() -> float:
        def work() -> None:
            made = afresh(folder / "work")
            sung = composer.prepare_audio(music, made)
            composer.compose(made_plan, clips(segments), song=sung, work=made, out=out, edges=edges)

        return timed(work)[0]

    folder.mkdir(exist_ok=True)
    rounds = [(*write(), compose()) for _ in range(ROUNDS)]
    written, least, joined = (statistics.median(taken) for taken in zip(*rounds, strict=True))
    check(out, made_plan)
    name = f"Casset, segments drawn at final size, {kind}"
    return [
        _row(name, written + joined, least, frames=frames, limit=MOST_RATIO),
        _row("  of that after drawing", joined, least, frames=frames),
    ]


def in_turn(*measures: Callable[[], float]) -> list[float]:
    """The median of each measure over ``ROUNDS`` rounds, in each of which all take their turn."""
    rounds = [[measure() for measure in measures] for _ in range(ROUNDS)]
    return [statistics.median(taken) for taken in zip(*rounds, strict=True)]


def afresh(work: Path) -> Path:
    """An empty work folder, so that nothing made before is used."""
    shutil.rmtree(work, ignore_errors=True)
    return work


def check(film: Path, made_plan: Plan) -> None:
    """Refuse a figure for a film that is not the planned one: frames, sound and their ends."""
    made = mux.measure(film)
    if made.frames != made_plan.total_frames or made.drift_s > 1 / 30:
        raise RuntimeError(f"{film.name} is not the planned film: {made}")


def run() -> list[dict[str, Any]]:
    """One row a way of composing; the ratio is to x264 alone on the film's frames."""
    with tempfile.TemporaryDirectory(prefix="casset-benchmark-") as name:
        folder = Path(name)
        paths = [drawn_clip(folder / f"{i}.mp4", i + 1) for i in range(3)]
        music = song(FRAMES / 30)
        work, out = folder / "work", folder / "film.mp4"
        audio = composer.prepare_audio(music, folder)
        program = ffmpeg_program()

        def ours() -> float:
            fresh = afresh(work)

            def compose() -> None:
                song = composer.prepare_audio(music, fresh)
                composer.compose(plan(), clips(paths), song=song, work=fresh, out=out)

            return timed(compose)[0]

        def alone() -> float:
            return x264_alone(fitted_frames(paths), folder)

        def graph() -> float:
            if not program:
                return 0.0
            return timed(lambda: one_filter_graph(program, paths, audio, folder / "graph.mp4"))[0]

        composed, least, graphed = in_turn(ours, alone, graph)
        check(out, plan())
        rows = [_row("x264 alone on the frames of the next row", least, least)]
        rows.append(_row("Casset, clips of a video service", composed, least, limit=MOST_RATIO))
        if program:
            check(folder / "graph.mp4", plan())
            rows.append(_row("one ffmpeg filter graph on the same clips", graphed, least))
        if importlib.util.find_spec("moviepy"):
            peer, _ = timed(lambda: with_moviepy(paths, audio, folder / "moviepy.mp4"))
            rows.append(_row("moviepy on the same clips", peer, least))
        rows += local_rows(plan(), folder / "dense", "every join a crossfade")
        planned = plan(PLANNED_CLIPS, PLANNED_SOFT)
        rows += local_rows(planned, folder / "planned", "one crossfade in 28 s, as planned")
        used, wall, size_mb = last_step_s(folder, work)
    rows.append(
        {
            "what": f"last step, {LONG_S} s, {size_mb:.0f} MB",
            "cpu_s": round(used, 2),
            "wall_s": round(wall, 2),
            "limit": MOST_LAST_STEP_S,
            "kept": wall <= MOST_LAST_STEP_S,
        }
    )
    return rows


def _row(
    what: str, used_s: float, alone_s: float, *, frames: int = FRAMES, limit: float | None = None
) -> dict[str, Any]:
    ratio = used_s / alone_s
    row: dict[str, Any] = {
        "what": what,
        "cpu_s": round(used_s, 2),
        "ms_a_frame": round(1000 * used_s / frames, 1),
        "ratio": round(ratio, 2),
    }
    return row if limit is None else {**row, "limit": limit, "kept": ratio <= limit}


if __name__ == "__main__":
    for line in run():
        print(line)
