"""What the core does for its children when they ask: see `Bus.serve`.

Each service is named `<thing>.<act>`; a refusal is a plain sentence for the one who asked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from assistant.events import ProfileChanged, SetVoice
from assistant.home.home import Home
from assistant.robot.permission import CONSENT_FIELD
from assistant.runtime.bus import Refused, Service
from assistant.runtime.feature import Feature
from assistant.store import KeyedValues


class Services(Feature):
    """Profile, storage and voice."""

    def __init__(self, home: Home) -> None:
        self._bus, self._database, self._memory = home.bus, home.database, home.memory
        self._profile = KeyedValues.profile(home.database)
        services: dict[str, Service] = {
            "profile.get": self._profile_get,
            "profile.set": self._profile_set,
            "profile.all": self._profile.all,
            "storage.get": self._storage_get,
            "storage.set": self._storage_set,
            "storage.delete": self._storage_delete,
            "storage.keys": self._storage_keys,
            "storage.look": self._storage_look,
            "storage.swap": self._storage_swap,
            "voice.adjust": self.adjust_voice,
        }
        for name, service in services.items():
            self._bus.serve(name, service)

    async def adjust_voice(self, direction: str) -> dict[str, Any]:
        """Go one step louder, quieter, faster or slower, from the next sentence on."""
        try:
            adjusted = self._memory.adjust(direction)
        except ValueError as error:
            raise Refused(str(error)) from error
        self._bus.publish(SetVoice(adjusted.volume, adjusted.rate_words_per_minute))
        await self._memory.keep()
        return asdict(adjusted)

    async def _profile_get(self, field: str) -> Any:
        return await self._profile.get(field)

    async def _profile_set(self, field: str, value: Any) -> None:
        if field == CONSENT_FIELD:
            raise Refused(f"{field} is the elder's own word; it is kept by robot.consent")
        await self._keep(self._profile, field, value)
        self._bus.publish(ProfileChanged(field))

    async def _storage_get(self, skill: str, key: str) -> Any:
        return await KeyedValues.of_skill(self._database, skill).get(key)

    async def _storage_set(self, skill: str, key: str, value: Any) -> None:
        await self._keep(KeyedValues.of_skill(self._database, skill), key, value)

    async def _storage_delete(self, skill: str, key: str) -> None:
        await KeyedValues.of_skill(self._database, skill).delete(key)

    async def _storage_keys(self, skill: str) -> list[str]:
        return list(await KeyedValues.of_skill(self._database, skill).all())

    async def _storage_look(self, skill: str, key: str) -> dict[str, Any]:
        return asdict(await KeyedValues.of_skill(self._database, skill).look(key))

    async def _storage_swap(self, skill: str, key: str, mark: str, value: Any) -> bool:
        try:
            return await KeyedValues.of_skill(self._database, skill).swap(key, mark, value)
        except ValueError as error:
            raise Refused(str(error)) from error

    async def _keep(self, values: KeyedValues, name: str, value: Any) -> None:
        try:
            await values.set(name, value)
        except ValueError as error:
            raise Refused(str(error)) from error
