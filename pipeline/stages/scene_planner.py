"""Module 4: a song and a sentence to a plan of every shot, by the director's rules.

The plan is a pure function of its arguments: equal songs, sentences and seeds give equal plans.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from casset.lib.errors import ValidationError
from casset.media.colour.covers import read_cover
from casset.media.shaders import catalogue
from casset.media.shaders.catalogue import Family
from pipeline.contracts import (
    FPS,
    Aspect,
    AudioData,
    Character,
    ClipBoundary,
    ClipScript,
    LyricStyle,
    Plan,
    Reason,
    Scene,
    Style,
)
from pipeline.director import boundaries, palette, staging, transitions, wording
from pipeline.director.casting import Cast, cast
from pipeline.director.lexicon import lexicon
from pipeline.director.listening import Song
from pipeline.director.moments import film_facts
from pipeline.director.palette import FilmPalette
from pipeline.director.reading import Reading
from pipeline.director.rules import Rulebook, rulebook
from pipeline.director.shots import Camera
from pipeline.director.staging import Placed

LETTERS_LEAST, LENGTH_MOST = 3, 500
SEED_MOST = 1_000_000
TAKE_STEP = 7919  # a prime, so that the takes of neighbouring seeds differ
ANGLES = ("eye level", "slightly low angle", "eye level", "high angle")


def plan(
    audio: AudioData,
    prompt: str,
    *,
    aspect: Aspect = "16:9",
    seed: int = 1,
    cover: str | None = None,
    families: Mapping[str, Family] | None = None,
) -> Plan:
    """Every clip, shot and transition of the film, each with its reasons.

    ``cover`` is an image file: its colours and the picture itself enter the film. ``families``
    are the scenes to choose from, by default the whole catalogue. Raises ``ValidationError`` for
    a sentence that cannot be used. Takes about a tenth of a second.
    """
    sentence = checked_prompt(prompt)
    families = catalogue.families() if families is None else families
    rules, words = rulebook(), lexicon()
    reading = words.read(sentence, families.values())
    song = Song(audio)
    spans = boundaries.refine(audio)
    company = cast(song, reading, families, words, rules, seed=seed)
    palettes = palette.compute(
        audio, reading, rules, seed=seed, cover=read_cover(Path(cover)) if cover else None
    )
    placed = staging.place(
        song, spans, company, reading, families, rules, seed=seed, cover=cover is not None
    )
    total = max(1, round(audio.duration * FPS))
    camera = Camera(song, company, reading, palettes, rules, seed=seed, cover=cover)
    style = _style(song, reading, palettes, rules)
    clips = _scripts(song, placed, spans, camera, company, reading, total)
    return Plan(
        job_id=audio.job_id,
        video_summary=wording.summary(
            company,
            reading,
            style.visual_style,
            clips=len(clips),
            shots=sum(len(clip.shots) for clip in clips),
            choruses=sum(section.type == "chorus" for section in song.sections),
        ),
        characters=_characters(clips, reading),
        scenes=_scenes(clips, company, placed, reading),
        style=style,
        clip_scripts=clips,
        transitions=transitions.between(song, clips, rules, lift=reading.energy),
        aspect=aspect,
        seed=seed,
        reading=reading.public(),
        lyric_style=_lyric_style(song, rules),
        total_frames=total,
    )


def another_take(
    planned: Plan, audio: AudioData, index: int, number: int, *, cover: str | None = None
) -> ClipScript:
    """Take ``number`` (from 2) of one clip: the same place in the film and its colours, seen differently.

    It is what the director would do there with another seed; ``cover`` is that of the plan. The
    same plan and number give the same script. Raises ``ValidationError`` for no such clip.
    """
    if not 0 <= index < len(planned.clip_scripts):
        raise ValidationError(f"The film has no shot {index + 1}.")
    before = planned.clip_scripts[index]
    seed = (planned.seed + TAKE_STEP * (number - 1)) % (SEED_MOST + 1)
    other = plan(audio, planned.reading.prompt, aspect=planned.aspect, seed=seed, cover=cover)
    script = other.clip_scripts[index]
    asked = Reason(
        rule="another_take", text=f"You asked for this shot again; this is take {number}."
    )
    colours = before.shots[0].look.palette
    shots = []
    for shot in script.shots:
        take_seed = (shot.look.seed + TAKE_STEP * (number - 1)) % (SEED_MOST + 1)
        look = shot.look.model_copy(update={"palette": colours, "seed": take_seed})
        shots.append(shot.model_copy(update={"look": look, "reasons": (asked, *shot.reasons)}))
    return script.model_copy(update={"shots": tuple(shots)})


def checked_prompt(prompt: str) -> str:
    """The sentence without surplus blanks and control characters.

    Raises ``ValidationError`` when it has fewer than three letters or more than 500 characters.
    Any script is welcome; words that are not known are listed in the plan.
    """
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in prompt)
    sentence = " ".join(shown.split())
    letters = sum(c.isalpha() for c in sentence)
    wide = any(unicodedata.east_asian_width(c) == "W" for c in sentence)
    if letters < (1 if wide else LETTERS_LEAST):
        raise ValidationError(
            "The prompt says too little. Describe the picture in a few words, for example "
            "“a lone figure walks neon streets in the rain”."
        )
    if len(sentence) > LENGTH_MOST:
        raise ValidationError(
            f"The prompt is {len(sentence)} characters long. Say it in at most {LENGTH_MOST}."
        )
    return sentence


def _scripts(
    song: Song,
    placed: Sequence[Placed],
    spans: Sequence[ClipBoundary],
    camera: Camera,
    company: Cast,
    reading: Reading,
    total: int,
) -> tuple[ClipScript, ...]:
    scripts = []
    for clip, span in zip(placed, spans, strict=True):
        shots = camera.shoot(clip, total)
        scenes = list(dict.fromkeys(shot.look.scene for shot in shots))
        lines = song.lines_between(span.start, span.end)
        energy = float(clip.facts["energy"])
        tod = company.hour(span.start / song.duration, clip.part.family)
        scripts.append(
            ClipScript(
                clip_index=clip.index,
                start=span.start,
                end=span.end,
                start_frame=shots[0].start_frame,
                end_frame=shots[-1].end_frame,
                visual_description=wording.clip(
                    clip.part, clip.size, tod, clip.figure, clip.facts, reading
                ),
                motion=wording.MOVE_WORDS[shots[0].look.move],
                camera_angle=f"{wording.SIZE_WORDS[clip.size]}, {ANGLES[clip.index % len(ANGLES)]}",
                characters=("protagonist",) if clip.figure else (),
                scenes=tuple(scenes),
                lyrics_context=" / ".join(line.text for line in lines),
                beat_intensity="high" if energy >= 0.72 else "medium" if energy >= 0.45 else "low",
                section=str(clip.facts["section"]),
                shots=shots,
                reasons=tuple(clip.reasons),
            )
        )
    return tuple(scripts)


def _characters(clips: Sequence[ClipScript], reading: Reading) -> tuple[Character, ...]:
    if not any(clip.characters for clip in clips):
        return ()
    who = reading.character
    return (
        Character(
            id="protagonist", description=f"{who}, seen as a silhouette", role="main character"
        ),
    )


def _scenes(
    clips: Sequence[ClipScript], company: Cast, placed: Sequence[Placed], reading: Reading
) -> tuple[Scene, ...]:
    """Every scene that is shown, in order of appearance."""
    known = {part.name: part for part in company.parts}
    known |= {clip.insert.name: clip.insert for clip in placed if clip.insert}
    shown = {
        shot.look.scene: shot.look.tod for clip in reversed(clips) for shot in reversed(clip.shots)
    }
    order = dict.fromkeys(shot.look.scene for clip in clips for shot in clip.shots)
    return tuple(
        Scene(
            id=name,
            description=wording.place(known[name], reading),
            time_of_day=wording.hour(shown[name]),
            family=name,
        )
        for name in order
    )


def _style(song: Song, reading: Reading, palettes: FilmPalette, rules: Rulebook) -> Style:
    mood = song.analysis.mood
    light = rules.first("light", film_facts(song.analysis))
    looks = [m.concept.say for m in reading.of("style", "colour", "weather")]
    if palettes.scheme != "plain" and not looks:
        looks = [palettes.scheme]
    feeling = [m.concept.say for m in reading.of("mood")]
    paces = {"high": "short shots, restless camera", "medium": "steady shots, slow moves"}
    return Style(
        color_palette=palettes.parts["verse"],
        visual_style=", ".join(dict.fromkeys(looks)) or f"{mood.primary} and cinematic",
        mood=", ".join(dict.fromkeys([*feeling, mood.primary, mood.secondary])),
        lighting=light.effect.lighting,
        cinematography=paces.get(mood.energy_level, "long, quiet shots"),
    )


def _lyric_style(song: Song, rules: Rulebook) -> LyricStyle:
    fired = rules.first("type", film_facts(song.analysis))
    return LyricStyle(treatment=fired.effect.treatment or "none", reasons=(fired.reason,))
