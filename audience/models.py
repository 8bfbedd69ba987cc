"""What is kept on the fan's side: the card and the film that other sites show of a link."""

from __future__ import annotations

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
