"""The smallest valid rows of the pipeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from casset.accounts.models import User
from pipeline.models import FINAL, Film, Job, Stage
from pipeline.progress import STAGES

PROMPT = "a lone figure walks neon streets in the rain at night, slow and lonely"


def person(name: str = "mara", **more: Any) -> User:
    return User.objects.create_user(f"{name}@example.com", "a long enough password", **more)


def job(owner: User | None = None, *, ended_days_ago: float = 0, **more: Any) -> Job:
    """A job with its six stages and one file in its folder."""
    values = {
        "title": "My song",
        "prompt": PROMPT,
        "song_file": "song.wav",
        "song_sha256": "0" * 64,
        "duration_s": 12.5,
    } | more
    if values.get("status") in FINAL:
        values["finished_at"] = timezone.now() - timedelta(days=ended_days_ago)
    made = Job.objects.create(owner=owner or person(), **values)
    Stage.objects.bulk_create(Stage(job=made, name=n, order=i) for i, n in enumerate(STAGES))
    made.folder.mkdir(parents=True)
    (made.folder / "song.wav").write_bytes(b"sound" * 100)
    return made


def film(of: Job, number: int = 1) -> Film:
    """A finished film of ``of``, its file not a real one."""
    made = Film.objects.create(
        job=of, number=number, prompt=of.prompt, duration_s=12.5, bytes=1000, report={}
    )
    made.path.write_bytes(b"film" * 250)
    return made
