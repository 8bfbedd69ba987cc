"""The commands a person types: what they say, and how they end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "a lone figure walks neon streets in the rain"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    settings.CACHE_DIR, settings.WORK_DIR = base / "analyses", base / "work"


def refused(capsys, command: str, **typed: object) -> str:
    """Run a command that must fail; its one sentence."""
    with pytest.raises(SystemExit) as end:
        call_command(command, **typed)
    assert end.value.code == 1
    said = capsys.readouterr().err.strip()
    assert said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return said


def test_analyse_writes_the_brief_s_json_and_more(song, tmp_path, capsys):
    out = tmp_path / "deep" / "analysis.json"
    call_command("analyse", song=str(song), out=str(out))
    heard = json.loads(out.read_text())
    assert heard["bpm"] == pytest.approx(120, abs=1)
    assert heard["duration"] == pytest.approx(12.5, abs=0.01)
    assert {
        "beat_timestamps", "song_structure", "lyrics", "mood", "clip_boundaries", "metadata",
        "downbeats", "metre", "key", "tempo", "beat_features", "loudness_lufs", "hooks",
    } <= set(heard)  # fmt: skip
    assert len(heard["clip_boundaries"]) >= 3
    assert heard["lyrics"] == []
    assert "BPM" in capsys.readouterr().out


def test_the_second_analysis_of_a_song_comes_from_the_cache(song, tmp_path):
    for name in ("a.json", "b.json"):
        call_command("analyse", song=str(song), out=str(tmp_path / name))
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert second["metadata"]["cache_hit"]
    assert second["beat_timestamps"] == first["beat_timestamps"]


def test_a_person_can_overrule_the_beat(song, tmp_path):
    bpm = {}
    for level in ("half", "double"):
        call_command("analyse", song=str(song), out=str(tmp_path / "a.json"), beats=level)
        bpm[level] = json.loads((tmp_path / "a.json").read_text())["bpm"]
    assert bpm["half"] < 120 < bpm["double"] or bpm["double"] == pytest.approx(
        2 * bpm["half"], rel=0.05
    )


@pytest.mark.parametrize(
    ("command", "typed", "said"),
    [
        ("analyse", {"song": ""}, "Name a song"),
        ("analyse", {"song": "/no/such.ogg"}, "no file"),
        ("analyse", {"beats": "triple"}, "auto, half or double"),
        ("make_video", {"song": "", "prompt": PROMPT}, "Name a song"),
        ("make_video", {"prompt": "  "}, "sentence"),
        ("make_video", {"prompt": PROMPT, "seed": "-1"}, "SEED"),
        ("make_video", {"prompt": PROMPT, "seed": "seven"}, "SEED"),
        ("make_video", {"prompt": PROMPT, "aspect": "21:9"}, "ASPECT"),
        ("make_video", {"prompt": PROMPT, "out": "film.mkv"}, "mp4"),
    ],
)
def test_a_wrong_word_gets_one_sentence(song, capsys, command, typed, said):
    assert said in refused(capsys, command, **({"song": str(song)} | typed))


def bomb(path: Path) -> Path:
    """A PNG of 40,000 x 40,000 white pixels in a few hundred kilobytes."""
    Image.new("1", (40_000, 40_000), 1).save(path)
    return path


def test_a_bad_cover_and_bad_lyrics_are_told_apart(song, tmp_path, capsys):
    typed = {"song": str(song), "prompt": PROMPT, "out": str(tmp_path / "film.mp4")}
    vector = tmp_path / "cover.png"
    vector.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    binary = tmp_path / "song.lrc"
    binary.write_bytes(bytes(range(256)) * 20)
    assert "not an image" in refused(capsys, "make_video", cover=str(vector), **typed)
    assert "pixels" in refused(
        capsys, "make_video", cover=str(bomb(tmp_path / "bomb.png")), **typed
    )
    assert "not a text file" in refused(capsys, "make_video", lyrics=str(binary), **typed)
    assert not (tmp_path / "film.mp4").exists()


def test_latin_1_lyrics_with_broken_stamps_are_used(song, tmp_path):
    lyrics = tmp_path / "song.lrc"
    lyrics.write_bytes("[00:01.0x]Où es-tu\n[00:04.00]mon été\n[99:99.99]déjà\n".encode("latin-1"))
    call_command("analyse", song=str(song), lyrics=str(lyrics), out=str(tmp_path / "a.json"))
    heard = json.loads((tmp_path / "a.json").read_text())
    assert any("été" in line["text"] for line in heard["lyrics"])
    assert heard["lyrics_info"]["warnings"]


def test_a_machine_that_cannot_draw_says_what_to_install(song, tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "make_video", f"--song={song}", f"--prompt={PROMPT}", f"--out={tmp_path / 'film.mp4'}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "CASSET_VAR": str(tmp_path), "__EGL_VENDOR_LIBRARY_FILENAMES": "/none", "__EGL_VENDOR_LIBRARY_DIRS": "/none"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "EGL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    shutil.which("make") is None, reason="make is what a person types; it is there in CI"
)
def test_make_hands_a_sentence_over_letter_for_letter(tmp_path):
    song = tmp_path / "my $ong (1).ogg"
    done = subprocess.run(
        ["make", "-s", "video", f"SONG={song}", 'PROMPT=it\'s "blue"; $(touch x) `id` 100%', f"OUT={tmp_path}/a b.mp4"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"There is no file {song}" in done.stderr
    assert not (ROOT / "x").exists()
