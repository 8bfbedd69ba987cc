"""The shared Django parts as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casset.web"
    label = "web"

    def ready(self) -> None:
        """Say what may be sent; watch the bucket and report errors, where somebody wants that."""
        from django.conf import settings

        from casset.web import health, intake, storage, uploads
        from casset.web.uploads import kinds

        uploads.allow(
            "visual",
            max_bytes=settings.VISUAL_MAX_BYTES,
            recognise=kinds.video,
            sentence="This is not a video we understand. Send an MP4, MOV or WebM file.",
        )
        uploads.allow(
            "track",
            max_bytes=settings.TRACK_MAX_BYTES,
            recognise=kinds.audio,
            sentence="This is not a song we understand. Send an MP3, WAV, FLAC, OGG, M4A or AIFF.",
        )
        uploads.allow(
            "image",
            max_bytes=settings.IMAGE_MAX_BYTES,
            recognise=kinds.image,
            sentence="This is not a picture we understand. Send a JPEG, PNG or WebP.",
        )
        intake.allow_body(r"/api/uploads/[0-9a-z]+/?", settings.UPLOAD_PIECE_MAX_BYTES)
        intake.allow_body(
            r"/api/upload/media", settings.VISUAL_MAX_BYTES + 2**20, signed_in_only=True
        )
        if settings.S3_BUCKET:
            health.register("files", storage.check)
        if settings.SENTRY_DSN:
            from casset.web import reporting

            reporting.start()
