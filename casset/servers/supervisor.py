"""One process that runs all the others: starts them, starts again what dies, ends everything."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from casset.lib.errors import CassetError
from casset.servers import child, embedded

GUARDIAN = Path(__file__).with_name("guardian.py")
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0  # a child that ran this long starts again after the first pause
LINE_MAX_BYTES = 16_384
HURRIED_PATIENCE_S = 1.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running. Those of a higher ``tier`` start later and end earlier.

    To end it gets ``ending``, after half of ``patience_s`` also ``hastening``, then it is killed
    with all it started. ``orphaned`` is what it gets when the supervisor was killed.
    """

    name: str
    command: Sequence[str | Path]
    tier: int
    ending: signal.Signals = signal.SIGTERM
    hastening: signal.Signals | None = None
    orphaned: signal.Signals = signal.SIGTERM
    patience_s: float = 3.0
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    is_ready: Callable[[], bool] | None = None
    when_ready: str = ""


class _Running:
    """A program or server and the process that is it at the moment."""

    def __init__(self, what: Program | embedded.Server):
        self.what = what
        self.name = what.name
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.pause_s = FIRST_PAUSE_S
        self.start_at = 0.0
        self.is_up = False
        self.rest = b""  # of its output, a line not yet ended


class _Stop(BaseException):
    """Asked to end while still starting."""


class Supervisor:
    """Runs ``servers`` and then programs until SIGINT, SIGTERM or SIGHUP. Main thread only."""

    def __init__(
        self, var: Path, servers: Sequence[embedded.Server], *, holder: str, say: Say
    ) -> None:
        self.var = var
        self.servers = servers
        self.holder = holder
        self._say = say
        self._running: list[_Running] = []
        self._selector = selectors.DefaultSelector()
        self._guardian: subprocess.Popen[bytes] | None = None
        self._asked = 0  # how often to end
        self._starting = True  # a request to end raises _Stop

    def run(
        self, programs: Callable[[], Sequence[Program]], first: Callable[[], None] = lambda: None
    ) -> None:
        """Call ``first``, start the servers, call ``programs`` (which may use them), run what it returns.

        Raises ``AlreadyRunning``, and what ``first``, the servers and ``programs`` raise while
        starting; all that was started is ended then too.
        """
        with embedded.lock(self.var, self.holder), self._signals():
            try:
                first()
                self._start_guardian()
                for server in self.servers:
                    self._start_server(server)
                wanted = sorted(programs(), key=lambda program: program.tier)
                self._starting = False
                for program in wanted:
                    self._running.append(_Running(program))
                while not self._asked:
                    self._step()
            except _Stop:
                pass
            finally:
                self._starting = False
                self._stop_all()

    # -- starting ------------------------------------------------------------------------------
    def _start_guardian(self) -> None:
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", GUARDIAN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _start_server(self, server: embedded.Server) -> None:
        """Start a server and wait for its answer. Raises ``StartFailed``."""
        began = time.monotonic()
        running = _Running(server)
        server.prepare()
        self._starting = False  # no exception of ours between a process's start and its being known
        self._spawn(running)
        self._running.append(running)
        self._starting = True
        if self._asked:
            raise _Stop
        assert running.process is not None  # noqa: S101 - spawned above
        embedded.wait_until_ready(server, running.process)
        running.is_up = True
        self._say(f"{server.name} answers ({time.monotonic() - began:.1f} s)")

    def _spawn(self, running: _Running) -> None:
        what = running.what
        if isinstance(what, Program):
            process = child.start(
                what.command,
                output=subprocess.PIPE,
                ending=what.orphaned,
                folder=what.folder,
                environment={**os.environ, **what.environment},  # noqa: TID251 - handed on
            )
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, running)
        else:
            process = embedded.spawn(what)
        running.process = process
        running.started_at = time.monotonic()
        running.is_up = False
        orphaned = what.orphaned if isinstance(what, Program) else what.ending
        self._tell_guardian(f"+ {process.pid} {int(orphaned)} {what.patience_s}")

    # -- running -------------------------------------------------------------------------------
    def _step(self) -> None:
        self._relay(wait_s=0.2)
        for running in self._running:
            if self._asked:
                return
            if running.process is None:
                if time.monotonic() >= running.start_at:
                    self._start_again(running)
            elif (code := running.process.poll()) is not None:
                self._ended(running, code)
            elif not running.is_up:
                self._look_whether_up(running)

    def _start_again(self, running: _Running) -> None:
        try:
            if not isinstance(running.what, Program):
                running.what.prepare()
            self._spawn(running)
        except (CassetError, OSError) as error:
            self._rest(running)
            self._say(f"{running.name} could not be started: {error}")

    def _ended(self, running: _Running, code: int) -> None:
        assert running.process is not None  # noqa: S101 - it ended
        self._forget(running)
        if time.monotonic() - running.started_at >= STEADY_AFTER_S:
            running.pause_s = FIRST_PAUSE_S
        pause_s = self._rest(running)
        how = (
            f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        )
        log = embedded.log_file(self.var, running.name)
        see = "" if isinstance(running.what, Program) else f" (its log: {log})"
        self._say(f"{running.name} {how}{see}; it starts again in {pause_s:.0f} s")

    def _rest(self, running: _Running) -> float:
        pause_s = running.pause_s
        running.start_at = time.monotonic() + pause_s
        running.pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        return pause_s

    def _look_whether_up(self, running: _Running) -> None:
        if running.what.is_ready is None:
            running.is_up = True
        elif running.what.is_ready():
            running.is_up = True
            sentence = running.what.when_ready if isinstance(running.what, Program) else ""
            took_s = time.monotonic() - running.started_at
            self._say(sentence or f"{running.name} answers again ({took_s:.1f} s)")

    def _relay(self, wait_s: float) -> None:
        """Wait for something to happen; pass on what the programs say."""
        for key, _ in self._selector.select(wait_s):
            if key.data is None:  # a signal arrived
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 1024)
            elif not self._pass_on(key.data, key.fd):
                self._selector.unregister(key.fileobj)

    def _pass_on(self, running: _Running, output: int) -> bool:
        """Say what is there to read, each line with the program's name before it; False at its end."""
        try:
            data = os.read(output, 65_536)
        except BlockingIOError:
            return False
        *lines, running.rest = (running.rest + data).split(b"\n")
        if running.rest and (not data or len(running.rest) > LINE_MAX_BYTES):
            lines.append(running.rest)
            running.rest = b""
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self._say(f"{running.name:<13} | {text}")
        return bool(data)

    # -- ending --------------------------------------------------------------------------------
    def _stop_all(self) -> None:
        """End the highest tier first and wait for it; PostgreSQL is the last."""
        if any(running.process for running in self._running):
            self._say("stopping (once more: at once)")
        tiers = sorted({running.what.tier for running in self._running}, reverse=True)
        for tier in tiers:
            self._stop_group([running for running in self._running if running.what.tier == tier])
        self._running = []
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
            self._guardian.wait()

    def _stop_group(self, group: Sequence[_Running]) -> None:
        left = [running for running in group if running.process is not None]
        patience_s = max(running.what.patience_s for running in group)
        began = time.monotonic()
        hastened_at: float | None = None
        _signal(left, [running.what.ending for running in left])
        while left:
            now = time.monotonic()
            hurry = self._asked > 1
            if hastened_at is None and (hurry or now - began > patience_s / 2):
                hastened_at = now
                _signal(left, [running.what.hastening for running in left])
            if now - began > patience_s:
                break
            if hurry and hastened_at is not None and now - hastened_at > HURRIED_PATIENCE_S:
                break
            self._relay(wait_s=0.05)
            for running in left:
                if running.process is not None and running.process.poll() is not None:
                    self._forget(running)
            left = [running for running in left if running.process is not None]
        for running in left:
            self._forget(running)

    def _forget(self, running: _Running) -> None:
        """End what is left of a process and its group, pass on its last words."""
        process = running.process
        assert process is not None  # noqa: S101 - callers look first
        child.signal_group(process.pid, signal.SIGKILL)
        process.wait()
        self._tell_guardian(f"- {process.pid}")
        if process.stdout is not None:
            while self._pass_on(running, process.stdout.fileno()):
                pass
            if process.stdout in self._selector.get_map():
                self._selector.unregister(process.stdout)
            process.stdout.close()
        running.process = None

    def _tell_guardian(self, line: str) -> None:
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(OSError):  # somebody killed it; Linux still ends the children
                self._guardian.stdin.write(f"{line}\n".encode())
                self._guardian.stdin.flush()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Count requests to end, and wake the loop at once for them and for a child's end."""
        ends, wakes = os.pipe()
        os.set_blocking(ends, False)
        os.set_blocking(wakes, False)
        self._selector.register(ends, selectors.EVENT_READ, None)
        before: dict[signal.Signals, Any] = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        wakeup = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            os.close(ends)
            os.close(wakes)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._starting:
            self._starting = False
            raise _Stop


def _signal(group: Sequence[_Running], numbers: Sequence[signal.Signals | None]) -> None:
    for running, number in zip(group, numbers, strict=True):
        if running.process is not None and number is not None:
            with contextlib.suppress(ProcessLookupError):
                running.process.send_signal(number)


def say(line: str) -> None:
    """Print a line at once; where nobody reads any more, carry on."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
