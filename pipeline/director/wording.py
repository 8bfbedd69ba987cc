"""The director's plan in sentences: for people who read it, and for models that are shown it."""

from __future__ import annotations

from casset.media.shaders.look import Look, Move
from pipeline.contracts import ShotSize
from pipeline.director.casting import Cast, Part
from pipeline.director.moments import FactDict
from pipeline.director.reading import Reading

SIZE_WORDS: dict[ShotSize, str] = {
    "EWS": "extreme wide shot", "WS": "wide shot", "MWS": "medium wide shot", "MS": "medium shot",
    "MCU": "medium close-up", "CU": "close-up", "ECU": "extreme close-up",
}  # fmt: skip
MOVE_WORDS: dict[Move, str] = {
    "static": "static camera",
    "push_in": "slow push in",
    "pull_out": "slow pull out",
    "pan_left": "pan to the left",
    "pan_right": "pan to the right",
    "tilt_up": "tilt up",
    "tilt_down": "tilt down",
    "orbit": "camera arcs around",
    "handheld": "handheld camera",
    "drift": "gently drifting camera",
}
HOURS = (
    (0.12, "night"), (0.2, "first light"), (0.31, "sunrise"), (0.42, "morning"), (0.58, "midday"),
    (0.68, "late afternoon"), (0.74, "golden hour"), (0.82, "sunset"), (0.92, "twilight"),
    (1.01, "night"),
)  # fmt: skip


def hour(tod: float) -> str:
    """A time of day in words: 0 night, .25 sunrise, .5 midday, .75 sunset."""
    return next(word for limit, word in HOURS if tod % 1.0 < limit)


def shot(part: Part, size: ShotSize, look: Look, reading: Reading) -> str:
    """One line of the shot list: "Wide shot: neon street, with a young woman, slow push in"."""
    seen = look.figure and (reading.figure or reading.names(part.family))
    who = f", with {reading.character}" if seen else ""
    closer = f", {look.zoom:.1f}x closer" if look.zoom >= 1.3 else ""
    treated = f" ({look.treatment.replace('_', ' ')})" if look.treatment != "none" else ""
    line = f"{SIZE_WORDS[size]}: {part.title}{treated}{who}, {hour(look.tod)}, {MOVE_WORDS[look.move]}{closer}"
    return line[:1].upper() + line[1:]


def place(part: Part, reading: Reading) -> str:
    """A place as a model is told of it: the scene, and what the sentence adds to it."""
    said = part.title
    extra = [m.concept.say for m in reading.of("weather") if m.word not in said]
    return " ".join([said, *extra[:1]])


def clip(
    part: Part, size: ShotSize, tod: float, figure: float, facts: FactDict, reading: Reading
) -> str:
    """What a clip shows, in one sentence with the person as its subject where there is one."""
    motion = [m.concept.say for m in reading.of("motion") if m.concept.figure]
    place_words = place(part, reading)
    if figure:
        doing = motion[0] if motion else "standing"
        subject = f"{reading.character}, {doing}, {place_words}"
    else:
        subject = place_words
    mood = list(dict.fromkeys(m.concept.say for m in reading.of("mood")))[:2]
    feeling = f", {' and '.join(mood)} mood" if mood else ""
    force = {"drop": ", at its most powerful"}.get("drop") if facts["drop"] else ""
    text = f"{SIZE_WORDS[size]} of {subject}, {hour(tod)}{feeling}{force}"
    return text[:1].upper() + text[1:]


def summary(
    cast: Cast, reading: Reading, style: str, *, clips: int, shots: int, choruses: int
) -> str:
    """The film in two sentences."""
    places = [part.title for part in cast.locations]
    listed = ", ".join(places[:-1]) + (f" and {places[-1]}" if len(places) > 1 else places[-1])
    named = reading.figure or any(m.concept.character for m in reading.wanted)
    who = f"{reading.character} in " if named else ""
    start = f"{who}{listed}: {style}."
    refrain = f"; every chorus comes back to {cast.motif.title}" if choruses > 1 else ""
    return f"{start[:1].upper()}{start[1:]} {clips} clips in {shots} shots{refrain}."
