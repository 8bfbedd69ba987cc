"""Static files under names that carry their content, so that browsers may keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites the ``import`` lines of ES modules, which Django leaves alone by default."""

    support_js_module_import_aggregation = True
