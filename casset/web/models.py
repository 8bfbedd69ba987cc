"""What was told to whom it may concern: one row an event, numbered within its channel."""

from __future__ import annotations

from django.db import models
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
