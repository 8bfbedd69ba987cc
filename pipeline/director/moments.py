"""The facts about one moment or span of a song, in the closed vocabulary that rules understand."""

from __future__ import annotations

from casset.media.audio.analysis import AudioAnalysis
from pipeline.director.listening import Song
from pipeline.director.rules import FactValue

FactDict = dict[str, FactValue]
# The same loudness is cut slower in a verse than in a chorus: contrast is what makes a chorus big.
LEAN = {"intro": -0.08, "verse": -0.14, "chorus": 0.04, "bridge": -0.1, "outro": -0.12}
PEAK = 0.78  # energy from which a passage counts as a peak


def clock(seconds: float) -> str:
    """``1:04`` for 64 seconds."""
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def film_facts(analysis: AudioAnalysis) -> FactDict:
    """What holds for the whole song."""
    facts: FactDict = {
        "mood": analysis.mood.primary,
        "valence": float(analysis.mood.valence),
        "arousal": float(analysis.mood.arousal),
        "bpm": round(float(analysis.bpm)),
        "lyrics": len(analysis.lyrics),
    }
    if analysis.key:
        facts |= {"key": analysis.key.tonic, "mode": analysis.key.mode}
    if analysis.loudness_lufs is not None:
        facts["lufs"] = float(analysis.loudness_lufs)
    return facts


def span_facts(song: Song, start: float, end: float, *, lift: float = 0.0) -> FactDict:
    """What holds between ``start`` and ``end``; ``lift`` is the sentence's wish for more energy."""
    index = song.section_index(start)
    section = song.sections[index]
    heard = song.energy_between(start, end)
    energy = min(1.0, max(0.0, heard + LEAN.get(section.type, 0.0) + lift))
    before = song.energy_between(max(0.0, start - (end - start)), start) if start > 0.5 else 0.0
    entry = song.entry(start)
    starts = start < 0.05 or any(abs(start - at) < 0.05 for at in song.section_starts)
    facts = film_facts(song.analysis) | {
        "section": section.type,
        "occurrence": song.occurrence(index),
        "section_start": starts,
        "section_change": starts and (index == 0 or song.sections[index - 1].type != section.type),
        "drop": any(abs(start - at) < 0.05 for at in song.drops),
        "before_drop": any(-0.05 < at - end < 0.05 for at in song.drops),
        "loudest": section == song.loudest,
        "first": start < 0.05,
        "last": end > song.duration - 0.05,
        "after_peak": starts and before >= PEAK and heard < before - 0.12,
        "time": clock(start),
        "length_s": end - start,
        "bars": round((end - start) / song.bar_s),
        "energy": energy,
        "energy_percent": round(100 * heard),
        "rise": entry.energy,
        "before_percent": round(100 * entry.before),
        "after_percent": round(100 * entry.after),
        "enters": entry.voice,
    }
    strength = song.strength_at(start)
    facts |= {
        "beat_strength": strength,
        "beat_percent": round(100 * strength),
        "downbeat": song.is_downbeat(start),
    }
    lines = song.lines_between(start, end)
    facts |= {"sung": bool(lines), "line": lines[0].text if lines else ""}
    return facts
