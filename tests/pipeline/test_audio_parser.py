"""The first stage: what it keeps, and what it does when the words cannot be heard."""

from __future__ import annotations

from casset.lib.errors import GenerationError
from casset.media.audio.analysis import LyricLine, Word
from pipeline.providers.base import Transcript
from pipeline.stages import audio_parser
from pipeline.stages.audio_parser import Hearing


class Transcriber:
    """Fails as often as it is told to, then hears two words."""

    name = "whisper-api"

    def __init__(self, faults: int):
        self.faults, self.calls = faults, 0

    def transcribe(self, sound, language=""):
        self.calls += 1
        if self.calls <= self.faults:
            raise GenerationError("OpenAI is busy. Try again later.")
        words = (Word(text="hold", start=2.0, end=2.5), Word(text="on", start=2.5, end=3.0))
        return Transcript((LyricLine(text="hold on", timestamp=2.0, end=3.0, words=words),), "en")


def test_words_that_could_not_be_heard_are_told_and_asked_for_again_next_time(song, tmp_path):
    hearing = Hearing(cache_dir=tmp_path, transcriber=Transcriber(faults=1))
    first, _ = audio_parser.parse(song, job_id="j", hearing=hearing)
    assert first.lyrics == ()
    assert first.metadata.fallback_used
    assert any("busy" in said for said in first.metadata.fallbacks)
    second, _ = audio_parser.parse(song, job_id="j", hearing=hearing)
    assert [line.text for line in second.lyrics] == ["hold on"]
    assert second.lyrics_info.source == "whisper-api"
    third, _ = audio_parser.parse(song, job_id="j", hearing=hearing)
    assert third.metadata.cache_hit
    assert third.lyrics == second.lyrics
    assert hearing.transcriber.calls == 2
