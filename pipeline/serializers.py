"""The API's bodies: what is sent in, and a job as programs see it (the brief's names)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline import estimate, services
from pipeline.contracts import ASPECT_SIZES
from pipeline.models import MICROS, Clip, Job, Stage, Status, Take


def _whole_number(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=services.SEED_MOST, **options)


class UploadBody(serializers.Serializer[Any]):
    """A song, or a track that has one, and a sentence. Whether they can be used is decided by the service."""

    audio_file = serializers.FileField(
        required=False, allow_empty_file=True, help_text="MP3, WAV, FLAC, OGG or M4A."
    )
    track_id = serializers.CharField(
        required=False,
        max_length=14,
        help_text="One of your tracks instead of a file: its song, cover, words and title are used.",
    )
    user_prompt = serializers.CharField(
        min_length=services.PROMPT_LEAST,
        max_length=services.PROMPT_MOST,
        help_text="What the video should show: who, where, when, in what light and mood.",
    )
    aspect = serializers.ChoiceField(choices=tuple(ASPECT_SIZES), default="16:9")
    seed = _whole_number(default=1, help_text="Another number gives another film.")
    beats = serializers.ChoiceField(choices=("auto", "half", "double"), default="auto")
    lyrics = serializers.FileField(
        required=False, allow_empty_file=True, help_text="LRC, SRT, VTT or plain text."
    )
    cover = serializers.FileField(
        required=False, allow_empty_file=True, help_text="JPG, PNG or WebP."
    )

    def to_internal_value(self, data: Any) -> Any:
        self.fields["audio_file"].required = "track_id" not in data
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        both = {"audio_file", "lyrics", "cover"} & set(attrs)
        if "track_id" in attrs and both:
            raise serializers.ValidationError(
                {name: ["A track has its own. Leave this out."] for name in sorted(both)}
            )
        return attrs


class RevisionBody(serializers.Serializer[Any]):
    """What is to be different. Leave out what stays."""

    user_prompt = serializers.CharField(
        min_length=services.PROMPT_LEAST, max_length=services.PROMPT_MOST, required=False
    )
    seed = _whole_number(required=False)
    cover = serializers.FileField(required=False, allow_empty_file=True)


class StageBody(serializers.ModelSerializer[Stage]):
    duration = serializers.FloatField(
        source="duration_s", allow_null=True, read_only=True, help_text="Seconds."
    )
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Stage
        fields = ("name", "status", "duration", "notes")
        read_only_fields = fields


class TakeBody(serializers.ModelSerializer[Take]):
    is_made = serializers.SerializerMethodField()
    video_url = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField()

    class Meta:
        model = Take
        fields = ("number", "is_made", "video_url", "poster_url")

    def get_is_made(self, take: Take) -> bool:
        return bool(take.file)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_video_url(self, take: Take) -> str | None:
        return self._address("pipeline:clip_video", take)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_poster_url(self, take: Take) -> str | None:
        return self._address("pipeline:clip_poster", take)

    def _address(self, name: str, take: Take) -> str | None:
        clip: Clip = take.clip
        return reverse(name, args=(clip.job_id, clip.index, take.number)) if take.file else None


class ClipBody(serializers.ModelSerializer[Clip]):
    take = serializers.IntegerField(help_text="The take that is in the film.", read_only=True)
    takes = TakeBody(many=True, read_only=True)

    class Meta:
        model = Clip
        fields = ("index", "status", "take", "takes")
        read_only_fields = fields


class JobErrorBody(serializers.Serializer[Any]):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error")
    retryable = serializers.BooleanField()


class JobBrief(serializers.ModelSerializer[Job]):
    """A job in a list."""

    job_id = serializers.UUIDField(source="pk", read_only=True)
    track_id = serializers.CharField(
        allow_null=True, read_only=True, help_text="The track it is a film of."
    )
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    progress = serializers.IntegerField(help_text="Per cent.", read_only=True)
    user_prompt = serializers.CharField(source="prompt", read_only=True)
    duration = serializers.FloatField(source="duration_s", help_text="Seconds.", read_only=True)
    page_url = serializers.SerializerMethodField()
    video_url = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "job_id",
            "track_id",
            "status",
            "progress",
            "title",
            "user_prompt",
            "aspect",
            "seed",
            "beats",
            "duration",
            "created_at",
            "started_at",
            "finished_at",
            "page_url",
            "video_url",
            "error",
        )
        read_only_fields = fields

    def get_page_url(self, job: Job) -> str:
        return reverse("pipeline:job", args=(job.pk,))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_video_url(self, job: Job) -> str | None:
        if job.files_removed_at is not None or not job.films.all():
            return None
        return reverse("pipeline-api:download", args=(job.pk,))

    @extend_schema_field(JobErrorBody(allow_null=True))
    def get_error(self, job: Job) -> dict[str, Any] | None:
        return dict(JobErrorBody(job).data) if job.error_code else None


class JobBody(JobBrief):
    """One job, whole."""

    estimated_remaining = serializers.SerializerMethodField(help_text="Seconds; null at the end.")
    stages = StageBody(many=True, read_only=True)
    clips = ClipBody(many=True, read_only=True)
    stream_url = serializers.SerializerMethodField()

    class Meta(JobBrief.Meta):
        fields = (*JobBrief.Meta.fields, "estimated_remaining", "stages", "clips", "stream_url")
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_estimated_remaining(self, job: Job) -> float | None:
        left = estimate.remaining_s(job)
        return None if left is None else round(left, 1)

    def get_stream_url(self, job: Job) -> str:
        return f"/api/v1/jobs/{job.pk}/stream"


class StageCostBody(serializers.Serializer[Any]):
    stage = serializers.CharField()
    cost = serializers.FloatField()


class CostsBody(serializers.Serializer[Any]):
    currency = serializers.CharField()
    total = serializers.FloatField(help_text="Spent.")
    reserved = serializers.FloatField(help_text="Set aside for what is being made.")
    budget = serializers.FloatField()
    stages = StageCostBody(many=True)


def costs(job: Job) -> dict[str, Any]:
    """What a job has cost, by stage, in US dollars."""
    by_stage: dict[str, int] = {}
    for bought in job.reservations.filter(actual_micros__gt=0):
        by_stage[bought.stage] = by_stage.get(bought.stage, 0) + (bought.actual_micros or 0)
    return {
        "currency": "USD",
        "total": job.spent_micros / MICROS,
        "reserved": job.reserved_micros / MICROS,
        "budget": job.budget_micros / MICROS,
        "stages": [{"stage": name, "cost": cost / MICROS} for name, cost in by_stage.items()],
    }
