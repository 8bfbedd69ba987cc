"""Progress in a terminal: a bar a stage with the time left; plain lines where there is no terminal."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pipeline.progress import STAGES, TITLES


class Terminal:
    """A ``pipeline.progress.Progress`` for people. Use as a context manager."""

    def __init__(self, stages: tuple[str, ...] = STAGES, console: Console | None = None):
        self._console = console or Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._stages = stages
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._done: set[str] = set()
        self._said: set[str] = set()
        self._bars = Progress(
            TextColumn("{task.fields[title]:<11}"),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[text]}"),
            console=self._console,
            speed_estimate_period=60,
        )

    def __enter__(self) -> Terminal:
        if self._live:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._bars.stop()

    def at(self, stage: str, share: float, text: str = "") -> None:
        share = min(1.0, max(0.0, share))
        self._began.setdefault(stage, time.monotonic())
        if self._live:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(
                    stage, total=1.0, title=TITLES.get(stage, stage), text=text
                )
            self._bars.update(self._tasks[stage], completed=share, text="" if share >= 1 else text)
        elif share >= 1 and stage not in self._done:
            took = time.monotonic() - self._began[stage]
            self._console.print(f"{TITLES.get(stage, stage):<11} done in {took:.1f} s")
        if share >= 1:
            self._done.add(stage)

    def message(self, stage: str, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._console.print(f"{TITLES.get(stage, stage)}: {text}", soft_wrap=True)
