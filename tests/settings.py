"""Settings of the test run: the product's, with static files under their plain names."""

from casset.settings import *  # noqa: F403
from casset.settings import STORAGES

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # nothing is collected for a test run
