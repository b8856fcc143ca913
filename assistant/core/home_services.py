"""What the core answers its children about the home, and the changes that it makes for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from assistant.events import LanguageChanged
from assistant.home.home import Home
from assistant.runtime.bus import Refused, Service
from assistant.runtime.feature import Feature
from assistant.runtime.findings import CheckResult
from assistant.settings import to_json

_OURS_ALONE: Final = frozenset({"emergency", "phone", "modem", "centre", "selftest"})
"""Sections with passwords, the door code, illnesses, secret links: no child is told them."""


class HomeServices(Feature):
    """State, children, devices and language of the home."""

    def __init__(self, home: Home, findings: Callable[[], Awaitable[list[CheckResult]]]) -> None:
        """`findings`: of all features."""
        self._bus, self._supervisor, self._memory = home.bus, home.supervisor, home.memory
        self._home = home
        self._findings = findings
        services: dict[str, Service] = {
            "home.state": self._state,
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
            "home": str(self._home.folder),
            "settings": {
                name: section
                for name, section in to_json(self._home.settings).items()
                if name not in _OURS_ALONE
            },
        }

    async def _children(self) -> dict[str, bool]:
        return {name: self._supervisor.is_ready(name) for name in self._supervisor.names()}

    async def _troubles(self) -> dict[str, str]:
        """Say why each child that is not ready is not."""
        names = self._supervisor.names()
        return {name: why for name in names if (why := self._supervisor.trouble(name))}

    async def _devices(self) -> list[dict[str, str]]:
        return [asdict(finding) for finding in await self._findings()]

    async def _switch_language(self, lang: str) -> None:
        try:
            self._memory.speak(lang)
        except ValueError as error:
            raise Refused(str(error)) from error
        self._bus.publish(LanguageChanged(lang))
        await self._memory.keep()
