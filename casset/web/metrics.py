"""``/metrics`` for Prometheus: figures of this process, and those every process agrees on.

The latter are read from the database and Redis at each scrape, by collectors that apps register
in their ``apps.py``.
"""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from casset.web import errors, events, health
from casset.web.traffic import registry

# Any of these says that somebody else passed the request on.
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
REFUSED = (
    "Metrics are read from this machine itself. From elsewhere, set METRICS_TOKEN and send it as "
    "“Authorization: Bearer …”."
)


def register(collector: Collector) -> None:
    """Have ``collector`` asked at every scrape; a second one of its class takes its place."""
    for known in list(registry._collector_to_names):
        if type(known) is type(collector):
            registry.unregister(known)
    registry.register(collector)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for this machine and for who has the token."""
    if not _may_read(request):
        answer: HttpResponse = JsonResponse(errors.body("NOT_ALLOWED", REFUSED), status=403)
    else:
        answer = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    answer["Cache-Control"] = "no-store"
    return answer


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Site(Collector):
    """What the site itself knows at the moment of a scrape."""

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily(
            "casset_up", "1 where the part is well, as /readyz says.", labels=["part"]
        )
        for name, finding in health.look().items():
            up.add_metric([name], float(finding.ok))
        yield up
        disk = shutil.disk_usage(settings.VAR_DIR)
        yield GaugeMetricFamily(
            "casset_disk_free_bytes", "Free space where films are kept.", disk.free
        )
        yield GaugeMetricFamily("casset_disk_bytes", "All space where films are kept.", disk.total)


_streams = Gauge(
    "casset_event_streams", "Streams of events open in this process.", registry=registry
)
_streams.set_function(events.open_streams)
register(_Site())
