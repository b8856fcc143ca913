"""How calls and messages name the elder: by the profile, else by the settings."""

from __future__ import annotations

import logging

from assistant.events import ProfileChanged
from assistant.home.home import Home
from assistant.people.contact import plain_name
from assistant.runtime.feature import Feature
from assistant.runtime.tasks import Tasks
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)


class ElderName(Feature):
    """The elder's name, followed while it changes."""

    def __init__(self, home: Home) -> None:
        self._profile = KeyedValues.profile(home.database)
        self.plain = plain_name(home.settings.elder_name)
        """As it is said in a call; empty: not known."""
        self._tasks = Tasks("learning the name")
        home.bus.subscribe(ProfileChanged, self._profile_changed)

    async def start(self) -> None:
        """Read the name that the elder was given by voice."""
        await self._learn()

    async def stop(self) -> None:
        """Follow it no longer."""
        await self._tasks.end()

    def _profile_changed(self, changed: ProfileChanged) -> None:
        if changed.field == "name":
            self._tasks.spawn(self._learn())

    async def _learn(self) -> None:
        try:
            name = await self._profile.get("name")
        except StoreError as error:
            log.warning("the elder's name is not known to calls: %s", error)
            return
        if isinstance(name, str) and (plain := plain_name(name)):
            self.plain = plain
