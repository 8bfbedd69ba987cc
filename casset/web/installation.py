"""What this installation has on and off, and why: for the settings page. Never shows a secret."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings

from casset.web import health

State = Literal["on", "off", "info"]


@dataclass(frozen=True)
class Row:
    """One thing: what it is set to, and the reason or what would change it."""

    name: str
    value: str
    why: str
    state: State = "info"
    for_staff: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


def groups(*, everything: bool) -> list[Group]:
    """What concerns an ordinary person; with ``everything`` also what concerns operators."""
    found = [
        Group("How videos are made", [_pictures(), _quality(), _words(), _beats()]),
        Group("Limits", _limits()),
    ]
    if everything:
        servers = [_database(), _redis(), _files(), _mail(), _sentry(), _metrics()]
        found.append(Group("Servers", servers))
    shown = [
        Group(group.title, [row for row in group.rows if everything or not row.for_staff])
        for group in found
    ]
    return [group for group in shown if group.rows]


def _pictures() -> Row:
    return Row(
        "Pictures",
        "Shader Lab, on this machine",
        "Draws every shot itself: no key, no cost. Paid video models are not connected yet.",
        "on",
    )


def _quality() -> Row:
    if settings.QUALITY == "high":
        return Row(
            "Quality", "high", "Every scene is drawn at the film's own size.", "on", for_staff=True
        )
    return Row(
        "Quality",
        "normal",
        "Scenes are drawn at half size and finished at full size. QUALITY=high draws them at full "
        "size, in three to four times the time.",
        for_staff=True,
    )


def _words() -> Row:
    name = "Words without a lyrics file"
    if settings.OPENAI_API_KEY:
        where = urlsplit(settings.OPENAI_BASE_URL).hostname or "the API"
        return Row(name, "Whisper, over the network", f"Songs are sent to {where}.", "on")
    if settings.WHISPER_MODEL and _is_installed("faster_whisper", "whisper"):
        return Row(name, "Whisper, on this machine", "Songs stay here.", "on")
    if settings.WHISPER_MODEL:
        return Row(
            name,
            "off",
            "WHISPER_MODEL names a model, but neither faster-whisper nor openai-whisper is "
            "installed.",
            "off",
        )
    return Row(
        name,
        "off",
        "Give lyrics with a song to see its words. The operator can turn listening on with "
        "OPENAI_API_KEY or WHISPER_MODEL.",
        "off",
    )


def _beats() -> Row:
    engine = settings.BEAT_ENGINE
    if engine in ("auto", "beatnet"):
        return Row("Beats", "BeatNet", "The default.", "on", for_staff=True)
    if not _is_installed(engine):
        return Row(
            "Beats",
            "BeatNet",
            f"BEAT_ENGINE asks for {engine}, which is not installed.",
            "off",
            for_staff=True,
        )
    return Row("Beats", engine, "By BEAT_ENGINE.", "on", for_staff=True)


def _limits() -> list[Row]:
    return [
        Row(
            "A song",
            f"up to {settings.UPLOAD_MAX_BYTES / 2**20:g} MB and {settings.AUDIO_MAX_S / 60:g} min",
            "MP3, WAV, FLAC, OGG or M4A.",
        ),
        Row("Videos an hour", f"{settings.JOBS_PER_HOUR} each", "A person may start so many."),
        Row(
            "Time for one video",
            f"{settings.JOB_DEADLINE_S / 60:g} min",
            "After that it stops and says what was finished.",
        ),
        Row(
            "Kept",
            f"{settings.KEEP_FILMS_DAYS:g} days, failed ones {settings.KEEP_FAILED_DAYS:g}",
            "Download what you want to keep.",
        ),
        Row(
            "At once",
            f"{settings.JOBS_AT_ONCE} videos on this machine",
            "More wait their turn. JOBS_AT_ONCE changes it.",
            for_staff=True,
        ),
        Row(
            "Budget of one video",
            f"{settings.JOB_BUDGET_DOLLARS:g} dollars",
            "Local pictures cost nothing; it binds paid ones. JOB_BUDGET_DOLLARS changes it.",
            for_staff=True,
        ),
    ]


def _database() -> Row:
    if settings.EMBEDDED_DATABASE:
        why = "Started by Casset under its var folder. DATABASE_URL moves it to a server of yours."
        return Row("Database", "PostgreSQL, Casset's own", why, "on", for_staff=True)
    return _external("Database", "PostgreSQL", settings.DATABASE_URL, "DATABASE_URL")


def _redis() -> Row:
    if settings.EMBEDDED_REDIS:
        why = "Started by Casset under its var folder. REDIS_URL moves it to a server of yours."
        return Row("Queue and events", "Redis, Casset's own", why, "on", for_staff=True)
    return _external("Queue and events", "Redis", settings.REDIS_URL, "REDIS_URL")


def _files() -> Row:
    if not settings.S3_BUCKET:
        why = "In Casset's var folder. S3_BUCKET moves them to a bucket of yours."
        return Row("Files", "on this machine", why, "on", for_staff=True)
    host = urlsplit(settings.S3_ENDPOINT_URL).hostname or "Amazon S3"
    finding = health.look().get("files", health.Finding(True, ""))
    why = "By S3_BUCKET." if finding.ok else f"By S3_BUCKET. At the moment {finding.why}."
    value = f"bucket {settings.S3_BUCKET} at {host}"
    return Row("Files", value, why, "on" if finding.ok else "off", for_staff=True)


def _external(name: str, server: str, url: str, variable: str) -> Row:
    where = urlsplit(url).hostname or "a socket"  # never the user, the password or the rest
    return Row(name, f"{server} at {where}", f"By {variable}.", "on", for_staff=True)


def _mail() -> Row:
    if settings.EMAIL_HOST:
        value = f"by SMTP through {settings.EMAIL_HOST}"
        return Row("Letters", value, "By EMAIL_HOST.", "on", for_staff=True)
    return Row(
        "Letters",
        "written to the console",
        "Nobody receives them: a link to reset a password stands in the server's output. "
        "EMAIL_HOST turns sending on.",
        "off",
        for_staff=True,
    )


def _sentry() -> Row:
    if settings.SENTRY_DSN:
        return Row("Sentry", "reports errors", "By SENTRY_DSN.", "on", for_staff=True)
    return Row(
        "Sentry", "off", "Errors stay in the log. SENTRY_DSN turns it on.", "off", for_staff=True
    )


def _metrics() -> Row:
    if settings.METRICS_TOKEN:
        why = "At /metrics, for this machine and whoever sends METRICS_TOKEN."
        return Row("Metrics", "on", why, "on", for_staff=True)
    return Row(
        "Metrics",
        "on this machine",
        "At /metrics, for this machine alone. METRICS_TOKEN lets others read them.",
        "on",
        for_staff=True,
    )


def _is_installed(*modules: str) -> bool:
    return any(importlib.util.find_spec(name) is not None for name in modules)
