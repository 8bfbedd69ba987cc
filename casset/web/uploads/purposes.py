"""What people may send, and for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from casset.lib.errors import MediaError, ValidationError

HEAD_BYTES = 4096  # the first bytes of a file, by which it is recognised
Recognise = Callable[[bytes], str | None]
_purposes: dict[str, Purpose] = {}


@dataclass(frozen=True)
class Purpose:
    name: str
    max_bytes: int
    recognise: Recognise
    sentence: str

    def kind_of(self, head: bytes) -> str:
        """The media type of the file that begins with ``head``. Raises ``MediaError``."""
        mime = self.recognise(head)
        if mime is None:
            raise MediaError(self.sentence, code="UNSUPPORTED_FORMAT")
        return mime

    def check_size(self, size_bytes: int) -> None:
        """Raises ``MediaError`` for an empty file and for one that is too large."""
        if size_bytes < 1:
            raise MediaError("The file is empty (0 bytes). Export it again, then send it.")
        if size_bytes > self.max_bytes:
            raise MediaError(
                f"The file has {size_bytes / 2**20:,.0f} MB; at most "
                f"{self.max_bytes / 2**20:g} MB can be sent here. Make it smaller, then send it.",
                code="FILE_TOO_LARGE",
            )


def allow(purpose: str, *, max_bytes: int, recognise: Recognise, sentence: str) -> None:
    """Let people send files of up to ``max_bytes`` for ``purpose``; said again, the newer holds.

    ``recognise`` gets the first ``HEAD_BYTES`` of a file (all of a smaller one) and returns its
    media type, or None to refuse it with ``sentence``, which says what can be sent.
    """
    _purposes[purpose] = Purpose(purpose, max_bytes, recognise, sentence)


def find(name: str) -> Purpose:
    """Raises ``ValidationError`` where there is no such purpose."""
    if name not in _purposes:
        known = ", ".join(sorted(_purposes))
        raise ValidationError(f"Say in Upload-Metadata what it is for: purpose is one of {known}.")
    return _purposes[name]


def largest_bytes() -> int:
    return max((purpose.max_bytes for purpose in _purposes.values()), default=0)
