"""The core's children: which there are, how each is started, and which come first."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Final

from assistant.conversation.understanding import Understanding
from assistant.events import Capability, ChildDied
from assistant.home.home import Home
from assistant.language import LANGUAGES
from assistant.runtime.feature import Feature
from assistant.runtime.link import SOCKET_VARIABLE
from assistant.runtime.supervisor import ChildSpec
from assistant.safety import prepare as prepare_to_judge
from assistant.settings import HOME_VARIABLE

_MODULES: Final = {
    Capability.EAR: "assistant.ear",
    Capability.MOUTH: "assistant.mouth",
    Capability.SKILLS: "skills.host",
    Capability.ROBOT: "assistant.robot",
    Capability.SENSES: "assistant.senses",
}


_FIRST: Final = frozenset({Capability.EAR, Capability.MOUTH})
_AFTER_THE_EAR: Final = frozenset({Capability.DIALOGUE, Capability.SKILLS})


class Children(Feature):
    """Starts the core's children; the supervisor keeps them alive.

    A cry must count as soon as can be: ear and mouth come first.
    """

    def __init__(
        self, home: Home, understanding: Understanding, environment: Mapping[str, str]
    ) -> None:
        """`environment`: what the children get beside the core's own."""
        self._home, self._supervisor = home, home.supervisor
        self._understanding, self._environment = understanding, environment
        home.bus.subscribe(ChildDied, self._died)

    @property
    def wanted(self) -> frozenset[Capability]:
        """The children that run here: those that are to run, and have their device."""
        settings = self._home.settings
        devices = {
            Capability.ROBOT: settings.robot.port,
            Capability.SENSES: settings.radar.port or settings.camera.source,
        }
        return self._home.capabilities - {child for child, device in devices.items() if not device}

    async def start(self) -> None:
        """Run ear and mouth."""
        for capability in _FIRST & self.wanted:
            self.run(capability)

    async def stop(self) -> None:
        """End all children; none is started again."""
        await self._supervisor.stop()

    def run(self, capability: Capability) -> None:
        """Run the child that gives this capability, from now on."""
        if capability is Capability.DIALOGUE:
            self._home.starting.spawn(self._understanding.bring_up())
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
                SOCKET_VARIABLE: str(self._home.bus.path),
                HOME_VARIABLE: str(self._home.folder),
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
        await self._supervisor.ready(*names)


class Phrases(Feature):
    """Loads on a thread, beside all else, what a cry is recognised by."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._loading: asyncio.Task[None]

    async def start(self) -> None:
        """Begin to load: the home's language first, then whichever may be spoken next."""
        lang = self._home.memory.lang
        self._loading = asyncio.create_task(asyncio.to_thread(prepare_to_judge, lang))
        self._home.starting.spawn(self._load_others(lang))

    async def loaded(self) -> None:
        """Wait until the home's language is loaded; raises what kept it from that."""
        await self._loading

    async def _load_others(self, spoken: str) -> None:
        await self._home.ear_ready()
        for lang in LANGUAGES:
            if lang != spoken:  # most share what they are judged by
                await asyncio.to_thread(prepare_to_judge, lang)


class OtherChildren(Feature):
    """Starts the other children once the phrases are loaded.

    The dialogue and the skills take both cores of a small machine for seconds: they wait for the
    ear, too, but nobody waits for that.
    """

    def __init__(self, home: Home, children: Children, phrases: Phrases) -> None:
        self._home, self._children, self._phrases = home, children, phrases

    async def start(self) -> None:
        """Run them, some of them a little later; `Children` ends them."""
        await self._phrases.loaded()
        for capability in self._children.wanted - _FIRST - _AFTER_THE_EAR:
            self._children.run(capability)
        self._home.starting.spawn(self._after_ear())

    async def _after_ear(self) -> None:
        await self._home.ear_ready()
        for capability in _AFTER_THE_EAR & self._children.wanted:
            self._children.run(capability)
