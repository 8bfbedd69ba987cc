"""A short loop from a sentence, for the visuals of a track: the director reads it and chooses one shot.

The whole song is planned as for a film, because the director chooses by what the song does there.
Of the shots that begin in the hook the longest is drawn, by itself, so that it closes.
"""

from __future__ import annotations

from casset.lib.errors import GenerationError
from casset.media.audio import decode
from casset.media.loops import drawn, hook_music
from casset.media.loops.facts import LoopFacts
from pipeline.contracts import AudioData, Plan, Shot
from pipeline.director import boundaries
from pipeline.stages import scene_planner
from visuals.generators import Order

LONGEST_S = 12.0
SIZE = drawn.PORTRAIT


def make(order: Order) -> LoopFacts:
    """Draw the loop to ``order.folder``, as ``ingest`` would leave it; equal orders give equal pictures.

    Raises ``ValidationError`` for a sentence or a song that cannot be used, ``GenerationError`` and
    ``MissingCapability`` as drawing does.
    """
    end_s = min(order.end_s, order.start_s + LONGEST_S)
    shot = shot_for(planned(order), order.start_s, end_s)
    order.check()
    sound = decode.decode(order.song)
    music = hook_music.hook_curves(sound, order.analysis, start_s=order.start_s, end_s=end_s)
    made = drawn.draw(
        shot.look,
        music.curves(),
        order.folder,
        seconds=end_s - order.start_s,
        size=SIZE,
        pieces=order.pieces,
        progress=order.at,
        check=order.check,
    )
    return made.facts


def planned(order: Order) -> Plan:
    """The film the director would make of the song and the sentence, upright."""
    audio = AudioData(
        **dict(order.analysis), job_id="loop", clip_boundaries=boundaries.choose(order.analysis)
    )
    return scene_planner.plan(audio, order.prompt, aspect="9:16", seed=order.seed)


def shot_for(plan: Plan, start_s: float, end_s: float) -> Shot:
    """The shot that shows most of the window, of equals the first."""
    shots = [shot for script in plan.clip_scripts for shot in script.shots]
    if not shots:
        raise GenerationError("The director found nothing to show. Say it differently.")
    return max(shots, key=lambda shot: min(shot.end, end_s) - max(shot.start, start_s))
