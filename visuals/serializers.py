"""Visuals as programs see them: the names of the product's founding document, in camelCase."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casset.accounts.models import Artist
from visuals import recipes, tags, titles
from visuals.matching import Suggestion
from visuals.models import ActivePeriod, Still, VisualAsset, VisualTag

WORDS_MOST = 4 * tags.MOST


def _words(**more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=tags.LONGEST * 2, trim_whitespace=True),
        max_length=WORDS_MOST,
        help_text="Mood, genre, aesthetic: slugs, or words that lead to one.",
        **more,
    )


def _title(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=titles.LONGEST, **more)


class NewVisualBody(serializers.Serializer[Any]):
    """A video that was sent to ``/api/upload/media`` or in pieces to ``/api/uploads/``."""

    videoUrl = serializers.CharField(
        required=False, max_length=2048, help_text="What /api/upload/media answered."
    )
    uploadId = serializers.CharField(required=False, max_length=64, help_text="Or the upload's id.")
    posterImageUrl = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=2048,
        help_text="Not used: the poster is a frame of the video.",
    )  # fmt: skip
    durationSec = serializers.FloatField(required=False, help_text="Not used: it is measured.")
    widthPx = serializers.IntegerField(required=False, help_text="Not used: it is measured.")
    heightPx = serializers.IntegerField(required=False, help_text="Not used: it is measured.")
    kind = serializers.ChoiceField(choices=("ARTIST",), default="ARTIST")
    title = _title(required=False, default="", allow_blank=True)
    join = serializers.ChoiceField(
        choices=VisualAsset.Join.choices, default=VisualAsset.Join.CUT,
        help_text="How the end meets the beginning.",
    )  # fmt: skip
    tagSlugs = _words(required=False, default=list)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if bool(given.get("videoUrl")) == bool(given.get("uploadId")):
            raise serializers.ValidationError("Give videoUrl or uploadId, one of them.")
        return given


class RecipeBody(serializers.Serializer[Any]):
    recipe = serializers.CharField(max_length=60, help_text="An id of the studio's looks.")
    seed = serializers.IntegerField(min_value=0, max_value=recipes.SEED_MOST, default=1)
    image = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True,
        help_text="What a treatment treats: cover, or still:<id>.",
    )  # fmt: skip


class NewDrawnBody(serializers.Serializer[Any]):
    """A treatment or a scene, to be drawn with the hook's music."""

    recipe = RecipeBody()
    title = _title(required=False, default="", allow_blank=True)
    tagSlugs = _words(required=False, default=list)


class NewGeneratedBody(serializers.Serializer[Any]):
    """A sentence, to become a short loop (flag ``visual_generation``)."""

    prompt = serializers.CharField(max_length=2000)
    seed = serializers.IntegerField(min_value=0, max_value=recipes.SEED_MOST, default=1)
    title = _title(required=False, default="", allow_blank=True)


class ReusedBody(serializers.Serializer[Any]):
    visualId = serializers.CharField(max_length=14, help_text="One of your other tracks' visuals.")


class ChangesBody(serializers.Serializer[Any]):
    """What is to be different. Leave out what stays."""

    title = _title(required=False)
    tagSlugs = _words(required=False)
    bpmMin = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=999)
    bpmMax = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=999)
    join = serializers.ChoiceField(required=False, choices=VisualAsset.Join.choices)
    isShown = serializers.BooleanField(required=False, help_text="Whether fans can swipe to it.")
    isArchived = serializers.BooleanField(required=False)


class ActiveBody(serializers.Serializer[Any]):
    active = serializers.BooleanField()


class OrderBody(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.CharField(max_length=14), max_length=500,
        help_text="The visuals as they are to stand; those left out follow.",
    )  # fmt: skip


class PeriodBody(serializers.ModelSerializer[ActivePeriod]):
    """From when until when a visual is the active one, whatever is active otherwise."""

    startsAt = serializers.DateTimeField(source="starts_at")
    endsAt = serializers.DateTimeField(source="ends_at")

    class Meta:
        model = ActivePeriod
        fields = ("id", "startsAt", "endsAt")


class TagBody(serializers.ModelSerializer[VisualTag]):
    class Meta:
        model = VisualTag
        fields = ("slug", "label", "category")
        read_only_fields = fields


class CreatorBody(serializers.ModelSerializer[Artist]):
    class Meta:
        model = Artist
        fields: tuple[str, ...] = ("handle", "name", "declaration")
        read_only_fields = fields


class CreatorProfileBody(CreatorBody):
    links = serializers.ListField(child=serializers.DictField(), read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta(CreatorBody.Meta):
        fields = (*CreatorBody.Meta.fields, "bio", "links", "createdAt")
        read_only_fields = fields


class NewStillBody(serializers.Serializer[Any]):
    """A picture that was sent to ``/api/upload/media`` or in pieces to ``/api/uploads/``."""

    imageUrl = serializers.CharField(required=False, max_length=2048)
    uploadId = serializers.CharField(required=False, max_length=64)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if bool(given.get("imageUrl")) == bool(given.get("uploadId")):
            raise serializers.ValidationError("Give imageUrl or uploadId, one of them.")
        return given


class StillBody(serializers.ModelSerializer[Still]):
    imageUrl = serializers.SerializerMethodField()
    smallImageUrl = serializers.SerializerMethodField()
    widthPx = serializers.IntegerField(source="width_px", read_only=True)
    heightPx = serializers.IntegerField(source="height_px", read_only=True)

    class Meta:
        model = Still
        fields = ("id", "imageUrl", "smallImageUrl", "widthPx", "heightPx")
        read_only_fields = fields

    def get_imageUrl(self, still: Still) -> str:
        return reverse("visuals:still", args=(still.pk, "large"))

    def get_smallImageUrl(self, still: Still) -> str:
        return reverse("visuals:still", args=(still.pk, "small"))


class MetricsBody(serializers.ModelSerializer[VisualAsset]):
    class Meta:
        model = VisualAsset
        fields = ("impressions", "pairings", "exports", "shares")
        read_only_fields = fields


class SeamBody(serializers.Serializer[Any]):
    """How visible the jump from the last frame to the first is."""

    distance = serializers.FloatField()
    verdict = serializers.CharField()
    suggestion = serializers.CharField()
    sentence = serializers.CharField()


class ProblemBody(serializers.Serializer[Any]):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error")


class OwnerBody(serializers.Serializer[Any]):
    """What only the artist sees."""

    join = serializers.ChoiceField(choices=VisualAsset.Join.choices)
    seam = SeamBody(allow_null=True)
    problem = ProblemBody(allow_null=True)
    periods = PeriodBody(many=True)
    resembles = serializers.CharField(
        allow_null=True, help_text="The title of a visual of yours that shows the same."
    )
    archivedAt = serializers.DateTimeField(allow_null=True)


class VisualBody(serializers.ModelSerializer[VisualAsset]):
    """A visual. ``owner`` is there for its artist only."""

    trackId = serializers.CharField(source="track_id", read_only=True)
    videoUrl = serializers.SerializerMethodField(help_text="Null until it is ready.")
    smallVideoUrl = serializers.SerializerMethodField()
    posterImageUrl = serializers.SerializerMethodField()
    smallPosterImageUrl = serializers.SerializerMethodField()
    placeholder = serializers.SerializerMethodField(help_text="ThumbHash, base64.")
    durationSec = serializers.FloatField(source="duration_s", read_only=True)
    widthPx = serializers.IntegerField(source="width_px", read_only=True)
    heightPx = serializers.IntegerField(source="height_px", read_only=True)
    fps = serializers.IntegerField(read_only=True, allow_null=True)
    isActive = serializers.SerializerMethodField(help_text="The one the track is seen with now.")
    isShown = serializers.SerializerMethodField()
    bpmMin = serializers.IntegerField(source="bpm_min", read_only=True, allow_null=True)
    bpmMax = serializers.IntegerField(source="bpm_max", read_only=True, allow_null=True)
    tags = TagBody(many=True, read_only=True)
    creator = serializers.SerializerMethodField()
    metrics = MetricsBody(source="*", read_only=True)
    owner = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = VisualAsset
        fields: tuple[str, ...] = (
            "id", "trackId", "kind", "status", "origin", "title", "videoUrl", "smallVideoUrl",
            "posterImageUrl", "smallPosterImageUrl", "placeholder", "durationSec", "widthPx",
            "heightPx", "fps", "isActive", "isShown", "position", "bpmMin", "bpmMax", "tags",
            "creator", "metrics", "owner", "createdAt", "updatedAt",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_videoUrl(self, visual: VisualAsset) -> str | None:
        return address_of(visual, "loop.mp4")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_smallVideoUrl(self, visual: VisualAsset) -> str | None:
        return address_of(visual, "small.mp4")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_posterImageUrl(self, visual: VisualAsset) -> str | None:
        return address_of(visual, "poster.jpg")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_smallPosterImageUrl(self, visual: VisualAsset) -> str | None:
        return address_of(visual, "small.jpg")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_placeholder(self, visual: VisualAsset) -> str | None:
        placeholder: str | None = visual.facts.get("placeholder")
        return placeholder

    def get_isActive(self, visual: VisualAsset) -> bool:
        return bool(getattr(visual, "active_now", visual.is_active))

    def get_isShown(self, visual: VisualAsset) -> bool:
        return visual.shown_at is not None

    @extend_schema_field(CreatorBody(allow_null=True))
    def get_creator(self, visual: VisualAsset) -> dict[str, Any] | None:
        maker = creator_of(visual)
        return None if maker is None else dict(self.creator_body(maker).data)

    @extend_schema_field(OwnerBody(allow_null=True))
    def get_owner(self, visual: VisualAsset) -> dict[str, Any] | None:
        if self.context.get("owner_id") != visual.track.artist.user_id:
            return None
        return {
            "join": visual.join,
            "seam": visual.facts.get("seam"),
            "problem": dict(ProblemBody(visual).data) if visual.error_code else None,
            "periods": PeriodBody(visual.periods.all(), many=True).data,
            "resembles": visual.facts.get("likeness", {}).get("title"),
            "archivedAt": visual.archived_at,
        }

    creator_body: type[CreatorBody] = CreatorBody


class WholeVisualBody(VisualBody):
    """A visual with the whole profile of who made it."""

    creator_body = CreatorProfileBody

    class Meta(VisualBody.Meta):
        pass

    @extend_schema_field(CreatorProfileBody(allow_null=True))
    def get_creator(self, visual: VisualAsset) -> dict[str, Any] | None:
        return super().get_creator(visual)


class AddedBody(serializers.Serializer[Any]):
    """The visual, and where nothing new was made, a sentence that says why."""

    visual = VisualBody()
    note = serializers.CharField(allow_blank=True)


class VisualsPageBody(serializers.Serializer[Any]):
    items = VisualBody(many=True)
    nextCursor = serializers.CharField(allow_null=True, help_text="Null on the last page.")


class ReasonBody(serializers.Serializer[Any]):
    """One feature, in words; ``worth`` is what the score would lack without it."""

    feature = serializers.CharField()
    text = serializers.CharField()
    worth = serializers.FloatField()


class SuggestionBody(serializers.Serializer[Any]):
    """One of your other visuals, or a look that can be drawn, and why."""

    title = serializers.CharField(source="candidate.title")
    visual = serializers.SerializerMethodField()
    recipe = serializers.SerializerMethodField(help_text="The id of a look; null for a visual.")
    score = serializers.FloatField()
    components = serializers.DictField(child=serializers.FloatField())
    reasons = ReasonBody(many=True)
    sentence = serializers.CharField()

    @extend_schema_field(VisualBody(allow_null=True))
    def get_visual(self, one: Suggestion) -> dict[str, Any] | None:
        visual = one.candidate.visual
        return dict(VisualBody(visual, context=self.context).data) if visual else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_recipe(self, one: Suggestion) -> str | None:
        return one.candidate.recipe or None


class IndexBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    exact = serializers.BooleanField()


class SuggestionsBody(serializers.Serializer[Any]):
    weightsVersion = serializers.CharField(help_text="Of the weights that ranked these.")
    index = IndexBody()
    items = SuggestionBody(many=True)


def address_of(visual: VisualAsset, name: str) -> str | None:
    """Where a file of it is; None before it was made."""
    if not visual.stored:
        return None
    return reverse("visuals:file", args=(visual.pk, visual.version, name))


def creator_of(visual: VisualAsset) -> Artist | None:
    """Who made it: another creator's own, else the track's artist."""
    if visual.kind == VisualAsset.Kind.COMMUNITY:
        return getattr(visual.uploader, "artist", None)
    return visual.track.artist
