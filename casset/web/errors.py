"""What the errors Casset expects mean in HTTP, for the API and for pages alike."""

from __future__ import annotations

from casset.lib import errors

# The first class that fits decides.
_STATUSES: tuple[tuple[type[errors.CassetError], int], ...] = (
    (errors.ValidationError, 400),
    (errors.BudgetExceeded, 402),
    (errors.NotAllowed, 403),
    (errors.NotFound, 404),
    (errors.InvalidTransition, 409),
    (errors.QuotaExceeded, 429),
    (errors.MissingCapability, 503),
    (errors.GenerationError, 503),
    (errors.TimeoutExceeded, 504),
)
# A code may say more than its class.
_STATUS_OF_CODE = {
    "FILE_TOO_LARGE": 413,
    "UNSUPPORTED_FORMAT": 415,
    "NOT_SIGNED_IN": 401,
    "LOCKED": 423,
    "CHECKSUM_MISMATCH": 460,  # of the tus protocol, as the next
    "TUS_VERSION": 412,
}

HEADINGS = {
    400: "That cannot be used as it is",
    402: "That would cost more than allowed",
    403: "This is not yours to do",
    404: "Nothing plays here",
    409: "That no longer fits",
    413: "That is too large",
    415: "That kind of file is not understood",
    429: "A little too much for now",
    503: "Not possible here right now",
    504: "That took too long",
}


def status_of(error: errors.CassetError) -> int:
    """The HTTP status an expected error is answered with; 500 for a kind not named above."""
    if error.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[error.code]
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def headers_of(error: errors.CassetError) -> dict[str, str]:
    if isinstance(error, errors.QuotaExceeded):
        return {"Retry-After": str(max(1, error.retry_after_s))}
    return {}


def body(
    code: str, message: str, *, retryable: bool = False, fields: dict[str, list[str]] | None = None
) -> dict[str, object]:
    """The one shape every error of the API has."""
    error: dict[str, object] = {"code": code, "message": message, "retryable": retryable}
    if fields:
        error["fields"] = fields
    return {"error": error}
