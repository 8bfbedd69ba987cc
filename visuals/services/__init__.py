"""What an artist can do with a track's visuals. Views, API and admin call these and nothing below them.

Whose track it is, is found out by the caller (``owned_by``). Locks are taken in one order: the
work on a visual, the track, its visuals, the events. Everybody who looks is told by an event.
"""

from visuals.services.adding import Added, Incoming, add_upload, draw, generate, redraw, reuse
from visuals.services.keeping import (
    archive,
    delete,
    rename,
    reorder,
    restore,
    retry,
    set_bpm,
    set_join,
    set_tags,
)
from visuals.services.pairing import hide, schedule, show, stop_using, unschedule, use
from visuals.services.picturing import add_still, remove_still
from visuals.services.sending import add_sent, upload_of

__all__ = [
    "Added",
    "Incoming",
    "add_sent",
    "add_still",
    "add_upload",
    "archive",
    "delete",
    "draw",
    "generate",
    "hide",
    "redraw",
    "remove_still",
    "rename",
    "reorder",
    "restore",
    "retry",
    "reuse",
    "schedule",
    "set_bpm",
    "set_join",
    "set_tags",
    "show",
    "stop_using",
    "unschedule",
    "upload_of",
    "use",
]
