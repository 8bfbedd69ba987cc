"""A sentence becomes one shot that closes."""

from __future__ import annotations

import pytest

from casset.media.compose import segment
from pipeline import loops
from tests.pipeline.conftest import write_song
from visuals import generators

PROMPT = "rain on the window of a night bus, blue and lonely"


@pytest.fixture
def order(analysed, tmp_path):
    song, analysis = analysed

    def of(seed: int = 1, prompt: str = PROMPT, **more) -> generators.Order:
        values = {"start_s": 4.0, "end_s": 5.0, "at": lambda share: None, "check": lambda: None}
        return generators.Order(
            prompt=prompt,
            seed=seed,
            song=song,
            analysis=analysis,
            folder=tmp_path,
            pieces=tmp_path / "pieces",
            **values | more,
        )

    return of


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """Eight seconds at 120 BPM, and what is heard in them."""
    from casset.media.audio import decode, parser

    path = write_song(tmp_path_factory.mktemp("loops") / "song.wav", 8.0)
    return path, parser.analyse(decode.decode(path), engine="librosa")


def test_the_sentence_and_the_seed_decide_the_shot(order):
    def look(**more):
        made = order(**more)
        return loops.shot_for(loops.planned(made), made.start_s, made.end_s).look

    assert look() == look()
    assert look(seed=2) != look()
    assert look(prompt="desert dunes at noon, hot and bright, a red sun").scene != look().scene


@pytest.mark.media
def test_a_loop_is_upright_as_long_as_the_hook_and_tells_how_far_it_is(order, monkeypatch):
    monkeypatch.setattr(loops, "SIZE", (108, 192))
    told = []
    given = order(at=told.append)
    facts = loops.make(given)
    assert (facts.frames, facts.width_px, facts.height_px) == (30, 108, 192)
    assert segment.inspect(given.folder / "loop.mp4").exact
    assert told[-1] == 1.0


def test_the_local_studio_offers_to_make_loops():
    assert generators.first() == "casset local studio"
    assert generators._makers[generators.first()] == "pipeline.loops.make"
