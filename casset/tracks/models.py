"""What is true of a track and its hook, and who may see and hear them.

a track's status:  processing ──► ready      the song was heard; its hook can be chosen
                       │    └───► failed     it cannot be used; says why
a hook's status:   cutting ──► ready | failed    its own rendition is made for each window
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casset.accounts.models import Artist
from casset.lib.ids import new_id

HOOK_LONGEST_S = 30.0
HOOK_SHORTEST_S = 3.0
# While a new window is being cut, the rendition of the one before goes on playing.
_SHOWN = Q(published_at__isnull=False, hook__cut_version__gt=0)


class TrackQuerySet(models.QuerySet["Track"]):
    def owned_by(self, user: Any) -> TrackQuerySet:
        """The person's own, published or not."""
        return self.filter(artist__user_id=user.pk) if user.is_authenticated else self.none()

    def published(self) -> TrackQuerySet:
        """Those anybody may see: published, with a hook to hear."""
        return self.filter(_SHOWN)

    def visible_to(self, user: Any) -> TrackQuerySet:
        """Those the person may see the page of: published ones and their own."""
        shown = _SHOWN
        if user.is_authenticated:
            shown = shown | Q(artist__user_id=user.pk)
        return self.filter(shown)


class Track(models.Model):
    """A song of an artist. ``audio`` and ``cover`` are names in storage; the audio's leaves the server to nobody.

    ``lines`` are the words with their times on the song's timeline (``LyricLine`` as JSON), before
    ``lyrics_offset_s`` is added. ``theme`` is made from the cover (``casset.media.colour``).
    """

    class Status(models.TextChoices):
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"

    class Lyrics(models.TextChoices):
        NONE = "none"
        PLAIN = "plain"  # pasted, aligned to the singing
        LRC = "lrc"
        WEBVTT = "webvtt"
        TAPPED = "tapped"  # synced by hand

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    artist = models.ForeignKey(Artist, models.CASCADE, related_name="tracks")
    title = models.CharField(max_length=200)
    genre = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROCESSING)
    error = models.CharField(max_length=500, blank=True)

    audio = models.CharField(max_length=120, blank=True)
    audio_sha256 = models.CharField(max_length=64, blank=True)
    audio_bytes = models.BigIntegerField(default=0)
    duration_s = models.FloatField(default=0.0)
    bpm = models.FloatField(null=True, blank=True)
    key = models.CharField(max_length=20, blank=True)

    cover = models.CharField(max_length=80, blank=True)  # stored prefix: …/large.jpg, …/small.jpg
    theme = models.JSONField(default=dict, blank=True)

    lyrics_kind = models.CharField(max_length=8, choices=Lyrics.choices, default=Lyrics.NONE)
    lyrics_text = models.TextField(blank=True)  # as the artist gave it
    lyrics_offset_s = models.FloatField(default=0.0)
    lines = models.JSONField(default=list, blank=True)

    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=("processing", "ready", "failed")),
                name="track_status_known",
            ),
            models.UniqueConstraint(
                fields=("artist", "audio_sha256"),
                condition=~Q(audio_sha256=""),
                name="track_of_a_song_once",
            ),
        )
        indexes = (
            models.Index(fields=("artist", "-created_at"), name="track_list"),  # the studio's list
            models.Index(fields=("-published_at",), name="track_feed"),  # the feed of hooks
        )

    def __str__(self) -> str:
        return self.title

    @property
    def channel(self) -> str:
        """The events' channel: what happens to the track, its hook and its visuals."""
        return f"track-{self.pk}"

    @property
    def prefix(self) -> str:
        """Where its files are stored."""
        return f"tracks/{self.pk}"

    @property
    def whole(self) -> str:
        """Name in storage of the whole song on the decoded timeline, made while it is heard."""
        return f"{self.audio.rpartition('/')[0]}/whole.m4a"


class TrackFeatures(models.Model):
    """What was heard in a track: the whole analysis, its waveform, and the figures matching reads.

    ``offers`` is what the page of the hook needs of it: ``suggestions`` (windows with ``start_s``,
    ``end_s``, ``label``, ``reasons``, ``score``, best first) and ``bars``, the edges to snap to.
    """

    track = models.OneToOneField(Track, models.CASCADE, primary_key=True, related_name="features")
    analysis = models.JSONField()  # casset.media.audio.analysis.AudioAnalysis
    peaks = models.JSONField()  # audiowaveform's JSON, version 2
    figures = models.JSONField(default=dict)  # casset.media.audio.figures, by name
    offers = models.JSONField(default=dict)
    version = models.CharField(max_length=12)
    heard_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"features of {self.track_id}"


class Hook(models.Model):
    """The window of a track that everybody may hear. Each window has a rendition of its own.

    ``version`` grows with every change of the window; ``sound`` is the stored name of the rendition
    of ``cut_version``, which is older than ``version`` while a new one is being cut. ``captions`` is
    WebVTT with word times and ``peaks`` a waveform, both from the window's start.
    """

    class Status(models.TextChoices):
        CUTTING = "cutting"
        READY = "ready"
        FAILED = "failed"

    track = models.OneToOneField(Track, models.CASCADE, primary_key=True, related_name="hook")
    start_s = models.FloatField()
    end_s = models.FloatField()
    label = models.CharField(max_length=60, blank=True)  # "Chorus 1", where a suggestion was taken
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CUTTING)
    error = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    cut_version = models.PositiveIntegerField(default=0)
    sound = models.CharField(max_length=120, blank=True)
    sound_s = models.FloatField(default=0.0)
    captions = models.TextField(blank=True)
    peaks = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(start_s__gte=0)
                & Q(end_s__gt=F("start_s"))
                & Q(end_s__lte=F("start_s") + HOOK_LONGEST_S + 0.001),
                name="hook_is_a_window_of_30_s_at_most",
            ),
        )

    def __str__(self) -> str:
        return f"{self.start_s:.1f}-{self.end_s:.1f} s of {self.track_id}"

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s
