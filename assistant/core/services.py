"""What the core does for its children when they ask: see `Bus.serve`.

A refusal is a plain sentence for the one who asked.
"""

from __future__ import annotations

from assistant.events import ProfileChanged, SetVoice
from assistant.home.home import Home
from assistant.robot.permission import CONSENT_FIELD
from assistant.runtime.feature import Feature
from assistant.services import (
    Adjusted,
    AdjustVoice,
    DeleteStored,
    GetProfile,
    GetProfileField,
    GetStored,
    Json,
    ListStored,
    LookAtStored,
    SetProfileField,
    SetStored,
    Stored,
    SwapStored,
)
from assistant.services.errors import Refused
from assistant.store import KeyedValues


class Services(Feature):
    """Profile, storage and voice."""

    def __init__(self, home: Home) -> None:
        self._bus, self._database, self._memory = home.bus, home.database, home.memory
        self._profile = KeyedValues.profile(home.database)
        self._bus.serve(
            GetProfileField.answered_by(self._profile_get),
            SetProfileField.answered_by(self._profile_set),
            GetProfile.answered_by(self._profile_all),
            GetStored.answered_by(self._storage_get),
            SetStored.answered_by(self._storage_set),
            DeleteStored.answered_by(self._storage_delete),
            ListStored.answered_by(self._storage_keys),
            LookAtStored.answered_by(self._storage_look),
            SwapStored.answered_by(self._storage_swap),
            AdjustVoice.answered_by(self._voice_adjust),
        )

    async def _voice_adjust(self, wish: AdjustVoice) -> Adjusted:
        return await self.adjust_voice(wish.direction)

    async def adjust_voice(self, direction: str) -> Adjusted:
        """Go one step louder, quieter, faster or slower, from the next sentence on."""
        try:
            adjusted = self._memory.adjust(direction)
        except ValueError as error:
            raise Refused(str(error)) from error
        self._bus.publish(SetVoice(adjusted.volume, adjusted.rate_words_per_minute))
        await self._memory.keep()
        return adjusted

    async def _profile_get(self, wish: GetProfileField) -> Json:
        return await self._profile.get(wish.field)

    async def _profile_set(self, wish: SetProfileField) -> None:
        if wish.field == CONSENT_FIELD:
            raise Refused(f"{wish.field} is the elder's own word; it is kept by robot.consent")
        await self._keep(self._profile, wish.field, wish.value)
        self._bus.publish(ProfileChanged(wish.field))

    async def _profile_all(self, _: GetProfile) -> dict[str, Json]:
        return await self._profile.all()

    def _of(self, skill: str) -> KeyedValues:
        return KeyedValues.of_skill(self._database, skill)

    async def _storage_get(self, wish: GetStored) -> Json:
        return await self._of(wish.skill).get(wish.key)

    async def _storage_set(self, wish: SetStored) -> None:
        await self._keep(self._of(wish.skill), wish.key, wish.value)

    async def _storage_delete(self, wish: DeleteStored) -> None:
        await self._of(wish.skill).delete(wish.key)

    async def _storage_keys(self, wish: ListStored) -> tuple[str, ...]:
        return tuple(await self._of(wish.skill).all())

    async def _storage_look(self, wish: LookAtStored) -> Stored:
        found = await self._of(wish.skill).look(wish.key)
        return Stored(found.value, found.mark)

    async def _storage_swap(self, wish: SwapStored) -> bool:
        try:
            return await self._of(wish.skill).swap(wish.key, wish.mark, wish.value)
        except ValueError as error:
            raise Refused(str(error)) from error

    async def _keep(self, values: KeyedValues, name: str, value: Json) -> None:
        try:
            await values.set(name, value)
        except ValueError as error:
            raise Refused(str(error)) from error
