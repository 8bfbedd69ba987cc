"""What Prometheus is told of films: read from the rows and the broker when it asks, in a few short queries."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Q, Sum
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from casset.web import health
from pipeline import estimate, leases, pulses
from pipeline.models import MICROS, Job, JobSlot, Status, Tally

QUERY_MAX_MS = 1000

# Tally's name: (metric, what it says, its label, what one of it counts)
_COUNTERS = {
    "films": ("casset_films", "Films finished.", None, 1.0),
    "failures": ("casset_job_failures", "Jobs that failed, by code.", "code", 1.0),
    "retries": ("casset_retries", "Work put back to be tried again.", "stage", 1.0),
    "sweeps": ("casset_sweeper_actions", "What the sweeper set right.", "action", 1.0),
    "spent_micros": ("casset_spent_usd", "Money spent on providers.", "stage", 1.0 / MICROS),
}


class Figures(Collector):
    """The pipeline's metrics; those that cannot be read just now are left out."""

    def collect(self) -> Iterable[Metric]:
        yield from _broker()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {QUERY_MAX_MS}")
                yield from list(_rows())
        except DatabaseError:
            return  # casset_up says so


def _broker() -> Iterator[Metric]:
    sent = GaugeMetricFamily(
        "casset_broker_messages", "Wake-ups no worker has taken yet.", labels=["queue"]
    )
    try:
        client = health.redis_client(settings.REDIS_URL)
        for queue in pulses.QUEUES:
            sent.add_metric([queue], float(client.llen(queue)))
    except (redis.RedisError, OSError):
        return
    yield sent


def _rows() -> Iterator[Metric]:
    ready = GaugeMetricFamily(
        "casset_work_ready", "Work a worker could take now.", labels=["queue"]
    )
    for queue in pulses.QUEUES:
        ready.add_metric([queue], leases.ready_count(queue))
    yield ready
    yield _workers()
    yield from _slots()
    yield from _jobs()
    yield GaugeMetricFamily(
        "casset_clip_frame_seconds",
        "Seconds a frame of a clip took, mean of the last day.",
        estimate.frame_s(),
    )
    yield from _tallies()


def _workers() -> Metric:
    places = GaugeMetricFamily(
        "casset_worker_places", "Work done at once by the workers that live.", labels=["queue"]
    )
    living = pulses.workers()
    for queue in pulses.QUEUES:
        places.add_metric([queue], sum(pulse.places for pulse in living if pulse.queue == queue))
    return places


def _slots() -> Iterator[Metric]:
    used = JobSlot.objects.exclude(job=None).count()
    yield GaugeMetricFamily("casset_job_slots", "Jobs that may run at once.", settings.JOBS_AT_ONCE)
    yield GaugeMetricFamily("casset_job_slots_used", "Slots that are taken.", used)


def _jobs() -> Iterator[Metric]:
    jobs = GaugeMetricFamily("casset_jobs", "Jobs there are, by status.", labels=["status"])
    found = dict(Job.objects.order_by().values_list("status").annotate(n=Count("pk")))
    for status in Status.values:
        jobs.add_metric([status], found.get(status, 0))
    yield jobs
    held = Job.objects.filter(Q(reserved_micros__gt=0)).aggregate(total=Sum("reserved_micros"))
    yield GaugeMetricFamily(
        "casset_reserved_usd",
        "Money set aside for purchases under way.",
        (held["total"] or 0) / MICROS,
    )


def _tallies() -> Iterator[Metric]:
    rows = Tally.objects.order_by("name", "label", "upto")
    grouped = itertools.groupby(rows, key=lambda row: row.name)
    found = {name: list(group) for name, group in grouped}
    for name, (metric, said, label, unit) in _COUNTERS.items():
        family = CounterMetricFamily(metric, said, labels=[label] if label else None)
        for row in found.get(name, []):
            family.add_metric([row.label] if label else [], row.count * unit)
        yield family
    seconds = HistogramMetricFamily(
        "casset_stage_seconds", "How long stages and clips took to make.", labels=["stage"]
    )
    for stage, group in itertools.groupby(
        found.get("stage_seconds", []), key=lambda row: row.label
    ):
        counted = list(group)
        seconds.add_metric([stage], list(_cumulated(counted)), sum(row.total for row in counted))
    yield seconds


def _cumulated(rows: list[Tally]) -> Iterator[tuple[str, float]]:
    total = 0
    for row in rows:
        total += row.count
        yield "+Inf" if math.isinf(row.upto) else str(row.upto), total
    if not rows or not math.isinf(rows[-1].upto):
        yield "+Inf", total
