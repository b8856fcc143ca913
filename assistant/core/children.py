"""The core's children: which there are, how each is started, and until when they are waited for."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from assistant.conversation.understanding import Understanding
from assistant.events import Capability, ChildDied, Ready
from assistant.runtime.bus import Bus
from assistant.runtime.link import SOCKET_VARIABLE
from assistant.runtime.supervisor import ChildSpec, Supervisor
from assistant.runtime.tasks import Tasks
from assistant.settings import HOME_VARIABLE

_MODULES: Final = {
    Capability.EAR: "assistant.ear",
    Capability.MOUTH: "assistant.mouth",
    Capability.SKILLS: "skills.host",
    Capability.ROBOT: "assistant.robot",
    Capability.SENSES: "assistant.senses",
}


class Children:
    """Starts the core's children; the supervisor keeps them alive."""

    def __init__(
        self,
        bus: Bus,
        supervisor: Supervisor,
        understanding: Understanding,
        home: Path,
        environment: dict[str, str],
    ) -> None:
        """`environment`: what the children get beside the core's own."""
        self._bus, self._supervisor, self._understanding = bus, supervisor, understanding
        self._home, self._environment = home, environment
        self._tasks = Tasks("bringing up the dialogue")
        bus.subscribe(ChildDied, self._died)

    async def stop(self) -> None:
        """Start nothing any more; the supervisor ends those that run."""
        await self._tasks.end()

    def start(self, capability: Capability) -> None:
        """Run the child that gives this capability, from now on."""
        if capability is Capability.DIALOGUE:
            self._tasks.spawn(self._understanding.bring_up())
            return
        self._supervisor.start(self._child(capability))

    def _died(self, died: ChildDied) -> None:
        if died.name == Capability.SKILLS and self._understanding.leave_taken_skills_port():
            self._supervisor.respecify(self._child(Capability.SKILLS))

    def _child(self, capability: Capability) -> ChildSpec:
        extra = self._understanding.host_environment() if capability is Capability.SKILLS else {}
        return ChildSpec(
            capability.value,
            (sys.executable, "-m", _MODULES[capability]),
            {
                SOCKET_VARIABLE: str(self._bus.path),
                HOME_VARIABLE: str(self._home),
                **self._environment,
                **extra,
            },
        )

    async def dialogue_ready(self) -> None:
        """Wait until sentences are understood and answered; raises DialogueError."""
        await self._understanding.ready()
        await self.ready(Capability.SKILLS.value)

    async def ready(self, *names: str) -> None:
        """Wait until these children are ready; no limit of its own."""
        for name in names:
            if not self._supervisor.is_ready(name):
                await self._until_ready(name)

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
