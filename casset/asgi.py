"""The ASGI entry point: what comes in gets its name, passes the limits on bodies and answers, then the streams, then Django."""

import os

from casset.web import handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casset.settings")
django_application = handler.application()

# What follows has models and settings, which are ready only now.
from django.urls import get_resolver  # noqa: E402

from casset.web.events.app import Events  # noqa: E402
from casset.web.front import Front  # noqa: E402
from casset.web.intake import Intake  # noqa: E402
from casset.web.outflow import Outflow  # noqa: E402

# Every view and what it needs is imported before the server listens: else the first visitor would
# wait for it, and all streams with them.
_ = get_resolver().url_patterns
application = Front(Intake(Outflow(Events(django_application))))
