"""One piece of work: what is to be done with what, who is doing it, and what became of it.

pending ──► running ──► done        asked for again at any time: pending, or run once more after
   ▲           │  └───► failed      the run that is going on
   └───────────┘  (a worker died, or a failure that may pass)
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Item(models.Model):
    """``kind`` done with ``subject`` (the id of a record of the app that knows the kind).

    There is one row for each, however often it is asked for: ``wanted`` counts the asking,
    ``taken`` is what it stood at when the run began, so that a change during a run is not lost.
    ``lease_token`` names the claim that may change the row.
    """

    PENDING, RUNNING, DONE, FAILED = "pending", "running", "done", "failed"
    STATES = (PENDING, RUNNING, DONE, FAILED)

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # whose work it is: nobody's hundred items hold up everybody else's one
    queue = models.CharField(max_length=6, default="render")
    urgency = models.PositiveSmallIntegerField(default=5)  # 0: somebody looks at a progress bar
    status = models.CharField(max_length=8, default=PENDING, choices=[(s, s) for s in STATES])
    wanted = models.PositiveIntegerField(default=1)
    taken = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    share = models.FloatField(default=0.0)  # how far it is, 0..1
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint("kind", "subject", name="work_one_row_each"),
            models.CheckConstraint(
                condition=Q(status="running", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(status="running") & Q(lease_token__isnull=True)),
                name="work_runs_under_a_lease",
            ),
        )
        indexes = (
            models.Index(fields=("status", "queue", "not_before"), name="work_claim"),
            models.Index(fields=("finished_at",), name="work_old"),  # sweeping
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.status})"
