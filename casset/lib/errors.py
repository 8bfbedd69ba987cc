"""The errors Casset expects: each has a stable code and a sentence fit to show to a person."""

from __future__ import annotations


class CassetError(Exception):
    """An expected failure.

    ``code`` is stable and meant for programs, ``str(error)`` is a full sentence meant for people
    that says what to do next, ``retryable`` tells whether the same request may work later.
    """

    code = "ERROR"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None, retryable: bool | None = None):
        super().__init__(message)
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable


class ValidationError(CassetError):
    """What the person gave us cannot be used; they can mend it."""

    code = "VALIDATION_ERROR"


class MediaError(ValidationError):
    """A media file cannot be read, is not what it claims to be, or breaks a limit."""


class GenerationError(CassetError):
    """A stage could not make what it was asked for."""

    code = "GENERATION_ERROR"
    retryable = True


class TimeoutExceeded(CassetError):
    """Work ran past its time limit and was stopped."""

    code = "TIMEOUT"
    retryable = True


class MissingCapability(CassetError):
    """This machine lacks something the work needs (EGL, a model, disk space)."""

    code = "MISSING_CAPABILITY"


class NotFound(CassetError):
    """There is no such thing, or none this person may know of."""

    code = "NOT_FOUND"


class NotAllowed(CassetError):
    """The person may see the thing but not do this with it."""

    code = "NOT_ALLOWED"


class InvalidTransition(CassetError):
    """What was asked does not fit the state the thing is in now."""

    code = "CONFLICT"


class BudgetExceeded(CassetError):
    """The work would cost more than was allowed for it."""

    code = "BUDGET_EXCEEDED"


class QuotaExceeded(CassetError):
    """The person has used what they may for now. ``retry_after_s`` says when there is more."""

    code = "QUOTA_EXCEEDED"
    retryable = True

    def __init__(self, message: str, *, retry_after_s: int):
        super().__init__(message)
        self.retry_after_s = retry_after_s
