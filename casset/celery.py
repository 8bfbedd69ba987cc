"""The Celery application: how tasks travel. What they do stands in each app's ``tasks.py``."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casset.settings")

app = Celery("casset")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_to_django(**_: object) -> None:
    """Celery would replace the handlers that settings.LOGGING made."""
