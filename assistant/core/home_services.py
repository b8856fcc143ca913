"""What the core answers its children about the home, and the changes that it makes for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from assistant.conversation.understanding import Understanding
from assistant.events import LanguageChanged
from assistant.home.memory import HomeMemory
from assistant.runtime.bus import Bus, Refused, Service
from assistant.runtime.findings import CheckResult
from assistant.runtime.supervisor import Supervisor
from assistant.runtime.tasks import Tasks
from assistant.settings import Settings, to_json

_OURS_ALONE: Final = frozenset({"emergency", "phone", "modem", "centre", "selftest"})
"""Sections with passwords, the door code, illnesses, secret links: no child is told them."""


class HomeServices:
    """State, children, devices and language of the home."""

    def __init__(
        self,
        *,
        bus: Bus,
        supervisor: Supervisor,
        memory: HomeMemory,
        understanding: Understanding,
        home: Path,
        settings: Settings,
        devices: Callable[[], Awaitable[list[CheckResult]]],
        tasks: Tasks,
    ) -> None:
        self._bus, self._supervisor, self._memory, self._understanding = (
            bus,
            supervisor,
            memory,
            understanding,
        )
        self._home, self._settings = home, settings
        self._find_devices = devices
        self._tasks = tasks

    def register(self) -> None:
        """Serve all of them on the bus."""
        services: dict[str, Service] = {
            "home.state": self._state,
            "conversation.forget": self._forget,
            "home.children": self._children,
            "home.troubles": self._troubles,
            "home.devices": self._devices,
            "language.switch": self._switch_language,
        }
        for name, service in services.items():
            self._bus.serve(name, service)

    async def _state(self) -> dict[str, Any]:
        return {
            "lang": self._memory.lang,
            "volume": self._memory.volume,
            "rate_words_per_minute": self._memory.rate_words_per_minute,
            "home": str(self._home),
            "settings": {
                name: section
                for name, section in to_json(self._settings).items()
                if name not in _OURS_ALONE
            },
        }

    async def _forget(self) -> None:
        self._understanding.forget()

    async def _children(self) -> dict[str, bool]:
        return {name: self._supervisor.is_ready(name) for name in self._supervisor.names()}

    async def _troubles(self) -> dict[str, str]:
        """Say why each child that is not ready is not."""
        names = self._supervisor.names()
        return {name: why for name in names if (why := self._supervisor.trouble(name))}

    async def _devices(self) -> list[dict[str, str]]:
        return [asdict(finding) for finding in await self._find_devices()]

    async def _switch_language(self, lang: str) -> None:
        try:
            self._memory.speak(lang)
        except ValueError as error:
            raise Refused(str(error)) from error
        self._bus.publish(LanguageChanged(lang))
        self._tasks.spawn(self._understanding.follow(lang))
        await self._memory.keep()
