"""What is true of a track's visuals: the library, which one is active, what each is made of.

    PROCESSING ──► READY ◄──► ARCHIVED
         └─────► FAILED (tried again, or purged after a week)

Names and states are those of the product's founding document, in Python's spelling.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from casset.lib.errors import InvalidTransition
from casset.lib.ids import new_id
from casset.tracks.models import Track


class VisualTag(models.Model):
    """A word visuals are found by. Free text is brought to one of these (``tags.py``)."""

    class Category(models.TextChoices):
        MOOD = "mood"
        AESTHETIC = "aesthetic"
        GENRE = "genre"

    slug = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=40)
    category = models.CharField(max_length=9, choices=Category.choices)

    class Meta:
        ordering = ("category", "label")
        indexes = (models.Index(fields=("category",), name="tag_category"),)

    def __str__(self) -> str:
        return self.label


class VisualAssetQuerySet(models.QuerySet["VisualAsset"]):
    def ready(self) -> VisualAssetQuerySet:
        """Usable in pairings and exports."""
        return self.filter(status=VisualAsset.Status.READY)

    def shown(self, at: datetime | None = None) -> VisualAssetQuerySet:
        """What fans can swipe through at that time: what was shown to them, and what is dated for now."""
        shown_by_now = Q(shown_at__lte=at or timezone.now())
        return self.ready().filter(shown_by_now | Exists(ActivePeriod.objects.covering(at)))

    def visible_to(self, user: Any) -> VisualAssetQuerySet:
        """Those whose files the person may see: what fans see of tracks they may see, and all of their own."""
        tracks = Track.objects.published().values("pk")
        seen = Q(pk__in=self.model.objects.shown().filter(track__in=tracks).values("pk"))
        if user.is_authenticated:
            seen |= Q(track__artist__user_id=user.pk)
        return self.filter(seen)

    def with_active(self, at: datetime | None = None) -> VisualAssetQuerySet:
        """Each with ``active_now``: whether its track is seen with it at that time (now).

        The one dated for then, else the one in use.
        """
        moment = at or timezone.now()
        dated = ActivePeriod.objects.filter(
            track=OuterRef("track"),
            visual__status=VisualAsset.Status.READY,
            starts_at__lte=moment,
            ends_at__gt=moment,
        )
        return self.annotate(
            active_now=Case(
                When(Exists(dated.filter(visual=OuterRef("pk"))), then=Value(True)),
                When(Exists(dated), then=Value(False)),
                default=F("is_active"),
                output_field=models.BooleanField(),
            )
        )

    def active_now(self, is_active: bool = True, at: datetime | None = None) -> VisualAssetQuerySet:
        """Those their tracks are seen with at that time (now), or with False all others."""
        found: VisualAssetQuerySet = self.with_active(at)
        return found.filter(active_now=is_active)  # type: ignore[misc]

    def kept(self) -> VisualAssetQuerySet:
        """Those in the library, not put away."""
        return self.exclude(status=VisualAsset.Status.ARCHIVED)

    def owned_by(self, user: Any) -> VisualAssetQuerySet:
        """Those of the person's own tracks."""
        return self.filter(track__artist__user_id=user.pk) if user.is_authenticated else self.none()

    def in_order(self) -> VisualAssetQuerySet:
        return self.order_by("position", "created_at", "pk")


class VisualAsset(models.Model):
    """A short vertical loop that can be paired with a track's hook.

    ``stored`` is the prefix of its files (``loop.mp4 small.mp4 poster.jpg small.jpg``); the same
    prefix may serve several rows, where an artist uses a loop with another track. ``facts`` is what
    was measured on it (``casset.media.loops``: seam, flashes, luminance, colours, placeholder).
    ``recipe`` says how a drawn one was drawn, so that it can be drawn anew for another hook.
    """

    class Kind(models.TextChoices):
        ARTIST = "ARTIST"  # by the track's artist
        COMMUNITY = "COMMUNITY"  # by another creator, approved
        AI = "AI"  # generated

    class Status(models.TextChoices):
        PROCESSING = "PROCESSING"
        READY = "READY"
        FAILED = "FAILED"
        ARCHIVED = "ARCHIVED"

    class Origin(models.TextChoices):
        UPLOAD = "upload"
        TREATMENT = "treatment"  # of the cover or a still
        SCENE = "scene"  # drawn by a shader scene
        PROMPT = "prompt"  # made by the pipeline
        REUSED = "reused"  # a loop of another track of the same artist

    class Join(models.TextChoices):
        CUT = "cut"
        CROSSFADE = "crossfade"
        REBOUND = "rebound"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.PROCESSING: (Status.READY, Status.FAILED),
        Status.READY: (
            Status.ARCHIVED,
        ),  # made anew under the same address, it stays in use meanwhile
        Status.FAILED: (Status.PROCESSING,),
        Status.ARCHIVED: (Status.READY,),
    }

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    track = models.ForeignKey(Track, models.CASCADE, related_name="visuals")
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.ARTIST)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROCESSING)
    origin = models.CharField(max_length=9, choices=Origin.choices, default=Origin.UPLOAD)
    title = models.CharField(max_length=80)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="visuals"
    )
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)

    # where it came from
    source = models.CharField(max_length=120, blank=True)  # stored name of what was uploaded
    source_sha256 = models.CharField(max_length=64, blank=True)
    source_bytes = models.BigIntegerField(default=0)
    recipe = models.JSONField(null=True, blank=True)
    join = models.CharField(max_length=9, choices=Join.choices, default=Join.CUT)
    source_model = models.CharField(max_length=80, blank=True)
    source_prompt_hash = models.CharField(max_length=64, blank=True)
    source_prompt_text = models.CharField(max_length=2000, blank=True)
    source_seed = models.BigIntegerField(null=True, blank=True)

    # what it is
    stored = models.CharField(max_length=80, blank=True)
    duration_s = models.FloatField(default=0.0)
    width_px = models.PositiveIntegerField(default=0)
    height_px = models.PositiveIntegerField(default=0)
    fps = models.PositiveSmallIntegerField(null=True, blank=True)
    bytes = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict, blank=True)

    # pairing
    is_active = models.BooleanField(default=False)
    shown_at = models.DateTimeField(null=True, blank=True)  # since when fans can see it
    position = models.PositiveIntegerField(default=0)
    bpm_min = models.PositiveSmallIntegerField(null=True, blank=True)
    bpm_max = models.PositiveSmallIntegerField(null=True, blank=True)
    tags = models.ManyToManyField(VisualTag, related_name="assets", blank=True)

    # metrics: derived from events, which are the truth
    impressions = models.PositiveIntegerField(default=0)
    pairings = models.PositiveIntegerField(default=0)
    exports = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)

    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VisualAssetQuerySet.as_manager()

    class Meta:
        ordering = ("position", "created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("track",), condition=Q(is_active=True), name="visual_one_active_a_track"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(status="READY", shown_at__isnull=False),
                name="visual_active_is_ready_and_shown",
            ),
            models.CheckConstraint(
                condition=~Q(status="READY") | (Q(duration_s__gt=0) & ~Q(stored="")),
                name="visual_ready_has_files",
            ),
            models.CheckConstraint(
                condition=Q(bpm_min__isnull=True)
                | Q(bpm_max__isnull=True)
                | Q(bpm_max__gte=F("bpm_min")),
                name="visual_bpm_range",
            ),
        )
        indexes = (
            models.Index(fields=("track", "status"), name="visual_library"),
            models.Index(fields=("uploader", "-created_at"), name="visual_uploads"),
            models.Index(fields=("kind", "status", "-created_at"), name="visual_browse"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    def move(self, to: str, **changes: Any) -> None:
        """Move to ``to`` if nobody has moved the visual since it was read.

        One that leaves READY is no longer active. Raises ``InvalidTransition``.
        """
        before = self.status
        if to not in self.MOVES[before]:
            raise InvalidTransition(
                f"A visual that is {before.lower()} cannot become {to.lower()}."
            )
        if to != self.Status.READY:
            changes["is_active"] = False
        changes["archived_at"] = timezone.now() if to == self.Status.ARCHIVED else None
        changes["updated_at"] = timezone.now()
        if not VisualAsset.objects.filter(pk=self.pk, status=before).update(status=to, **changes):
            raise InvalidTransition(f"The visual was no longer {before.lower()}. Look again.")
        self.status = to
        for name, value in changes.items():
            setattr(self, name, value)

    @property
    def channel(self) -> str:
        return self.track.channel

    def file(self, name: str) -> str:
        """The stored name of one of its files: ``loop.mp4``, ``small.mp4``, ``poster.jpg``, ``small.jpg``."""
        return f"{self.stored}/{name}"

    @property
    def version(self) -> str:
        """Which making of it this is: the part of its files' addresses that changes with their bytes."""
        return self.stored.rpartition("/")[2]


class VisualFingerprint(models.Model):
    """What a visual is recognised by when it is uploaded again (``casset.media.loops.fingerprint``)."""

    visual = models.OneToOneField(
        VisualAsset, models.CASCADE, primary_key=True, related_name="fingerprint"
    )
    hashes = models.JSONField()  # [{"frame", "region", "hash", "quality"}]
    version = models.CharField(max_length=12)

    def __str__(self) -> str:
        return f"fingerprint of {self.visual_id}"


class Leftover(models.Model):
    """Stored files that no visual may name: being written, or to be removed. The clean-up looks into each.

    The row is written before the files are, and goes with the transaction that makes them a visual's,
    so that a process killed in between leaves nothing behind for good.
    """

    name = models.CharField(max_length=120, unique=True)
    is_folder = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=("created_at",), name="leftover_age"),)

    def __str__(self) -> str:
        return self.name


class Still(models.Model):
    """A picture of the artist's that treatments are made of, beside the cover."""

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    track = models.ForeignKey(Track, models.CASCADE, related_name="stills")
    stored = models.CharField(max_length=80)  # prefix: large.jpg, small.jpg
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"still {self.pk} of {self.track_id}"


class ActivePeriodQuerySet(models.QuerySet["ActivePeriod"]):
    def covering(self, at: datetime | None = None) -> ActivePeriodQuerySet:
        """The periods of ``OuterRef``'s visual that hold that time, for ``Exists``."""
        moment = at or timezone.now()
        return self.filter(visual=OuterRef("pk"), starts_at__lte=moment, ends_at__gt=moment)


class ActivePeriod(models.Model):
    """From when until when a visual is the active one, whatever is active otherwise."""

    visual = models.ForeignKey(VisualAsset, models.CASCADE, related_name="periods")
    track = models.ForeignKey(Track, models.CASCADE, related_name="periods")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ActivePeriodQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="period_ends_after_it_starts"
            ),
        )
        indexes = (models.Index(fields=("track", "starts_at"), name="period_lookup"),)

    def __str__(self) -> str:
        return f"{self.visual_id} from {self.starts_at:%F %H:%M} to {self.ends_at:%F %H:%M}"


class HookExport(models.Model):
    """A hook video somebody asked for. ``key`` names all that decides its bytes, so it is made once.

    queued ──► rendering ──► ready | failed      (``casset.work`` does it)
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RENDERING = "rendering"
        READY = "ready"
        FAILED = "failed"

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    track = models.ForeignKey(Track, models.CASCADE, related_name="exports")
    visual = models.ForeignKey(
        VisualAsset, models.SET_NULL, null=True, blank=True, related_name="hook_exports"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_shared = models.BooleanField(default=False)  # somebody else waits for it as well
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    order = models.JSONField()  # everything it is made from, as plain values
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    error = models.CharField(max_length=500, blank=True)
    stored = models.CharField(max_length=120, blank=True)
    bytes = models.BigIntegerField(default=0)
    duration_s = models.FloatField(default=0.0)
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(
        default=timezone.now
    )  # last asked for: what goes first when space is short

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("used_at",), name="export_by_use"),)

    def __str__(self) -> str:
        return f"export {self.pk} ({self.status})"

    @property
    def channel(self) -> str:
        return f"export-{self.pk}"
