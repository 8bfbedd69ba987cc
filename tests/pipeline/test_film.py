"""The whole way from a song and a sentence to a film, at a small size."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import av
import pytest
from PIL import Image

from casset.lib.errors import GenerationError, MissingCapability, ValidationError
from pipeline import runner, workroom
from pipeline.runner import Request

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "a lone figure walks neon streets in the rain"

pytestmark = pytest.mark.media


def clip_files(work: Path) -> dict[str, float]:
    return {path.name: path.stat().st_mtime for path in work.glob("*/clips/*.mp4")}


def test_a_song_and_a_sentence_become_a_film_a_report_and_a_contact_sheet(
    song, studio, small_films, tmp_path
):
    made = runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4"), studio)
    with av.open(str(tmp_path / "film.mp4")) as film:
        video, sound = film.streams.video[0], film.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height) == small_films["16:9"]
        assert sound.codec_context.name == "aac"
        assert sum(1 for _ in film.decode(video)) == round(12.5 * 30)
    report = json.loads(made.report.read_text())
    assert {"analysis", "plan", "prompts", "clips", "film", "quality", "timings_s"} <= set(report)
    assert report["quality"]["flash_safe"]
    assert report["quality"]["cuts_on_beat_50_ms"] >= 0.95
    assert report["quality"]["longest_frozen_s"] < 1.0
    shots = [shot for clip in report["plan"]["clip_scripts"] for shot in clip["shots"]]
    assert len(report["plan"]["clip_scripts"]) >= 3
    assert all(shot["reasons"] for shot in shots)
    assert all(reason["text"] and reason["rule"] for shot in shots for reason in shot["reasons"])
    with Image.open(made.contact_sheet) as sheet:
        assert sheet.format == "JPEG"


def test_a_second_run_draws_nothing_again_and_gives_the_same_picture(
    song, studio, small_films, tmp_path
):
    first = runner.make_video(Request(song, PROMPT, tmp_path / "a.mp4"), studio)
    before = clip_files(studio.work_dir)
    second = runner.make_video(Request(song, PROMPT, tmp_path / "b.mp4"), studio)
    assert clip_files(studio.work_dir) == before
    assert second.film.frames == first.film.frames
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_another_sentence_gives_another_film(song, studio, small_films, tmp_path):
    plans = []
    for i, prompt in enumerate((PROMPT, "sunrise over calm sea, pastel")):
        made = runner.make_video(Request(song, prompt, tmp_path / f"{i}.mp4"), studio)
        plans.append(json.loads(made.report.read_text())["plan"])
    scenes = [
        {s["look"]["scene"] for c in plan["clip_scripts"] for s in c["shots"]} for plan in plans
    ]
    assert not scenes[0] & scenes[1]
    assert plans[0]["style"]["color_palette"] != plans[1]["style"]["color_palette"]


@pytest.mark.parametrize("aspect", ["9:16", "1:1"])
def test_the_other_aspects_are_made_too(song, studio, small_films, tmp_path, aspect):
    runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4", aspect=aspect), studio)
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == small_films[aspect]


def test_words_and_cover_enter_the_film(song, studio, small_films, tmp_path):
    lyrics = tmp_path / "song.lrc"
    lyrics.write_text(
        "[00:02.00]<00:02.00>Hold <00:02.50>the <00:03.00>night\n[00:08.00]<00:08.00>Let <00:08.50>go\n"
    )
    cover = tmp_path / "cover.png"
    Image.new("RGB", (300, 300), (200, 60, 30)).save(cover)
    request = Request(
        song, "sunrise over calm sea", tmp_path / "film.mp4", lyrics=lyrics, cover=cover
    )
    report = json.loads(runner.make_video(request, studio).report.read_text())
    assert [line["text"] for line in report["analysis"]["lyrics"]] == ["Hold the night", "Let go"]
    assert report["plan"]["lyric_style"]["treatment"] != "none"
    assert any(s["look"]["image"] for c in report["plan"]["clip_scripts"] for s in c["shots"])


def script_of_a_run(song: Path, out: Path, work: Path) -> str:
    return f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
if __name__ == "__main__":
    from pipeline import runner
    from pipeline.stages.audio_parser import Hearing
    runner.ASPECT_SIZES = {{"16:9": (320, 180)}}
    runner.make_video(
        runner.Request(Path({str(song)!r}), {PROMPT!r}, Path({str(out)!r})),
        runner.Studio(work_dir=Path({str(work)!r}), hearing=Hearing(), workers=2),
    )
"""


def members(group: int) -> list[int]:
    """Processes of a group that are running, by what Linux says of each."""
    running = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, _, its_group = path.read_text().rsplit(")", 1)[1].split()[:3]
            if int(its_group) == group and state != "Z":
                running.append(int(path.parent.name))
    return running


def test_a_run_killed_in_the_middle_continues_where_it_was(song, tmp_path):
    work, out, script = tmp_path / "work", tmp_path / "film.mp4", tmp_path / "run.py"
    script.write_text(script_of_a_run(song, out, work))
    process = subprocess.Popen([sys.executable, str(script)], cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 240
    while not list(work.glob("*/clips/*.json")) and time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before its first clip"
        time.sleep(0.05)
    process.kill()
    process.wait()
    while members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not members(process.pid), "its drawing processes went on"
    assert not out.exists()
    kept = {
        path.with_suffix(".mp4"): path.with_suffix(".mp4").stat().st_mtime
        for path in work.glob("*/clips/*.json")
    }
    assert kept
    subprocess.run([sys.executable, str(script)], cwd=ROOT, check=True)
    assert out.exists()
    assert {path: path.stat().st_mtime for path in kept} == kept


def test_a_drawing_process_that_is_killed_is_replaced(
    song, studio, small_films, tmp_path, monkeypatch
):
    killed = threading.Event()
    drew = runner.LocalStudio.clip

    def clip(self, order, out, report):
        if not killed.is_set() and self._pool is not None and order.script.clip_index == 1:
            killed.set()
            for process in list(self._pool._processes.values()):
                process.kill()
        return drew(self, order, out, report)

    monkeypatch.setattr(runner.LocalStudio, "clip", clip)
    made = runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4"), studio)
    assert killed.is_set()
    assert made.film.frames == round(12.5 * 30)


def test_a_film_that_would_flash_is_drawn_calmer_or_refused(
    song, studio, small_films, tmp_path, monkeypatch
):
    asked: list[float] = []
    drew = runner.LocalStudio.clip

    def clip(self, order, out, report):
        asked.append(order.calm)
        return drew(self, order, out, report)

    def flashing(composition):
        return {0: 5} if max(asked) < 0.8 else {}

    monkeypatch.setattr(runner.LocalStudio, "clip", clip)
    monkeypatch.setattr(workroom, "flashing", flashing)
    made = runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4"), studio)
    assert sorted(set(asked)) == [0.0, 0.5, 0.8]
    assert json.loads(made.report.read_text())["quality"]["clips_calmed"] == [0]
    monkeypatch.setattr(workroom, "flashing", lambda composition: {0: 5})
    with pytest.raises(GenerationError, match="flash"):
        runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4"), studio)


def test_a_full_disk_is_told_before_the_work_begins(
    song, studio, small_films, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        workroom.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1000})()
    )
    with pytest.raises(MissingCapability, match="free") as told:
        runner.make_video(Request(song, PROMPT, tmp_path / "film.mp4"), studio)
    assert told.value.code == "DISK_FULL"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"aspect": "4:3"}, "ASPECT"),
        ({"out": Path("film.avi")}, "must end in .mp4"),
        ({"out": Path("/proc/film.mp4")}, "Nothing can be written"),
        ({"prompt": "a"}, "too little"),
        ({"prompt": "x" * 501}, "500"),
        ({"song": Path("/no/such.ogg")}, "no file"),
        ({"cover": Path("/no/such.jpg")}, "no file"),
        ({"lyrics": Path("/no/such.lrc")}, "no file"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence_before_any_work(
    song, studio, tmp_path, change, said
):
    values = {"song": song, "prompt": PROMPT, "out": tmp_path / "film.mp4"} | change
    with pytest.raises(ValidationError, match=said) as told:
        runner.make_video(Request(**values), studio)
    assert str(told.value).endswith(".")
    assert not studio.work_dir.exists()
