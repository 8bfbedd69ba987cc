"""Figures of this web process's requests, for ``/metrics``."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # a line more for each figure, which nobody reads
registry = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_requests = Counter(
    "casset_http_requests",
    "Requests answered by this process.",
    ("method", "status"),
    registry=registry,
)
_seconds = Histogram(
    "casset_http_request_seconds",
    "How long requests took, streams of events included, in this process.",
    ("method",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
    registry=registry,
)


def note(method: str, status: int, seconds: float) -> None:
    """Count one request; methods nobody knows count together, so that labels stay few."""
    known = method if method in _METHODS else "other"
    _requests.labels(known, str(status)).inc()
    _seconds.labels(known).observe(seconds)
