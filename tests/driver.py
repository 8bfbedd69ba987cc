"""Ask for films and look at what became of them, in the site's own environment.

Run by ``running.Site`` with the environment of the site under test: a command a line, such as
``["ask", "2", "1", "song.wav"]``, is answered by a line of JSON. It stays, for starting costs it three
seconds of work.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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

    artists = [User.objects.get_or_create(email=f"artist{n}@example.com")[0] for n in range(users)]
    made = []
    for n in range(jobs):
        song = Path(songs[n % len(songs)])
        job = services.create_job(
            owner=artists[n % users],
            song=SimpleUploadedFile(song.name, song.read_bytes()),
            prompt=PROMPTS[n % len(PROMPTS)],
            seed=n,
        )
        made.append(str(job.pk))
    return {"jobs": made}


def people(count: int) -> dict[str, object]:
    """The session cookies of that many signed-in people, the first of them those of ``ask``."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from casset.accounts.models import User

    cookies = []
    for n in range(count):
        user, _ = User.objects.get_or_create(email=f"artist{n}@example.com")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        cookies.append(session.session_key)
    return {"cookies": cookies}


def timings() -> dict[str, object]:
    """Seconds each finished job took and what of it was work: stages, clips, and the pauses between."""
    from pipeline.models import Clip, Job, Status

    rows = []
    for job in Job.objects.filter(status=Status.COMPLETED):
        stages = {stage.name: stage for stage in job.stages.all()}
        clips = list(Clip.objects.filter(job=job))
        busy = sorted(
            (row.started_at, row.finished_at)
            for row in [*clips, *(s for name, s in stages.items() if name != "video_generator")]
        )
        worked, until = 0.0, job.started_at
        for began, ended in busy:  # the union of the spans in which somebody worked
            if ended > until:
                worked += (ended - max(began, until)).total_seconds()
                until = ended
        whole = (job.finished_at - job.created_at).total_seconds()
        last_clip = max(clip.finished_at for clip in clips)
        rows.append(
            {
                "whole_s": whole,
                "worked_s": worked,
                "waited_s": (job.started_at - job.created_at).total_seconds(),
                "overhead_s": whole - worked,
                "cut_s": (job.finished_at - last_clip).total_seconds(),
                "film_s": job.film.duration_s,
            }
        )
    return {"jobs": rows}


def queries() -> dict[str, object]:
    """Database queries of each page, for the newest job's owner."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from pipeline.models import Job

    job = Job.objects.latest("created_at")
    client = Client(SERVER_NAME="localhost")
    client.force_login(job.owner, backend="django.contrib.auth.backends.ModelBackend")
    counts = {}
    for page in (
        "/", "/studio/", "/studio/new/", f"/studio/{job.pk}/", f"/studio/{job.pk}/parts/",
        f"/api/v1/jobs/{job.pk}", "/api/v1/jobs", "/settings/", "/shaders/",
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200, page
        counts[page.replace(str(job.pk), "…")] = len(seen)
    return {"queries": counts}


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


def answer(words: list[str]) -> dict[str, object]:
    """What one command says."""
    command, *rest = words
    if command == "ask":
        return ask(rest[2:], int(rest[0]), int(rest[1]))
    if command == "people":
        return people(int(rest[0]))
    return {"queries": queries, "timings": timings, "report": report}[command]()


def main() -> None:
    """Answer the commands that come in, one a line as JSON, until there are no more."""
    from django.db import connection

    for line in sys.stdin:
        try:
            said = answer(json.loads(line))
        except Exception:  # noqa: BLE001 - PostgreSQL may be down; it is asked again
            said = {"failed": traceback.format_exc()[-3000:]}
        finally:
            connection.close()
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casset.settings")  # noqa: TID251
    import django

    django.setup()
    main()
