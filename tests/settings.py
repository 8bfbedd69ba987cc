"""Settings of the test run: the product's, nothing more."""

from casset.settings import *  # noqa: F403
