"""Jobs with a plan: what their stages would have handed on, made by the real director."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from PIL import Image

from casset.media.audio.analysis import (
    AnalysisMetadata,
    BeatFeatures,
    Key,
    Mood,
    Section,
    Tempo,
)
from pipeline.contracts import AudioData, ClipBoundary, References
from pipeline.models import Clip, Job, Status, Take, Work
from pipeline.stages import prompt_generator, scene_planner
from tests.accounts.factories import UserFactory
from tests.pipeline import factories

PROMPT = "A lone figure walks neon streets in the rain at night, slow and lonely, purple asphalt"


def new_job(**fields: Any) -> Job:
    """A job in line, somebody's."""
    owner = fields.pop("owner", None) or UserFactory()
    values = {"title": "Slow Burn", "prompt": PROMPT, "duration_s": 60.0} | fields
    if values.get("status") == Status.PROCESSING:
        values["deadline_at"] = timezone.now() + timedelta(minutes=15)
    return factories.job(owner, **values)


def a_picture(path: Path, colour: str = "#7352e9") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 36), colour).save(path)


@cache
def _heard(clips: int) -> str:
    """A song of ``clips`` times six seconds at 120 BPM, quiet, then loud."""
    end = clips * 6.0
    beats = tuple(i * 0.5 for i in range(int(end * 2)))
    audio = AudioData(
        job_id="job",
        bpm=120.0,
        duration=end,
        beat_timestamps=beats,
        downbeats=beats[::4],
        beat_numbers=tuple(i % 4 + 1 for i in range(len(beats))),
        tempo=Tempo(bpm=120.0, confidence=0.9, stability=1.0),
        key=Key(tonic="A", mode="minor", confidence=0.8),
        song_structure=(
            Section(type="verse", start=0.0, end=end / 2, energy="low", energy_value=0.3),
            Section(type="chorus", start=end / 2, end=end, energy="high", energy_value=0.9),
        ),
        mood=Mood(
            primary="dark",
            secondary="tense",
            energy_level="medium",
            confidence=0.6,
            valence=-0.3,
            arousal=0.3,
        ),
        beat_features=BeatFeatures(
            **{
                name: tuple(0.3 + 0.5 * (i >= len(beats) // 2) for i in range(len(beats)))
                for name in ("energy", "bass", "mid", "treble", "onset")
            }
        ),
        clip_boundaries=tuple(
            ClipBoundary(start=i * 6.0, end=i * 6.0 + 6.0, duration=6.0) for i in range(clips)
        ),
        metadata=AnalysisMetadata(beat_detection_confidence=0.9, beat_engine="none"),
    )
    return audio.model_dump_json()


@cache
def outputs(clips: int, prompt: str) -> dict[str, str]:
    """What the stages before the shooting hand on, made by the real director."""
    audio = AudioData.model_validate_json(_heard(clips))
    plan = scene_planner.plan(audio, prompt)
    references = References(job_id="job", status="skipped")
    prompts = prompt_generator.write_prompts(plan, references)
    return {
        "audio_parser": audio.model_dump_json(),
        "scene_planner": plan.model_dump_json(),
        "reference_generator": references.model_dump_json(),
        "prompt_generator": prompts.model_dump_json(),
    }


def planned_job(*, clips: int = 5, ready: int | None = None, takes: int = 1, **fields: Any) -> Job:
    """A job whose plan of about ``clips`` clips is made; ``ready`` of them (all) have their files."""
    job = new_job(**{"status": Status.PROCESSING, "progress": 50, **fields})
    kept = outputs(clips, job.prompt)
    now = timezone.now()
    for name, output in kept.items():
        job.stages.filter(name=name).update(
            status=Work.DONE, output=json.loads(output), started_at=now, finished_at=now
        )
    scripts = json.loads(kept["scene_planner"])["clip_scripts"]
    ready = len(scripts) if ready is None else ready
    for script in scripts:
        index = script["clip_index"]
        is_ready = index < ready
        clip = Clip.objects.create(
            job=job,
            index=index,
            frames=script["end_frame"] - script["start_frame"],
            take=takes,
            status=Work.DONE if is_ready else Work.PENDING,
        )
        for number in range(1, takes + 1):
            name = f"{index}-{number}.mp4" if is_ready else ""
            take = Take.objects.create(
                clip=clip, number=number, file=name, fingerprint=f"{index:02}{number:02}" * 8
            )
            if is_ready:
                a_picture(take.poster)
                take.path.write_bytes(f"clip {index} take {number}".encode())
    return job


def finished_job(**fields: Any) -> Job:
    """A planned job with its film, whose file is 1,000 bytes."""
    job = planned_job(**{"status": Status.COMPLETED, "progress": 100, **fields})
    job.stages.update(status=Work.DONE)
    film = factories.film(job)
    film.path.write_bytes(bytes(range(250)) * 4)
    a_picture(film.sheet)
    a_picture(film.poster)
    return job
