"""Reports unexpected errors to Sentry where ``SENTRY_DSN`` is set; nothing imports this where it isn't.

A report holds the traceback, the request's name and the job's. It never holds what people wrote
or sent: no values of variables, no bodies, cookies, query strings, addresses or e-mail.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

from casset.lib.errors import CassetError
from casset.web import logs

_TAGS = ("request_id", "job_id", "stage", "clip", "attempt")


def start(transport: Any = None) -> None:
    """Report from now on. Expected errors are answers, not reports."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=urlsplit(settings.SITE_URL).hostname,
        transport=transport,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        auto_enabling_integrations=False,  # those of AI clients, for one, look at prompts
        ignore_errors=[CassetError],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_tidy,
    )


def _tidy(event: Any, hint: dict[str, Any]) -> Any:
    """Leave out what could be somebody's, name what it belongs to."""
    request = event.pop("request", {})
    kept = {name: request[name] for name in ("method", "url") if name in request}
    event["request"] = {name: logs.covered(text) for name, text in kept.items()}
    event.pop("user", None)
    event.pop("extra", None)
    for error in event.get("exception", {}).get("values", []):
        error["value"] = logs.covered(error.get("value") or "")
    bound = logs.get_contextvars()
    event.setdefault("tags", {}).update({n: str(bound[n]) for n in _TAGS if n in bound})
    return event
