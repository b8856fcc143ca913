"""What the core answers its children about the home, and the changes that it makes for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from assistant.events import LanguageChanged
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.services import (
    CheckDevices,
    CheckResult,
    GetChildren,
    GetHomeState,
    GetSkillSettings,
    GetTroubles,
    HomeState,
    SwitchLanguage,
)
from assistant.services.errors import Refused
from assistant.settings import Settings

_OURS_ALONE: Final = frozenset(
    {
        *("camera", "centre", "emergency", "modem", "phone", "selftest", "sensor_rules", "sensors"),
        "skills",
    }
)
"""Sections with passwords, the door code, illnesses, secret links, habits: no child is told them,
but the skill host and the senses their own."""


class HomeServices(Feature):
    """State, children, devices and language of the home."""

    def __init__(self, home: Home, findings: Callable[[], Awaitable[list[CheckResult]]]) -> None:
        """`findings`: of all features."""
        self._bus, self._supervisor, self._memory = home.bus, home.supervisor, home.memory
        self._home = home
        self._findings = findings
        self._bus.serve(
            GetHomeState.answered_by(self._state),
            GetSkillSettings.answered_by(self._skill_settings),
            GetChildren.answered_by(self._children),
            GetTroubles.answered_by(self._troubles),
            CheckDevices.answered_by(self._devices),
            SwitchLanguage.answered_by(self._switch_language),
        )

    async def _state(self, _: GetHomeState) -> HomeState:
        return HomeState(
            self._memory.lang,
            self._memory.volume,
            self._memory.rate_words_per_minute,
            self._home.folder,
            without_secrets(self._home.settings),
        )

    async def _skill_settings(self, _: GetSkillSettings) -> dict[str, Any]:
        return dict(self._home.settings.skills)

    async def _children(self, _: GetChildren) -> dict[str, bool]:
        return {name: self._supervisor.is_ready(name) for name in self._supervisor.names()}

    async def _troubles(self, _: GetTroubles) -> dict[str, str]:
        """Say why each child that is not ready is not."""
        names = self._supervisor.names()
        return {name: why for name in names if (why := self._supervisor.trouble(name))}

    async def _devices(self, _: CheckDevices) -> tuple[CheckResult, ...]:
        return tuple(await self._findings())

    async def _switch_language(self, wish: SwitchLanguage) -> None:
        try:
            self._memory.speak(wish.lang)
        except ValueError as error:
            raise Refused(str(error)) from error
        self._bus.publish(LanguageChanged(wish.lang))
        await self._memory.keep()


def without_secrets(settings: Settings) -> Settings:
    """The settings as a child may know them: what is the core's alone is as it is by default."""
    usual = Settings()
    return replace(settings, **{name: getattr(usual, name) for name in _OURS_ALONE})
