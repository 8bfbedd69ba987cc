"""What can be wrong with stored files, in sentences fit to show."""

from __future__ import annotations

from casset.lib.errors import MissingCapability, NotFound


class FilesUnreachable(MissingCapability):
    """The bucket gives no answer, or says that it cannot at the moment."""

    code = "FILES_UNREACHABLE"
    retryable = True

    def __init__(self) -> None:
        super().__init__("Our file store does not answer. Nothing was lost: try again in a minute.")


class FilesRefused(MissingCapability):
    """The bucket does not let us: a wrong key, a missing right, no such bucket."""

    code = "FILES_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "Our file store does not let us in. The operator must look at S3_BUCKET and the keys; "
            "the log says more."
        )


def missing(name: str) -> NotFound:
    """There is no file of this name."""
    return NotFound(f"The file {name} is not there (any more).")
