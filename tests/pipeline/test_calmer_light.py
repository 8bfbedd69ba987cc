"""A clip that is asked for again with calmer light is drawn with calmer light."""

from __future__ import annotations

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
        script=script, prompt=prompt, size=(96, 96), head=0, tail=0, key_frames=(0,), calm=calm
    )


@pytest.mark.media
def test_a_calmer_clip_changes_less_from_frame_to_frame(tmp_path):
    beats = np.tile(np.array([1, 1, 1, 0, 0, 0], np.float32), FRAMES // 6)
    MusicCurves(**dict.fromkeys(UNIFORMS, beats)).save(tmp_path / "curves.npz")
    change = {}
    with LocalStudio(in_process=True) as studio:
        studio.film = FilmSetting(
            size=(96, 96),
            quality="normal",
            curves=tmp_path / "curves.npz",
            curves_sha256=file_sha256(tmp_path / "curves.npz"),
            lyrics=(),
            lyric_treatment="none",
            palette=PALETTE,
        )
        for calm in (0.0, 1.0):
            out = tmp_path / f"{calm}.mp4"
            studio.clip(order(calm), out, lambda share: None)
            luma = [planes.y.mean() for planes in segment.read(out)]
            change[calm] = np.abs(np.diff(luma)).max()
    assert change[1.0] < 0.6 * change[0.0]
