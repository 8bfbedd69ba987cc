"""The hook export beside x264 alone on the same frames, and beside what others would use for it.

A hook of a real song over a loop of our own at 1080 x 1920, with lyrics, bars, title and watermark.
The product's default quality (x264 veryfast). CPU seconds, children included; the middle of the
rounds, in which the loops take turns. x264 alone gets the very same finished frames with the same
settings, frame by frame in turn with ours, so that a machine busy with other things is so for both.

- "Marginal" is what frames cost: decoding the visual, drawing on it, encoding.
- "In a warm worker" adds what is done once a film: hearing the hook, setting type, choosing the scrim,
  copying the sound, measuring the file.
- "Whole process" is from starting Python to the file with sound, beside x264 without any start.

The drawn loops are soft: x264 needs half the time for them that it needs for filmed ones, so what is
not x264 weighs twice. The loop of 6 s is decoded once and kept; of the one as long as the hook every
frame is decoded for the one time it is shown, which alone costs 3 to 4 ms. seewav, moviepy and an
ffmpeg graph take part where they are installed (``pip install seewav moviepy``; moviepy brings an
ffmpeg); they draw less: bars over the loop, no type, no scrim.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from av.video.frame import VideoFrame

from benchmarks.composer import Alone, cpu_s, drawn_clip, ffmpeg_program, timed
from benchmarks.film import SONG
from casset.media.audio import rendition
from casset.media.audio.analysis import LyricLine, Word
from casset.media.audio.decode import decode
from casset.media.compose import normalise
from casset.media.compose.encoder import FPS
from casset.media.compose.segment import SegmentWriter, views_of
from casset.media.hookvideo import render
from casset.media.hookvideo.picture import Loop
from casset.media.hookvideo.video import HookVideo
from casset.media.loops.writing import LOOP
from casset.media.picture import Planes
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Renderer

SIZE = (1080, 1920)
START_S, HOOK_S = 40.0, 15.0
DRAWN = 90  # frames that are drawn; a loop shows them again and again
LOOPS = {"a drawn loop of 6 s, kept": 180, "a drawn loop of 15 s, each frame shown once": 450}
FILMED, FILMED_S = "a grainy loop of 5 s, kept", 5.0
PALETTE = ("#0d0a1a", "#2b1b52", "#a8345c", "#ff8a45", "#ffe0ac")
ROUNDS = 2
MOST_MARGINAL, MOST_WHOLE = 1.15, 1.25
LINES = (
    "I kept the window down for you",
    "Hold the night in frame, let it slow burn",
    "Ash on the dash and no return",
)


def lyrics() -> tuple[LyricLine, ...]:
    """Made-up lines, a word every third of a second."""
    made, at = [], 0.3
    for text in LINES:
        timed_words = tuple(
            Word(text=word, start=at + i / 3, end=at + (i + 1) / 3)
            for i, word in enumerate(text.split())
        )
        made.append(LyricLine(text=text, timestamp=at, end=timed_words[-1].end, words=timed_words))
        at = timed_words[-1].end + 0.6
    return tuple(made)


def drawn(frames: int = DRAWN) -> list[Planes]:
    """A visual's frames as the studio draws them."""
    renderer = Renderer(SIZE)
    look = Look(scene="dusk", palette=PALETTE, figure=1.0, move="drift")
    music = {"uEnergy": 0.6, "uBass": 0.5, "uMid": 0.5, "uTreb": 0.5, "uLevel": 0.8}
    return [renderer.planes(look, n, frames, music) for n in range(frames)]


def written_loop(path: Path, pictures: Iterable[Planes]) -> Path:
    """A loop in the canonical form."""
    with SegmentWriter(path, SIZE, encoder=LOOP, measured=False) as writer:
        for planes in pictures:
            writer.write(planes)
    return path


def filmed(folder: Path) -> Iterator[Planes]:
    """A clip of a video service, its middle brought onto the upright frame."""
    frames = round(FILMED_S * FPS)
    clip = drawn_clip(folder / "clip.mp4", 5, FILMED_S)
    return normalise.frames_of(clip, SIZE, frames, range(frames))


def order(visual: Path, sound: Path) -> HookVideo:
    return HookVideo(
        sound=sound, visual=visual, title="Slow Burn", artist_name="Mara Vell", handle="maravell",
        share_url="https://casset.example/s/7Kd2pQ", attribution="visuals by @inkfield", lyrics=lyrics(),
    )  # fmt: skip


class Taken(NamedTuple):
    """CPU seconds of one round."""

    frames_s: float
    warm_s: float
    alone_s: float


def marginal(asked: HookVideo, out: Path) -> Taken:
    """An export in this process and x264 alone on its frames, in turn."""
    least: list[Alone] = []
    frames_s = 0.0

    class Beside(SegmentWriter):
        def __init__(self, path: Path, size: tuple[int, int], **options: Any) -> None:
            self.began = cpu_s()
            super().__init__(path, size, **options)
            least.append(Alone(out.with_name("alone.mp4"), size, options["encoder"]))

        def take(self, frame: VideoFrame) -> None:
            super().take(frame)
            least[-1].encode(views_of(frame))  # encoding left it as it is

        def close(self) -> Path:
            nonlocal frames_s
            path = super().close()
            frames_s += cpu_s() - self.began - least[-1].used_s
            return path

    class Looked(Loop):
        def survey(self, look: Any, check: Any) -> None:
            nonlocal frames_s
            began = cpu_s()
            super().survey(look, check)
            frames_s += cpu_s() - began

    own = render.SegmentWriter, render.Loop
    render.SegmentWriter, render.Loop = Beside, Looked  # type: ignore[misc]
    try:
        began = cpu_s()
        render.render(asked, out)
        warm_s = cpu_s() - began - least[-1].used_s
    finally:
        render.SegmentWriter, render.Loop = own  # type: ignore[misc]
    return Taken(frames_s, warm_s, least[-1].close())


WHOLE = """
import json, sys
from pathlib import Path
from casset.media.audio.analysis import LyricLine
from casset.media.hookvideo import render
from casset.media.hookvideo.picture import Loop
from casset.media.hookvideo.video import HookVideo
visual, sound, out, words, said = json.loads(sys.argv[1])
lines = tuple(LyricLine.model_validate(line) for line in words)
render.render(HookVideo(visual=Path(visual), sound=Path(sound), lyrics=lines, **said), Path(out))
"""


def whole_process(asked: HookVideo, out: Path) -> float:
    said = {
        "title": asked.title, "artist_name": asked.artist_name, "handle": asked.handle,
        "share_url": asked.share_url, "attribution": asked.attribution,
    }  # fmt: skip
    words = [line.model_dump(mode="json") for line in asked.lyrics]
    told = json.dumps([str(asked.visual), str(asked.sound), str(out), words, said])
    return timed(lambda: subprocess.run([sys.executable, "-c", WHOLE, told], check=True))[0]


def _encoder_arguments(asked: HookVideo) -> list[str]:
    preset = render.PRESETS[asked.quality]
    rate = f"{preset.most_kbit}k"
    return [
        "-c:v", "libx264", "-preset", preset.preset, "-crf", f"{preset.crf:g}", "-maxrate", rate,
        "-bufsize", rate, "-threads", "1", "-pix_fmt", "yuv420p",
    ]  # fmt: skip


def showwaves(program: str, asked: HookVideo, out: Path) -> None:
    """The loop with ffmpeg's own waveform over it."""
    graph = (
        "[1:a]showwaves=s=854x86:mode=cline:rate=30:colors=0xffa45c[w];[0:v][w]overlay=75:1250[v]"
    )
    command = [
        program, "-v", "error", "-y", "-stream_loop", "-1", "-i", str(asked.visual), "-i", str(asked.sound),
        "-filter_complex", graph, "-map", "[v]", "-map", "1:a", *_encoder_arguments(asked), "-c:a", "copy",
        "-t", f"{HOOK_S:g}", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True)


MOVIEPY = """
import json, sys
import numpy as np
from moviepy import AudioFileClip, CompositeVideoClip, VideoClip, VideoFileClip, vfx
visual, audio, out, seconds, preset, crf = json.loads(sys.argv[1])
sound = AudioFileClip(audio)
heard = np.abs(sound.to_soundarray(fps=8000)).mean(axis=1)
def bars(t):
    picture = np.zeros((86, 854, 3), np.uint8)
    part = heard[int(t * 8000) : int(t * 8000) + 57 * 32]
    for i, level in enumerate(np.resize(part, (57, 32)).mean(axis=1)):
        tall = int(4 + 160 * level)
        picture[max(0, 43 - tall) : 43 + tall, i * 15 : i * 15 + 6] = (255, 164, 92)
    return picture
loop = VideoFileClip(visual, audio=False).with_effects([vfx.Loop(duration=seconds)])
row = VideoClip(bars, duration=seconds).with_position((75, 1250))
film = CompositeVideoClip([loop, row], size=(1080, 1920)).with_duration(seconds).with_audio(sound)
film.write_videofile(out, fps=30, codec="libx264", audio_codec="aac", threads=1, preset=preset,
                     ffmpeg_params=["-crf", str(crf)], logger=None)
"""


def with_moviepy(asked: HookVideo, out: Path) -> None:
    preset = render.PRESETS[asked.quality]
    told = json.dumps(
        [str(asked.visual), str(asked.sound), str(out), HOOK_S, preset.preset, preset.crf]
    )
    subprocess.run([sys.executable, "-c", MOVIEPY, told], check=True)


# seewav asks an ffprobe for the sound's rate and channels; imageio's package has only an ffmpeg.
FFPROBE = """#!{python}
import json, sys, av
with av.open(sys.argv[3]) as container:
    sound = container.streams.audio[0]
    facts = {{"codec_type": "audio", "sample_rate": str(sound.rate), "channels": sound.channels,
             "duration": str(container.duration / 1e6)}}
print(json.dumps({{"streams": [facts], "format": {{"duration": facts["duration"]}}}}))
"""


def with_seewav(program: str, asked: HookVideo, out: Path) -> None:
    """Bars on black with its own settings: it takes no picture."""
    tools = out.with_name("seewav-tools")
    tools.mkdir()
    (tools / "ffmpeg").symlink_to(program)
    probe = tools / "ffprobe"
    probe.write_text(FFPROBE.format(python=sys.executable))
    probe.chmod(0o755)
    command = [
        sys.executable, "-m", "seewav", "-W", "1080", "-H", "1920", "-r", "30", str(asked.sound), str(out),
    ]  # fmt: skip
    paths = {"PATH": str(tools), "PYTHONPATH": ":".join(sys.path)}
    subprocess.run(command, check=True, capture_output=True, env=paths)


def peers(asked: HookVideo, folder: Path, alone: float) -> list[dict[str, Any]]:
    """One run each of what is installed; a row that says so for what is not."""
    program = ffmpeg_program()
    rows = []
    for name, there, work in (
        ("an ffmpeg graph, loop and showwaves", program, lambda: showwaves(str(program), asked, folder / "graph.mp4")),
        ("moviepy, loop and bars", importlib.util.find_spec("moviepy"), lambda: with_moviepy(asked, folder / "moviepy.mp4")),
        ("seewav, bars on black", program and importlib.util.find_spec("seewav"), lambda: with_seewav(str(program), asked, folder / "seewav.mp4")),
    ):  # fmt: skip
        rows.append(
            _row(name, timed(work)[0], alone) if there else {"what": name, "note": "not installed"}
        )
    return rows


def run() -> list[dict[str, Any]]:
    """One row a way of making the hook video; the ratio is to x264 alone on our frames."""
    with tempfile.TemporaryDirectory(prefix="casset-benchmark-") as name:
        folder = Path(name)
        sound = folder / "hook.m4a"
        rendition.cut(decode(SONG), sound, start_s=START_S, end_s=START_S + HOOK_S)
        rows: list[dict[str, Any]] = []
        pictures = drawn()
        loops = {
            kind: written_loop(folder / f"{frames}.mp4", itertools.islice(itertools.cycle(pictures), frames))
            for kind, frames in LOOPS.items()
        }  # fmt: skip
        del pictures
        loops[FILMED] = written_loop(folder / "filmed.mp4", filmed(folder))
        orders = {kind: order(path, sound) for kind, path in loops.items()}
        asked = next(iter(orders.values()))
        render.render(dataclasses.replace(asked, scale=0.25), folder / "warm.mp4")
        taken: dict[str, list[tuple[float, ...]]] = {kind: [] for kind in orders}
        for _ in range(ROUNDS):
            for kind, asked in orders.items():
                both = marginal(asked, folder / "ours.mp4")
                taken[kind].append((*both, whole_process(asked, folder / "whole.mp4")))
        least = {}
        for kind, rounds in taken.items():
            frames, warm, least[kind], whole = (
                statistics.median(each) for each in zip(*rounds, strict=True)
            )
            ratio = [statistics.median(each[n] / each[2] for each in rounds) for n in range(4)]
            rows += [
                _row(f"x264 alone on the frames over {kind}", least[kind], least[kind]),
                _row(f"Casset, marginal, {kind}", frames, least[kind], ratio=ratio[0], limit=MOST_MARGINAL),
                _row(f"Casset, in a warm worker, {kind}", warm, least[kind], ratio=ratio[1]),
                _row(f"Casset, whole process, {kind}", whole, least[kind], ratio=ratio[3], limit=MOST_WHOLE),
            ]  # fmt: skip
        kind = next(iter(orders))
        return rows + peers(orders[kind], folder, least[kind])


def _row(
    what: str,
    used_s: float,
    alone_s: float,
    *,
    ratio: float | None = None,
    limit: float | None = None,
) -> dict[str, Any]:
    ratio = used_s / alone_s if ratio is None else ratio
    row: dict[str, Any] = {
        "what": what,
        "cpu_s": round(used_s, 2),
        "ms_a_frame": round(1000 * used_s / (HOOK_S * FPS), 1),
        "ratio": round(ratio, 2),
    }
    return row if limit is None else {**row, "limit": limit, "kept": ratio <= limit}


if __name__ == "__main__":
    for line in run():
        print(line)
