"""Static files under names that carry their content, so that browsers may keep them for ever."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites the ``import`` lines of ES modules, which Django leaves alone by default."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file; made once, as what it is made from holds until the process ends."""
        found = self._addresses.get(name)
        if found is None or force:
            found = self._addresses[name] = str(super().url(name, force))
        return found
