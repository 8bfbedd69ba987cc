"""Telling people what happens while it happens, by server-sent events.

``publish`` stores an event as a numbered row and wakes the web processes through Redis; each of
them streams it to whoever watches the channel (``app``). A row is the truth and Redis only the
bell: a stream that falls behind, reconnects, or outlives a Redis outage reads the rows it lacks.

Who may watch is said by the app that owns a channel, in its ``apps.py`` (imported inside
``ready``, because this package has models)::

    events.allow("job", services.may_watch)               # channels job-…
    events.alias(r"/api/v1/jobs/(?P<id>[\\w-]+)/stream", "job-{id}", from_start=True)
"""

from casset.web.events.doors import alias, allow
from casset.web.events.hub import open_streams
from casset.web.events.publishing import forget, forget_before, latest, publish

__all__ = ["alias", "allow", "forget", "forget_before", "latest", "open_streams", "publish"]
