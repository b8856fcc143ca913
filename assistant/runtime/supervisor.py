"""Child processes: start, health, restart with back-off, end.

A child that speaks on the socket is healthy while its pulse (`Alive`) comes; one that does not
(the Rasa server) while its probe answers.  A child may die at any time: it is started again,
after 0.2 s at first and at most 30 s later; a minute of good health forgives what was.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assistant.events import Alive, ChildDied, ChildStarted, Ready, Shutdown
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import race
from assistant.runtime.with_parent import with_parent

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
FORGIVE_SECONDS: Final = 60.0
CHECK_SECONDS: Final = 0.5
END_SECONDS: Final = 5.0
"""How long a child may take to end after it was asked; then it is killed."""

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to run one child."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the core's own environment."""
    folder: Path | None = None
    start_limit_seconds: float = 60.0
    """How long a child may take to be ready; then it is put down and tried again."""
    silence_limit_seconds: float = 5.0
    """How long a ready child may be without pulse or good probe; then it is put down."""
    probe: Probe | None = None
    """Tells whether a child that does not speak on the socket is well; None: it speaks."""
    explain: Callable[[], str] | None = None
    """Says more about why it is not ready than how it ended; empty: not known."""
    output: Path | None = None
    """The file for its chatter, from its last start on; None: where the core's own goes."""


class Supervisor:
    """Keeps every child running until `stop`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._keepers: dict[str, _ChildRunner] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        bus.subscribe(Alive, lambda alive: self._pulse(alive.name))
        bus.subscribe(Ready, lambda ready: self._ready(ready.name))

    def start(self, spec: ChildSpec) -> None:
        """Run a child from now on, and again whenever it ends."""
        keeper = _ChildRunner(spec, self._bus)
        self._keepers[spec.name] = keeper
        self._tasks[spec.name] = asyncio.create_task(keeper.keep(), name=f"keep {spec.name}")

    def respecify(self, spec: ChildSpec) -> None:
        """Change how a child is run: at once if it lives, else from its next start on."""
        self._keepers[spec.name].spec = spec
        self.restart(spec.name)

    def restart(self, name: str) -> None:
        """Put a child down; it is started again."""
        pid = self.pid(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def is_ready(self, name: str) -> bool:
        """Whether the child can do its work now."""
        return name in self._keepers and self._keepers[name].ready

    async def ready(self, *names: str) -> None:
        """Wait until these children are ready; no limit of its own."""
        for name in names:
            if not self.is_ready(name):
                await self._until_ready(name)

    def trouble(self, name: str) -> str:
        """Why a child cannot do its work now, as far as it is known; empty while it can."""
        keeper = self._keepers.get(name)
        if keeper is None or keeper.ready:
            return ""
        known = [keeper.trouble, keeper.spec.explain() if keeper.spec.explain else ""]
        return ": ".join(filter(None, known)) or "it is being started"

    def pid(self, name: str) -> int | None:
        """The running child's process id."""
        process = self._keepers[name].process if name in self._keepers else None
        return process.pid if process is not None and process.returncode is None else None

    def name_of(self, pid: int) -> str | None:
        """Tell to which child a process belongs: it is that child, or was started by it."""
        sessions = {self.pid(name): name for name in self._keepers}
        while pid > 1:
            if name := sessions.get(pid) or sessions.get(_session_of(pid)):
                return name
            pid = _parent_of(pid)
        return None

    def names(self) -> tuple[str, ...]:
        """Every child that is kept."""
        return tuple(self._keepers)

    async def drop(self, name: str) -> None:
        """End one child for good."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._keepers.pop(name).end()

    async def stop(self) -> None:
        """End all children, all at once; none is started again."""
        for task in self._tasks.values():
            task.cancel()
        self._bus.publish(Shutdown())
        await asyncio.gather(*(self.drop(name) for name in list(self._tasks)))

    async def _until_ready(self, name: str) -> None:
        came = asyncio.Event()

        def look(event: object) -> None:
            if isinstance(event, Ready) and event.name == name:
                came.set()

        self._bus.listen(look)
        try:
            await came.wait()
        finally:
            self._bus.unlisten(look)

    def _pulse(self, name: str) -> None:
        if keeper := self._keepers.get(name):
            keeper.last_sign = time.monotonic()

    def _ready(self, name: str) -> None:
        if keeper := self._keepers.get(name):
            keeper.ready = True
            keeper.last_sign = time.monotonic()


class _ChildRunner:
    """Runs one child for as long as it is kept."""

    def __init__(self, spec: ChildSpec, bus: Bus) -> None:
        self.spec = spec
        self.process: asyncio.subprocess.Process | None = None
        self.ready = False
        self.last_sign = 0.0
        self.trouble = ""
        """How the child ended last."""
        self._bus = bus

    async def keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            reason = await self._run_once()
            if time.monotonic() - began > FORGIVE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self.ready, self.trouble = False, reason
            log.warning("%s %s; again in %.1f s", self.spec.name, reason, pause)
            self._bus.publish(ChildDied(self.spec.name, reason, pause))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def end(self) -> None:
        """Ask, wait, then kill the child and all that it started."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("%s did not end by itself", self.spec.name)
        await self._kill(process)

    async def _run_once(self) -> str:
        """Run until the child ends or must be put down; returns why."""
        spec = self.spec
        try:
            with contextlib.ExitStack() as stack:
                output = stack.enter_context(spec.output.open("wb")) if spec.output else None
                self.process = process = await asyncio.create_subprocess_exec(
                    *with_parent(*spec.command),
                    cwd=spec.folder,
                    env={**os.environ, **spec.environment},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
        except OSError as error:
            return f"could not be started: {error}"
        self._bus.publish(ChildStarted(spec.name, process.pid))
        self.last_sign = time.monotonic()
        why = await race(_end_of(process), self._watch())
        if process.returncode is None:
            await self._kill(process)
        return why

    async def _watch(self) -> str:
        """Watch the child; returns the reason to put it down, should there ever be one."""
        started = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if self.spec.probe is not None and await self.spec.probe():
                if not self.ready:
                    self._bus.publish(Ready(self.spec.name))
                self.last_sign = time.monotonic()
            now = time.monotonic()
            if not self.ready and now - started > self.spec.start_limit_seconds:
                return f"was not ready within {self.spec.start_limit_seconds:.0f} s"
            if self.ready and now - self.last_sign > self.spec.silence_limit_seconds:
                return f"gave no sign for {self.spec.silence_limit_seconds:.0f} s"

    async def _kill(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _parent_of(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return 0
    # pid (name) state parent …; a name may hold blanks and brackets.
    return int(status.rpartition(")")[2].split()[1])


async def _end_of(process: asyncio.subprocess.Process) -> str:
    return f"ended with status {await process.wait()}"
