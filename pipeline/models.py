"""What is true of a job, its stages, its clips and their takes, its films and its money.

The database is the truth: every process may be killed at any moment, and what it was doing is
found again here. Work is claimed by conditional UPDATE with a lease (``leases.py``); a job's
status moves only by ``Job.move``.

    queued ──► processing ──► completed
      │            │  └─────► failed
      └────────────┴────────► cancelled       and from each of the three back to queued
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from casset.lib.errors import InvalidTransition
from casset.tracks.models import Track
from pipeline.contracts import AudioData, ClipPrompts, ClipScript, Plan
from pipeline.progress import STAGES

MICROS = 1_000_000  # to the dollar; a reference image costs half a cent


class Status(models.TextChoices):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> JobQuerySet:
        """Those the person may see: their own."""
        return self.filter(owner_id=user.pk) if user.is_authenticated else self.none()

    def of_track(self, track: Track) -> JobQuerySet:
        return self.filter(track=track)

    def active(self) -> JobQuerySet:
        return self.filter(status__in=(Status.QUEUED, Status.PROCESSING))

    def ended(self) -> JobQuerySet:
        return self.filter(status__in=FINAL)


class Job(models.Model):
    """A film somebody asked for: one song, one sentence, and what became of them."""

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.QUEUED: (Status.PROCESSING, Status.FAILED, Status.CANCELLED),
        Status.PROCESSING: FINAL,
        Status.COMPLETED: (Status.QUEUED,),
        Status.FAILED: (Status.QUEUED,),
        Status.CANCELLED: (Status.QUEUED,),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    track = models.ForeignKey(  # whose song it is of; None for a song that was sent alone
        Track, models.SET_NULL, null=True, blank=True, editable=False, related_name="jobs"
    )
    request_key = models.UUIDField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=1)
    request_id = models.CharField(
        max_length=64, blank=True, editable=False
    )  # that began the attempt

    title = models.CharField(max_length=200)
    prompt = models.CharField(max_length=500)
    aspect = models.CharField(max_length=4, default="16:9")
    seed = models.PositiveIntegerField(default=1)
    beats = models.CharField(max_length=6, default="auto")
    song_file = models.CharField(max_length=80)  # names in the job's folder
    lyrics_file = models.CharField(max_length=80, blank=True)
    cover_file = models.CharField(max_length=80, blank=True)
    song_sha256 = models.CharField(max_length=64)
    duration_s = models.FloatField(default=0.0)

    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    files_removed_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)
    retryable = models.BooleanField(default=False)

    budget_micros = models.BigIntegerField(default=20 * MICROS)
    spent_micros = models.BigIntegerField(default=0)
    reserved_micros = models.BigIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=FINAL, finished_at__isnull=False)
                | (~Q(status__in=FINAL) & Q(finished_at__isnull=True)),
                name="job_finished_exactly_when_final",
            ),
            models.CheckConstraint(
                condition=Q(spent_micros__gte=0)
                & Q(reserved_micros__gte=0)
                & Q(budget_micros__gte=F("spent_micros") + F("reserved_micros")),
                name="job_spends_within_its_budget",
            ),
            models.UniqueConstraint("owner", "request_key", name="job_asked_for_once"),
        )
        indexes = (
            models.Index(fields=("owner", "-created_at"), name="job_list"),  # the jobs page
            models.Index(fields=("status", "created_at"), name="job_queue"),  # admission, sweeper
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    def move(self, to: str, **changes: Any) -> None:
        """Move to ``to`` if nobody has moved the job since it was read, and note the step.

        A job that ends gives its slot back, and what was still to be done of it is called off, in
        the same transaction. One whose files were removed does not begin again. Raises
        ``InvalidTransition``.
        """
        before, now = self.status, timezone.now()
        if to not in self.MOVES[before]:
            raise InvalidTransition(f"A {before} job cannot become {to}.")
        changes["finished_at"] = now if to in FINAL else None
        with transaction.atomic():
            rows = Job.objects.filter(pk=self.pk, status=before)
            if to == Status.QUEUED:
                rows = rows.filter(files_removed_at=None)
            if not rows.update(status=to, **changes):
                raise InvalidTransition(f"The job was no longer {before}, or its files are gone.")
            JobStep.objects.create(job=self, before=before, after=to, attempt=self.attempt)
            if to in FINAL:
                JobSlot.objects.filter(job=self).update(job=None)
                for work in (Stage, Clip):
                    unfinished = work.objects.filter(job=self, status__in=Work.UNFINISHED)
                    unfinished.update(status=Work.CANCELLED, lease_token=None, lease_until=None)
        self.status = to
        for name, value in changes.items():
            setattr(self, name, value)

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def folder(self) -> Path:
        """Where the job's files lie: what was sent, the work folder, the films."""
        return Path(settings.JOBS_DIR) / str(self.pk)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def channel(self) -> str:
        """The events' channel."""
        return f"job-{self.pk}"

    def output(self, stage: str) -> dict[str, Any] | None:
        """What a completed stage handed on, as JSON; None before."""
        row = self.stages.filter(name=stage, status=Work.DONE).values_list("output", flat=True)
        return next(iter(row), None)

    def audio(self) -> AudioData | None:
        kept = self.output("audio_parser")
        return AudioData.model_validate(kept) if kept else None

    def plan(self) -> Plan | None:
        """The plan as it is to be shot: the director's, with the scripts of newer takes in it."""
        kept = self.output("scene_planner")
        if not kept:
            return None
        plan = Plan.model_validate(kept)
        scripts = list(plan.clip_scripts)
        current = Take.objects.filter(clip__job=self, number=F("clip__take"), script__isnull=False)
        for index, script in current.values_list("clip__index", "script"):
            if index < len(scripts):
                scripts[index] = ClipScript.model_validate(script)
        return plan.model_copy(update={"clip_scripts": tuple(scripts)})

    def prompts(self) -> ClipPrompts | None:
        kept = self.output("prompt_generator")
        return ClipPrompts.model_validate(kept) if kept else None

    @property
    def film(self) -> Film | None:
        """The newest finished film."""
        return self.films.order_by("-number").first()


class JobStep(models.Model):
    """One move of a job's status. Added, never edited."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="steps")
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class JobStart(models.Model):
    """A person began a film at this moment: what the hourly quota counts, even when the job is deleted."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("owner", "at"), name="quota"),)

    def __str__(self) -> str:
        return f"{self.owner_id} at {self.at:%F %T}"


class JobSlot(models.Model):
    """One of the places for jobs that are processing. As many jobs run as rows can be taken."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="slot", default=None
    )

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"slot {self.number}"


class Work(models.Model):
    """What stages and clips have in common: a claim with a lease, tries, a state.

    ``lease_token`` names the claim that may change the row; ``lease_until`` is when others may
    take it over. ``not_before`` puts off a retry.
    """

    PENDING, RUNNING, DONE, FAILED, CANCELLED = "pending", "running", "done", "failed", "cancelled"
    STATES = (PENDING, RUNNING, DONE, FAILED, CANCELLED)
    UNFINISHED = (PENDING, RUNNING)
    QUEUES = (("render", "drawing and listening"), ("io", "waiting for others"))

    status = models.CharField(max_length=10, default=PENDING, choices=[(s, s) for s in STATES])
    queue = models.CharField(max_length=6, choices=QUEUES, default="render")
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    share = models.FloatField(default=0.0)  # how far it is, 0..1
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class Stage(Work):
    """One of the six modules of a job, and what it handed on."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=20, choices=[(s, s) for s in STAGES])
    order = models.PositiveSmallIntegerField()
    output = models.JSONField(null=True, blank=True)
    notes = models.JSONField(default=list, blank=True)  # sentences for the person

    class Meta:
        ordering = ("order",)
        constraints = (
            models.UniqueConstraint("job", "name", name="stage_once_a_job"),
            models.CheckConstraint(
                condition=Q(status="running", lease_token__isnull=False, lease_until__isnull=False)
                | ~Q(status="running")
                | Q(name="video_generator"),
                name="stage_runs_under_a_lease",
            ),
        )
        indexes = (models.Index(fields=("status", "queue", "not_before"), name="stage_claim"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"

    @property
    def duration_s(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds(), 3)


class Clip(Work):
    """One clip of the film and which of its takes is in it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="clips")
    index = models.PositiveSmallIntegerField()
    frames = models.PositiveIntegerField()  # of its place in the film
    take = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("index",)
        constraints = (
            models.UniqueConstraint("job", "index", name="clip_once_a_job"),
            models.CheckConstraint(
                condition=Q(status="running", lease_token__isnull=False, lease_until__isnull=False)
                | ~Q(status="running"),
                name="clip_runs_under_a_lease",
            ),
        )
        indexes = (models.Index(fields=("status", "queue", "not_before"), name="clip_claim"),)

    def __str__(self) -> str:
        return f"clip {self.index + 1} ({self.status})"

    @property
    def current(self) -> Take | None:
        return self.takes.filter(number=self.take).first()


class Take(models.Model):
    """One version of a clip. Kept when a newer one is made, so that it can be used again.

    ``script`` is None for the director's own; ``calm`` asks for gentler light where the film would
    flash; ``file`` (a name in the job's ``work/clips``) is empty until the take is made.
    """

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="takes")
    number = models.PositiveSmallIntegerField()
    script = models.JSONField(null=True, blank=True)
    calm = models.FloatField(default=0.0)
    fingerprint = models.CharField(max_length=64, blank=True)
    file = models.CharField(max_length=80, blank=True)
    frames = models.PositiveIntegerField(default=0)  # of the file; transitions have their own
    made_in_s = models.FloatField(default=0.0)
    cost_micros = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint("clip", "number", name="take_numbered_once"),)
        indexes = (models.Index(fields=("created_at",), name="take_recent"),)  # estimate.frame_s

    def __str__(self) -> str:
        return f"take {self.number}"

    @property
    def path(self) -> Path:
        return self.clip.job.work / "clips" / self.file

    @property
    def poster(self) -> Path:
        return self.path.with_suffix(".jpg")


class Film(models.Model):
    """A finished film of a job; a newer one does not overwrite an older one."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="films")
    number = models.PositiveSmallIntegerField()
    prompt = models.CharField(max_length=500)
    duration_s = models.FloatField()
    bytes = models.BigIntegerField()
    report = models.JSONField()  # what the composer said of it, and the quality figures
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint("job", "number", name="film_numbered_once"),)

    def __str__(self) -> str:
        return f"film {self.number} of {self.job_id}"

    @property
    def path(self) -> Path:
        return self.job.folder / f"film-{self.number}.mp4"

    @property
    def sheet(self) -> Path:
        return self.path.with_suffix(".jpg")

    @property
    def poster(self) -> Path:
        return self.path.with_suffix(".poster.jpg")


class Reservation(models.Model):
    """Money set aside before it is spent: open, then settled with what it really cost, or released.

    ``key`` names the purchase, so that asking twice reserves once. Amounts are millionths of a
    US dollar. ``request_id`` is the provider's name for the work, stored before waiting for it.
    """

    OPEN, SETTLED, RELEASED = "open", "settled", "released"

    job = models.ForeignKey(Job, models.CASCADE, related_name="reservations")
    stage = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    status = models.CharField(max_length=8, default=OPEN)
    amount_micros = models.BigIntegerField()
    actual_micros = models.BigIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint("job", "key", name="purchase_reserved_once"),
            models.CheckConstraint(
                condition=Q(amount_micros__gte=0)
                & Q(status__in=("open", "settled", "released"))
                & (
                    Q(status="settled", actual_micros__gte=0)
                    | (~Q(status="settled") & Q(actual_micros__isnull=True))
                ),
                name="reservation_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key}: {self.amount_micros / MICROS:.4f} USD ({self.status})"


class Pulse(models.Model):
    """A sign of life of something that must keep going, renewed every few seconds (``pulses``).

    A worker's has the queue it serves and how much it does at once.
    """

    name = models.CharField(max_length=100, primary_key=True)  # render@host, sweeper
    queue = models.CharField(max_length=6, blank=True)
    places = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How often something happened since the installation began: for all processes, for ever.

    ``total`` sums what was measured, ``upto`` is the upper bound of the measurements counted here
    (``tallies``).
    """

    name = models.CharField(max_length=40)
    label = models.CharField(max_length=60, blank=True)
    upto = models.FloatField(default=0.0)
    count = models.BigIntegerField(default=0)
    total = models.FloatField(default=0.0)

    class Meta:
        ordering = ("name", "label", "upto")
        constraints = (models.UniqueConstraint("name", "label", "upto", name="tallied_once"),)

    def __str__(self) -> str:
        return f"{self.name} {self.label}: {self.count}"
