"""What is kept on the fan's side: what other sites show of a link, who shared what, what was seen."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from casset.lib.ids import new_id
from casset.tracks.models import Track
from visuals.models import VisualAsset


class LinkPreview(models.Model):
    """The card and the film of one version of a hook; without ``visual`` of the cover alone.

    ``card_of`` and ``film_of`` name what each was made from (``previews.py``); where that changed a
    new one is made, and the old one is served until then. Both files are under ``stored``.
    """

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    track = models.ForeignKey(Track, models.CASCADE, related_name="previews")
    visual = models.OneToOneField(
        VisualAsset, models.CASCADE, null=True, blank=True, related_name="preview"
    )
    card = models.CharField(max_length=120, blank=True)  # stored name
    card_of = models.CharField(max_length=64, blank=True)
    card_bytes = models.PositiveIntegerField(default=0)
    film = models.CharField(max_length=120, blank=True)
    film_of = models.CharField(max_length=64, blank=True)
    film_bytes = models.PositiveIntegerField(default=0)
    film_s = models.FloatField(default=0.0)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("track",), condition=models.Q(visual=None), name="preview_one_of_the_cover"
            ),
        )

    def __str__(self) -> str:
        return f"preview of {self.visual_id or 'the cover'} on {self.track_id}"

    @property
    def prefix(self) -> str:
        return f"tracks/{self.track_id}/previews/{self.pk}"


class HookShare(models.Model):
    """A link somebody made to pass a version of a hook on: ``/s/<id>``.

    It outlives its track and its visual, so that its page can say what became of them.
    """

    class Channel(models.TextChoices):
        TIKTOK = "tiktok"
        INSTAGRAM = "instagram"
        X = "x"
        LINK = "link"
        SYSTEM = "system"  # the phone's own share sheet
        DOWNLOAD = "download"

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    track = models.ForeignKey(
        Track, models.SET_NULL, null=True, related_name="shares", db_index=False
    )
    visual = models.ForeignKey(
        VisualAsset, models.SET_NULL, null=True, blank=True, related_name="hook_shares"
    )
    sharer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    visitor = models.CharField(max_length=14, blank=True)  # who shared, without an account
    channel = models.CharField(max_length=9, choices=Channel.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=("track", "-created_at"), name="share_of_track"),
            # the same person's link is found again
            models.Index(fields=("visitor", "-created_at"), name="share_by_visitor"),
        )

    def __str__(self) -> str:
        return f"share {self.pk} of {self.track_id}"

    @property
    def address(self) -> str:
        return f"/s/{self.pk}"


class Referral(models.Model):
    """Whose link first brought a visitor to a track. It holds for 30 days, then another may.

    ``visitor`` is the id in the cookie; of somebody without cookies, the visit's.
    """

    share = models.ForeignKey(HookShare, models.CASCADE, related_name="referrals")
    track = models.ForeignKey(Track, models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=16)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_open = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("visitor", "track"),
                condition=models.Q(is_open=True),
                name="referral_first_touch",
            ),
        )

    def __str__(self) -> str:
        return f"{self.visitor} by {self.share_id}"


class VisualEvent(models.Model):
    """Something that was done with a visual. Rows are added, never changed: all figures come from them.

    ``visit`` is one view of a page (or names the deed, where the server saw it itself). ``n`` counts
    what may happen several times in it. ``left_out`` says why an event does not count; empty where
    it does. ``how`` the visual came into view decides which figures it may be compared by.
    """

    class Type(models.TextChoices):
        IMPRESSION = "impression"  # 2 s in view while the hook sounds
        SWIPE = "swipe"  # brought into view by hand
        COMPLETION = "completion"  # the hook was heard to its end with it
        PAIRING = "pairing"  # chosen by the artist as the active one
        EXPORT = "export"
        SHARE = "share"

    class How(models.TextChoices):
        FIRST = "first"  # the page began with it, as for everybody
        EVEN = "even"  # the page began with it by an even lot
        LOT = "lot"  # by a lot that favours what is shared
        CHOSEN = "chosen"  # it was asked for in the address
        SHARED = "shared"  # somebody's link named it
        SWIPED = "swiped"

    visual = models.ForeignKey(VisualAsset, models.CASCADE, related_name="events", db_index=False)
    type = models.CharField(max_length=10, choices=Type.choices)
    visit = models.CharField(max_length=24)
    n = models.PositiveSmallIntegerField(default=0)
    how = models.CharField(max_length=6, choices=How.choices, blank=True)
    share = models.CharField(max_length=14, blank=True)  # id of the link the visit came by
    left_out = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("visit", "visual", "type", "n", "left_out"), name="event_once"
            ),
        )
        indexes = (
            models.Index(fields=("visual", "at"), name="event_of_visual"),
            BrinIndex(fields=("at",), name="event_age"),  # the roll-up; rows come in order of time
            models.Index(
                fields=("share",), condition=~models.Q(share=""), name="event_by_share"
            ),  # what became of a link
        )

    def __str__(self) -> str:
        return f"{self.type} of {self.visual_id}"


class LeftOut(models.Model):
    """How many events of a day could not be believed, by reason: those that name no visit of ours."""

    day = models.DateField()
    reason = models.CharField(max_length=10)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("day", "reason"), name="left_out_once"),)

    def __str__(self) -> str:
        return f"{self.count} {self.reason} on {self.day}"


class VisualDay(models.Model):
    """A visual's day (UTC) in figures, counted from its events; made anew whenever they change.

    ``sharers`` are those of ``impressions`` who shared it in the same visit. The ``even`` figures
    are of visitors to whom an even lot showed it: only these may be compared between visuals.
    """

    visual = models.ForeignKey(VisualAsset, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    impressions = models.PositiveIntegerField(default=0)
    swipes = models.PositiveIntegerField(default=0)
    completions = models.PositiveIntegerField(default=0)
    pairings = models.PositiveIntegerField(default=0)
    exports = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    sharers = models.PositiveIntegerField(default=0)
    even_impressions = models.PositiveIntegerField(default=0)
    even_sharers = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("visual", "day"), name="visual_day_once"),)
        indexes = (models.Index(fields=("-counted_at",), name="visual_day_counted"),)

    def __str__(self) -> str:
        return f"{self.visual_id} on {self.day}"


class Rotation(models.Model):
    """Whether new visitors of a track see its visuals by turns. ``arms``: what each has earned so far.

    ``arms`` maps a visual's id to ``[sharers, impressions]`` of visitors it was shown to by lot.
    """

    track = models.OneToOneField(Track, models.CASCADE, primary_key=True, related_name="rotation")
    is_on = models.BooleanField(default=False)
    arms = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"rotation of {self.track_id} ({'on' if self.is_on else 'off'})"


class Exposure(models.Model):
    """What a visitor was shown first by lot, so that they see the same next time."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="+")
    visual = models.ForeignKey(VisualAsset, models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=14)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("visitor", "track"), name="exposure_once"),)

    def __str__(self) -> str:
        return f"{self.visitor} saw {self.visual_id}"
