"""How one clip becomes the next: by the strength of the beat between them, mostly by a cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.contracts import FPS, ClipScript, Transition
from pipeline.director.listening import Song
from pipeline.director.moments import span_facts
from pipeline.director.rules import Rulebook

ROOM_FRAMES = round(0.9 * FPS)  # a shot shorter than this has no room for half a second of overlap
SOFT_SHARE = 0.34  # more overlaps than this and the film loses its edges
SOFT_RULES = frozenset({"join-soft", "join-soft-intro"})


def between(
    song: Song, clips: Sequence[ClipScript], rules: Rulebook, *, lift: float = 0.0
) -> tuple[Transition, ...]:
    """One transition for every pair of neighbours, with the rule that asked for it."""
    allowed = int(SOFT_SHARE * max(0, len(clips) - 1))
    soft, joins = 0, []
    for before, after in pairwise(clips):
        facts = span_facts(song, after.start, after.end, lift=lift)
        fired = rules.first("transition", facts)
        kind = fired.effect.transition or "cut"
        reason = fired.reason
        no_room = (
            before.shots[-1].end_frame - before.shots[-1].start_frame < ROOM_FRAMES
            or after.shots[0].end_frame - after.shots[0].start_frame < ROOM_FRAMES
        )
        too_many = fired.rule.id in SOFT_RULES and soft >= allowed
        if kind != "cut" and (no_room or too_many):
            kind, reason = "cut", rules.cite("join-plain", facts)
        soft += kind != "cut"
        joins.append(
            Transition(
                from_clip=before.clip_index,
                to_clip=after.clip_index,
                type=kind,
                duration=0.0 if kind == "cut" else fired.effect.duration or 0.5,
                rationale=reason.text,
                reasons=(reason,),
            )
        )
    return tuple(joins)
