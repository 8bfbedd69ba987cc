"""A song in a handful of plain numbers, for finding what goes with it."""

from __future__ import annotations

import math

import numpy as np

from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import Sound

WINDOW = 8192  # samples; 186 ms
BLOCK = 256  # windows at a time
SILENT_LUFS, SILENT_DB = -70.0, -96.0


def figures(sound: Sound, analysis: AudioAnalysis) -> dict[str, float]:
    """The figures by name; half a CPU second for three minutes. None is NaN or infinite.

    ==================  ==========================================================================
    bpm                 beats a minute, as counted
    bpm_folded          the same brought into 70..140, so that half and double read alike
    bpm_confidence      0..1
    lufs                integrated loudness (BS.1770); -70 in silence
    rms_db              level of the whole song, dB below full scale; -96 in silence
    crest_db            95th percentile of loudness over its median
    range_lu            loudness range (EBU Tech 3342)
    centroid_hz         spectral centroid, the mean over what is loud: how bright
    brightness_db       above 5 kHz against the whole
    bass_db             below 150 Hz against the whole
    onsets_per_s        notes and hits a second: how busy
    flux_db             mean rise of the spectrum a frame
    major               -1 minor .. 1 major, 0 undecided
    mode_confidence     0..1, how sure the key is
    arousal, valence    -1..1, how lively and how glad (``mood``)
    energy              0..1, the arousal as a share
    ==================  ==========================================================================
    """
    mood, tempo = analysis.mood, analysis.tempo
    heard = mood.features
    centroid_hz, rms_db = _spectrum(sound)
    found = {
        "bpm": analysis.bpm,
        "bpm_folded": heard.get("tempo_bpm", 0.0),
        "bpm_confidence": tempo.confidence,
        "lufs": SILENT_LUFS if analysis.loudness_lufs is None else analysis.loudness_lufs,
        "rms_db": rms_db,
        "crest_db": heard.get("crest_db", 0.0),
        "range_lu": heard.get("range_lu", 0.0),
        "centroid_hz": centroid_hz,
        "brightness_db": heard.get("brightness_db", 0.0),
        "bass_db": heard.get("bass_db", 0.0),
        "onsets_per_s": heard.get("onsets_per_second", 0.0),
        "flux_db": heard.get("flux", 0.0),
        "major": heard.get("major", 0.0),
        "mode_confidence": analysis.key.confidence if analysis.key else 0.0,
        "arousal": mood.arousal,
        "valence": mood.valence,
        "energy": (mood.arousal + 1) / 2,
    }
    return {name: round(float(value), 4) for name, value in found.items() if math.isfinite(value)}


def _spectrum(sound: Sound) -> tuple[float, float]:
    """The spectral centroid in Hz, weighted by level, and the level in dB below full scale."""
    mono = sound.mono
    count = len(mono) // WINDOW
    mean_square = float(np.mean(np.square(mono, dtype=np.float64))) if len(mono) else 0.0
    rms_db = max(10 * math.log10(mean_square), SILENT_DB) if mean_square > 0 else SILENT_DB
    if not count or mean_square <= 0:
        return 0.0, rms_db
    hz = np.fft.rfftfreq(WINDOW, 1 / sound.rate)
    taper = np.hanning(WINDOW).astype(np.float32)
    windows = mono[: count * WINDOW].reshape(count, WINDOW)
    weighted = total = 0.0
    for start in range(0, count, BLOCK):
        power = np.abs(np.fft.rfft(windows[start : start + BLOCK] * taper, axis=1))
        weighted += float((power @ hz).sum())
        total += float(power.sum())
    return weighted / total if total > 0 else 0.0, rms_db
