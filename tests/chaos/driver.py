"""Ask for films and look at what became of them, in the site's own environment: ``python driver.py ask …``.

Run by the chaos test with the environment of the site under test. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = (
    "a lone figure walks neon streets in the rain at night, slow and lonely",
    "sunrise over a calm sea in soft pastel light, wide and slow and warm",
    "driving through the desert at dusk, dust and red light, restless",
    "snow falls on a quiet forest at night, blue and still and cold",
)


def ask(songs: list[str], jobs: int, users: int) -> dict[str, object]:
    """``jobs`` films of ``songs`` for ``users`` people, in turn."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from casset.accounts.models import User
    from pipeline import services

    people = [User.objects.create_user(f"artist{n}@example.com") for n in range(users)]
    made = []
    for n in range(jobs):
        song = Path(songs[n % len(songs)])
        job = services.create_job(
            owner=people[n % users],
            song=SimpleUploadedFile(song.name, song.read_bytes()),
            prompt=PROMPTS[n % len(PROMPTS)],
            seed=n,
        )
        made.append(str(job.pk))
    return {"jobs": made}


def report() -> dict[str, object]:
    """Where every job is, and everything that must not be left behind or be there twice."""
    from django.conf import settings
    from django.db.models import Count

    from casset.web.models import Event
    from pipeline.models import FINAL, Clip, Job, JobSlot, JobStep, Reservation, Status, Take, Work

    jobs = Job.objects.all()
    files = list(Path(settings.JOBS_DIR).rglob("*"))
    return {
        "status": {str(job.pk): job.status for job in jobs},
        "errors": [f"{job.error_code}: {job.error}" for job in jobs if job.error],
        "ended": jobs.filter(status__in=FINAL).count(),
        "completed": jobs.filter(status=Status.COMPLETED).count(),
        "attempts": max((job.attempt for job in jobs), default=0),
        "slots_taken": JobSlot.objects.exclude(job=None).count(),
        "reserved": sum(job.reserved_micros for job in jobs)
        + Reservation.objects.filter(status=Reservation.OPEN).count(),
        "completed_twice": JobStep.objects.filter(after=Status.COMPLETED)
        .values("job")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .count(),
        "told_twice": Event.objects.filter(type="completed")
        .values("channel")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .count(),
        "films": sum(job.films.count() for job in jobs),
        "films_missing": sum(not film.path.exists() for job in jobs for film in job.films.all()),
        "takes": Take.objects.exclude(number=1).count(),
        "takes_made": Take.objects.exclude(file="").count(),
        "clips_running": Clip.objects.filter(status=Work.RUNNING).count(),
        "retried": Clip.objects.filter(tries__gt=1).count(),
        "half_files": [
            path.name
            for path in files
            if path.name.startswith("making-")
            or (path.name.startswith(".") and ".part" in path.name)
        ],
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casset.settings")  # noqa: TID251
    import django

    django.setup()
    if sys.argv[1] == "ask":
        result = ask(sys.argv[4:], int(sys.argv[2]), int(sys.argv[3]))
    else:
        result = report()
    sys.stdout.write(json.dumps(result) + "\n")
