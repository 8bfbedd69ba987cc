"""Reference stills: made side by side, tried again, done without when they fail."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from casset.lib.errors import GenerationError, MissingCapability
from pipeline.contracts import Plan
from pipeline.providers.base import StillOrder
from pipeline.stages import reference_generator, scene_planner
from tests.pipeline.songs import song


class Painter:
    """An ``ImageMaker`` that writes a byte, fails as told and remembers its orders."""

    name = "painter"

    def __init__(self, fail: dict[str, int] | None = None, *, retryable: bool = True) -> None:
        self.fail, self.retryable = dict(fail or {}), retryable
        self.orders: list[StillOrder] = []
        self._lock = threading.Lock()

    def still(self, order: StillOrder, out: Path) -> float:
        with self._lock:
            self.orders.append(order)
            if self.fail.get(out.stem, 0) > 0:
                self.fail[out.stem] -= 1
                raise GenerationError("The painter is out of paint.", retryable=self.retryable)
        out.write_bytes(b"x")
        return 0.005


@pytest.fixture(scope="module")
def plan() -> Plan:
    return scene_planner.plan(song(), "a lone figure walks neon streets in the rain")


def all_names(plan: Plan) -> list[str]:
    return [f"scene_{s.id}" for s in plan.scenes] + [f"char_{c.id}" for c in plan.characters]


def test_every_scene_and_character_gets_an_image(plan: Plan, tmp_path: Path) -> None:
    painter = Painter()
    made = reference_generator.generate(plan, maker=painter, folder=tmp_path)
    assert made.status == "success"
    assert [r.scene_id for r in made.scene_references] == [s.id for s in plan.scenes]
    assert [r.character_id for r in made.character_references] == ["protagonist"]
    assert made.total_references == len(plan.scenes) + 1
    assert made.total_cost == pytest.approx(0.005 * made.total_references)
    assert all(Path(r.image_url).is_file() for r in made.scene_references)


def test_an_order_carries_the_look_of_its_own_scene(plan: Plan, tmp_path: Path) -> None:
    painter = Painter()
    reference_generator.generate(plan, maker=painter, folder=tmp_path)
    for order in painter.orders:
        assert order.size == (1024, 1024)
        assert order.script is not None
        assert order.script.shots[0].look.scene == order.scene.family


def test_a_failing_image_is_tried_three_times_more_with_growing_pauses(
    plan: Plan, tmp_path: Path
) -> None:
    pauses: list[float] = []
    name = all_names(plan)[0]
    made = reference_generator.generate(
        plan, maker=Painter({name: 3}), folder=tmp_path, sleep=pauses.append
    )
    assert made.status == "success"
    assert pauses == [2.0, 4.0, 8.0]


def test_half_of_the_images_are_enough(plan: Plan, tmp_path: Path) -> None:
    names = all_names(plan)
    broken = dict.fromkeys(names[: len(names) // 2], 9)
    made = reference_generator.generate(
        plan, maker=Painter(broken), folder=tmp_path, sleep=lambda _: None
    )
    assert made.status == "partial"
    assert made.total_references == len(names) - len(broken)
    assert len(made.metadata["failures"]) == len(broken)


def test_with_fewer_the_film_goes_on_with_words_alone(plan: Plan, tmp_path: Path) -> None:
    broken = dict.fromkeys(all_names(plan), 9)
    made = reference_generator.generate(
        plan, maker=Painter(broken), folder=tmp_path, sleep=lambda _: None
    )
    assert made.status == "failed"
    assert made.scene_references == ()
    assert made.metadata["text_only"]


def test_what_cannot_succeed_is_not_tried_again(plan: Plan, tmp_path: Path) -> None:
    painter = Painter(dict.fromkeys(all_names(plan), 9), retryable=False)
    pauses: list[float] = []
    reference_generator.generate(plan, maker=painter, folder=tmp_path, sleep=pauses.append)
    assert pauses == []
    assert len(painter.orders) == len(all_names(plan))


def test_a_machine_that_cannot_draw_stops_the_stage(plan: Plan, tmp_path: Path) -> None:
    class Blind(Painter):
        def still(self, order: StillOrder, out: Path) -> float:
            raise MissingCapability("This machine has no EGL.")

    with pytest.raises(MissingCapability):
        reference_generator.generate(plan, maker=Blind(), folder=tmp_path)
