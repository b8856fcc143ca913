"""Whether the camera may look: told by voice, on the page or by a command, and kept.

Who said "stop watching" is not watched until they say otherwise, also after a restart; until what
was said is read from the disk, nothing is looked at.
"""

from __future__ import annotations

import asyncio
import logging

from assistant.events import CameraPrivacyChanged
from assistant.home.home import Home
from assistant.phrases import load, tokens_of
from assistant.runtime.feature import Feature
from assistant.services import CameraState, GetCamera, SetCameraPrivacy
from assistant.store import Database, KeyedValues, StoreError

log = logging.getLogger(__name__)

_NAME = "camera_private"


class CameraPrivacy(Feature):
    """The switch, and what the child that holds the camera must know."""

    def __init__(self, home: Home) -> None:
        self._bus, self._camera = home.bus, home.settings.camera
        self._database = home.database
        self._is_private = True
        self._is_read = asyncio.Event()
        self._bus.serve(GetCamera.answered_by(self._state), SetCameraPrivacy.answered_by(self._set))

    @property
    def has_camera(self) -> bool:
        """Whether there is one to be switched."""
        return bool(self._camera.source)

    @property
    def is_private(self) -> bool:
        """Whether nothing may be looked at."""
        return self._is_private

    async def start(self) -> None:
        """Read what was said before."""
        try:
            self._is_private = await is_private(self._database)
        except StoreError as error:
            log.error("whether the camera may look is not known, so it does not: %s", error)
        self._is_read.set()

    async def switch(self, *, is_private: bool) -> bool:
        """Look no more, or again; whether it will hold after a restart, too."""
        await self._is_read.wait()
        self._is_private = is_private
        self._bus.publish(CameraPrivacyChanged(is_private))
        try:
            await keep_private(self._database, is_private=is_private)
        except StoreError as error:
            log.error("what was said of the camera will not outlive a restart: %s", error)
            return False
        return True

    async def _state(self, _: GetCamera) -> CameraState:
        await self._is_read.wait()
        return CameraState(self._camera, self._is_private)

    async def _set(self, wish: SetCameraPrivacy) -> bool:
        return await self.switch(is_private=wish.is_private)


def wish_in(text: str, lang: str) -> bool | None:
    """Whether the camera is told not to look; None: the sentence is about something else."""
    found = load(lang).camera.all_of(tokens_of(text, lang))
    return None if found is None else found.meaning == "hide"


async def is_private(database: Database) -> bool:
    """Whether this home's camera was told not to look; raises StoreError."""
    return bool(await KeyedValues.home(database).get(_NAME))


async def keep_private(database: Database, *, is_private: bool) -> None:
    """Keep what was said; raises StoreError."""
    await KeyedValues.home(database).set(_NAME, is_private)
