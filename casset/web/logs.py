"""How Casset logs: one line a thing that happened, with what it belongs to, and never a secret.

Modules log with the standard library (``logging.getLogger(__name__)``). Each line also carries
what was ``bound`` where it was written: the request, the person's number, the job. ``LOG_FORMAT``
chooses a line for people or one of JSON. Prompts, file contents and e-mail addresses don't belong
in a log; what looks like a secret is covered even where somebody forgets that.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.log import CallbackFilter
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, WrappedLogger

__all__ = [
    "bound",
    "configuration",
    "covered",
    "get_contextvars",
    "person_of",
    "request_id",
    "serving",
]

# What a module may add to a line with ``extra=``.
EXTRAS = ("method", "path", "status", "ms", "bytes", "seconds", "outcome", "code")
_OWN_LOGGERS = ("casset", "pipeline")
_SECRETS = (
    # a link that sets a new password; a token in a header; an address's password; people's mail
    (re.compile(r"\b[0-9a-z]{1,13}-[0-9a-f]{32,64}\b"), "…"),
    (re.compile(r"(?i)\b(bearer|token|sessionid|csrftoken)([\s:=]+)[\w.~+/-]{16,}=*"), r"\1\2…"),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), "…"),
    (re.compile(r"\b[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "…@…"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")

# The request that is being served, for whoever writes a line meanwhile.
serving: ContextVar[HttpRequest | None] = ContextVar("serving", default=None)


def configuration(level: str, *, as_json: bool) -> dict[str, Any]:
    """``settings.LOGGING``: our own lines from ``level`` on, those of others from WARNING on."""
    before = [
        merge_contextvars,
        _add_person,
        add_log_level,
        add_logger_name,
        ExtraAdder(allow=EXTRAS),
        TimeStamper(fmt="iso", utc=True),
        format_exc_info,  # the plain traceback: no values of variables
    ]
    formatter = {
        "()": ProcessorFormatter,
        "foreign_pre_chain": before,
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            _without_secrets,
            JSONRenderer(ensure_ascii=False) if as_json else _line,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"house": formatter},
        "filters": {"broke": {"()": CallbackFilter, "callback": _has_traceback}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "house"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            **{name: {"level": level} for name in _OWN_LOGGERS},
            # Each request has its one line already; what broke still has its traceback.
            "django.request": {"level": "ERROR", "filters": ["broke"]},
            "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
        },
    }


def _has_traceback(record: logging.LogRecord) -> bool:
    return bool(record.exc_info)


def request_id() -> str:
    """The name of the request that is being served; empty outside of one."""
    return str(get_contextvars().get("request_id", ""))


def person_of(request: HttpRequest | None) -> Any:
    """The primary key of who is signed in, if that has been looked up; it asks nobody."""
    user = getattr(request, "__dict__", {}).get("user")
    if user is None or isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)


def covered(text: str) -> str:
    """``text`` with what looks like a secret covered."""
    for secret, cover in _SECRETS:
        text = secret.sub(cover, text)
    return text


def _add_person(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if (pk := person_of(serving.get())) is not None:
        event["user_id"] = pk
    return event


def _without_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = covered(value)
    return event


def _line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """One line for people: time, level, who says it, what, then the rest as name=value."""
    time = str(event.pop("timestamp"))[11:19]
    level, name, said = event.pop("level"), event.pop("logger"), event.pop("event")
    trace = event.pop("exception", "")
    for known in ("stack", "method", "path", "status"):  # the last three: see ``front``
        event.pop(known, None)
    rest = "".join(f"  {name}={value}" for name, value in sorted(event.items()) if value != "")
    line = _CONTROLS.sub("␤", f"{time} {level.upper():<7} {name}: {said}{rest}")
    return f"{line}\n{trace}" if trace else line
