"""Builds the features of a list, starts them in its order, and stops them in the reverse of it.

What fails in one feature, or does not come to an end, keeps no other from starting or stopping; it
is logged, and told among the findings.  Only without a vital one nothing is begun: an open alarm
must not lie there because half a home came up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeVar

from assistant.core.options import CoreOptions
from assistant.home.home import Home
from assistant.runtime.faults import log_location
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, found, lasting

log = logging.getLogger(__name__)

START_SECONDS: Final = 30.0
"""How long the next feature waits for one that starts; that one goes on starting beside it."""
STOP_SECONDS: Final = 10.0
"""How long a feature may take to stop; then it is broken off (systemd gives all of them 20 s)."""
FINDINGS_SECONDS: Final = 10.0
"""How long a feature may take to say how it is."""

F = TypeVar("F", bound=Feature)
R = TypeVar("R")


class MissingFeatureError(LookupError):
    """A feature is not there: not in the list, not yet, or it could not be built."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the list."""

    name: str
    build: Callable[[Features], Feature]
    """Builds it from the home, and from the features above it in the list."""
    imports: tuple[str, ...] = ()
    """Modules of thousands of lines: imported on a thread when its turn to start has come, so that
    what is heard meanwhile is not kept waiting.  Without any it is built with the core."""
    is_vital: bool = False
    """Whether Anban is no help without it: its error ends the core, which is started again."""


class Features:
    """The features of one home."""

    def __init__(self, options: CoreOptions, home: Home, parts: Sequence[Part]) -> None:
        self.options, self.home = options, home
        self._parts = tuple(parts)
        self._built: dict[str, Feature] = {}
        self._starts: dict[str, asyncio.Task[None]] = {}
        self._all_started = asyncio.Event()
        self._faults: dict[str, str] = {}
        """Why a feature is not there, or not all of it."""
        for part in self._parts:
            if not part.imports:
                self._build(part)

    def of(self, kind: type[F]) -> F:
        """Give the feature of this class; raises MissingFeatureError."""
        feature = self.find(kind)
        if feature is None:
            raise MissingFeatureError(f"there is no {kind.__name__}")
        return feature

    def find(self, kind: type[F]) -> F | None:
        """Give the feature of this class, if it is there."""
        return next((each for each in self._built.values() if isinstance(each, kind)), None)

    def names(self) -> tuple[str, ...]:
        """Every feature that is there, in the order of the list."""
        return tuple(name for name, _ in self._in_order())

    async def start(self) -> None:
        """Start all, one after the other.

        Raises:
            Exception: of a vital feature that could not be started.
        """
        for part in self._parts:
            if part.imports:
                await self._import(part)
            if part.name in self._built:
                await self._start(part, self._built[part.name])
        self._all_started.set()

    async def stop(self) -> None:
        """Stop all that were built, the last first."""
        await _within(STOP_SECONDS, self.home.starting.end(), "ending what starts")
        for name, feature in reversed(self._in_order()):
            start = self._starts.pop(name, None)
            if start is not None and not start.done():
                start.cancel()
            stopping = await _within(STOP_SECONDS, feature.stop(), f"stopping {name}")
            if not stopping.done():
                stopping.cancel()
                log.error("%s did not stop within %g s; it is broken off", name, STOP_SECONDS)
            elif error := _error_of(stopping):
                log.error("%s could not stop: %s", name, log_location(error))

    async def findings(self) -> list[CheckResult]:
        """Say how every feature is, and which of them are not there."""
        faults = [lasting("feature", why, name) for name, why in self._faults.items()]
        looked = await asyncio.gather(*(self._look(*each) for each in self._in_order()))
        return faults + [finding for of_one in looked for finding in of_one]

    async def start_findings(self) -> list[CheckResult]:
        """Say, once all were started, what is not well and does not mend itself."""
        await self._all_started.wait()
        return [each for each in await self.findings() if each.is_lasting and not each.is_well]

    def _in_order(self) -> list[tuple[str, Feature]]:
        """All that are there, in the order of the list."""
        return [(p.name, self._built[p.name]) for p in self._parts if p.name in self._built]

    def _build(self, part: Part) -> None:
        try:
            self._built[part.name] = part.build(self)
        except Exception as error:
            self._failed(part.name, error)
            if part.is_vital:
                raise

    async def _import(self, part: Part) -> None:
        try:
            for module in part.imports:
                await asyncio.to_thread(import_module, module)
        except Exception as error:  # noqa: BLE001
            self._failed(part.name, error)
        else:
            self._build(part)

    async def _start(self, part: Part, feature: Feature) -> None:
        name = part.name
        start = await _within(START_SECONDS, feature.start(), f"starting {name}")
        self._starts[name] = start
        if not start.done():
            log.error("%s did not start within %g s; the others go on", name, START_SECONDS)
            self._faults[name] = f"it has been starting for more than {START_SECONDS:g} s"
            start.add_done_callback(lambda ended: self._started(name, ended))
        else:
            self._started(name, start)
            if part.is_vital:
                start.result()

    def _started(self, name: str, start: asyncio.Task[None]) -> None:
        if name not in self._starts:  # it was broken off, to be stopped
            return
        if error := _error_of(start):
            self._failed(name, error)
        else:
            self._faults.pop(name, None)

    def _failed(self, name: str, error: BaseException) -> None:
        log.error("%s could not be started: %s", name, log_location(error))
        self._faults[name] = f"it could not be started ({type(error).__name__}); see the log"

    async def _look(self, name: str, feature: Feature) -> Sequence[CheckResult]:
        looking = await _within(FINDINGS_SECONDS, feature.findings(), f"looking at {name}")
        if not looking.done():
            looking.cancel()
            problem = f"no answer for {FINDINGS_SECONDS:g} s"
        elif error := _error_of(looking):
            log.error("%s could not be looked at: %s", name, log_location(error))
            problem = f"it could not be looked at ({type(error).__name__}); see the log"
        else:
            return looking.result()
        if name in self._faults:  # told already, with the reason
            return []
        return [found("feature", is_well=False, detail=problem, subject=name)]


async def _within(seconds: float, work: Coroutine[Any, Any, R], name: str) -> asyncio.Task[R]:
    """Wait so long for a piece of work; done or not, it is given back."""
    task = asyncio.create_task(work, name=name)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task


def _error_of(task: asyncio.Task[Any]) -> BaseException | None:
    """Why a piece of work that ended failed; a cancelled one did, too."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()
