"""What the local studio draws: calmer light where it is asked for, and single frames for transitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casset.lib.hashing import file_sha256
from casset.media.compose import segment
from casset.media.shaders.look import Look
from casset.media.shaders.uniforms import UNIFORMS, MusicCurves
from pipeline.contracts import ClipPrompt, ClipScript, Shot
from pipeline.providers.base import ClipOrder
from pipeline.providers.local import FilmSetting, LocalStudio

PALETTE = ("#0d0a1a", "#2b1b52", "#a8345c", "#ff8a45", "#ffe0ac")
FRAMES = 12


def order(calm: float) -> ClipOrder:
    look = Look(scene="bloom", palette=PALETTE, move="static", speed=0.0)
    shot = Shot(
        start=0,
        end=0.4,
        start_frame=0,
        end_frame=FRAMES,
        size="CU",
        look=look,
        description="a bloom",
    )
    script = ClipScript(
        clip_index=0, start=0, end=0.4, start_frame=0, end_frame=FRAMES, visual_description="",
        motion="still", camera_angle="eye level", shots=(shot,),
    )  # fmt: skip
    prompt = ClipPrompt(clip_index=0, prompt="a bloom", negative_prompt="", duration=0.4)
    return ClipOrder(
        script=script, prompt=prompt, size=(96, 96), body=range(FRAMES), key_frames=(0,), calm=calm
    )


def setting(folder: Path) -> FilmSetting:
    beats = np.tile(np.array([1, 1, 1, 0, 0, 0], np.float32), FRAMES // 6)
    curves = folder / "curves.npz"
    MusicCurves(**dict.fromkeys(UNIFORMS, beats)).save(curves)
    return FilmSetting(
        size=(96, 96),
        quality="normal",
        curves=curves,
        curves_sha256=file_sha256(curves),
        lyrics=(),
        lyric_treatment="none",
        palette=PALETTE,
    )


@pytest.mark.media
def test_a_calmer_clip_changes_less_from_frame_to_frame(tmp_path):
    change = {}
    with LocalStudio(in_process=True) as studio:
        studio.film = setting(tmp_path)
        for calm in (0.0, 1.0):
            out = tmp_path / f"{calm}.mp4"
            studio.clip(order(calm), out, lambda share: None)
            luma = [planes.y.mean() for planes in segment.read(out)]
            change[calm] = np.abs(np.diff(luma)).max()
    assert change[1.0] < 0.6 * change[0.0]


@pytest.mark.media
def test_frames_drawn_apart_for_a_transition_are_those_the_clip_shows(tmp_path):
    with LocalStudio(in_process=True) as studio:
        studio.film = setting(tmp_path)
        in_order = list(studio.frames(order(0.0), range(FRAMES)))
        apart = list(studio.frames(order(0.0), range(7, 10)))
        assert len(apart) == 3
        for one, other in zip(in_order[7:10], apart, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
        assert not np.array_equal(apart[0].y, apart[2].y)


@pytest.mark.media
def test_frames_come_from_the_pool_too_when_a_process_of_it_was_killed(tmp_path):
    with LocalStudio(in_process=True) as studio:
        studio.film = setting(tmp_path)
        wanted = list(studio.frames(order(0.0), range(7, 9)))
    with LocalStudio(workers=1) as studio:
        studio.film = setting(tmp_path)
        studio.check()
        for process in list(studio._pool._processes.values()):
            process.kill()
            process.join()
        drawn = list(studio.frames(order(0.0), range(7, 9)))
    for one, other in zip(wanted, drawn, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["curves.npz"]
