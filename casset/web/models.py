"""What was told to whom it may concern, and files on their way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class EventChannel(models.Model):
    """A thing people may watch, such as ``job-17``. ``seq`` is the number of its newest event.

    Whoever adds an event holds this row until commit, so numbers become visible in their order.
    """

    name = models.CharField(max_length=100, unique=True)
    seq = models.PositiveBigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened on a channel. Never changed after it was added."""

    channel = models.ForeignKey(
        EventChannel,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,  # the constraint below has one
    )
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    # The JSON text exactly as it is sent: replaying it costs no decoding.
    data = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "seq"), name="event_seq_once_a_channel"),
        )
        indexes = (
            # read by events.forget_before()
            models.Index(fields=("created_at",), name="event_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.seq} {self.type}"


class Upload(models.Model):
    """A file that comes in by pieces (``casset.web.uploads``); the row goes when it is taken.

    offset_bytes 0 ─► … ─► size_bytes, then ``sha256`` is known and it is finished.
    """

    id = models.CharField(primary_key=True, max_length=14, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    purpose = models.CharField(max_length=30)
    name = models.CharField(max_length=255, blank=True)  # what its sender calls it
    mime = models.CharField(max_length=100, blank=True)  # by its first bytes, once they are here
    size_bytes = models.PositiveBigIntegerField()
    offset_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(offset_bytes__lte=F("size_bytes"), size_bytes__gt=0),
                name="upload_within_its_size",
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | (Q(offset_bytes=F("size_bytes")) & ~Q(mime="")),
                name="upload_summed_up_when_whole",
            ),
        )
        indexes = (
            # read by uploads.sweep()
            models.Index(fields=("expires_at",), name="upload_by_expiry"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.offset_bytes == self.size_bytes and bool(self.mime)
