"""What the home remembers of itself: its language, volume and rate of speech."""

from __future__ import annotations

import logging
from typing import Final

from assistant.services import Adjusted
from assistant.settings import LANGUAGES, Settings
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)

VOLUME_STEP: Final = 0.15
RATE_STEP: Final = 20
VOLUME_RANGE: Final = (0.2, 1.0)
RATE_RANGE: Final = (100, 240)
"""The slowest and fastest rate, in words a minute; synthetic speech beyond is understood worse
(facts of the field)."""

_STEPS: Final = {"louder": (1, 0), "quieter": (-1, 0), "faster": (0, 1), "slower": (0, -1)}
DIRECTIONS: Final = tuple(_STEPS)


class HomeMemory:
    """What the home remembers, kept in the database so that "louder" outlives a power cut."""

    def __init__(self, values: KeyedValues, settings: Settings, lang: str | None = None) -> None:
        self._values = values
        self._forced_lang = lang
        self.lang = lang or settings.language
        self.volume = settings.mouth.volume
        self.rate_words_per_minute = settings.mouth.rate_words_per_minute

    async def recall(self) -> None:
        """Read what was set by voice before; raises StoreError."""
        kept = await self._values.all()
        lang, volume, rate = kept.get("lang"), kept.get("volume"), kept.get("rate")
        if self._forced_lang is None and isinstance(lang, str) and lang in LANGUAGES:
            self.lang = lang
        if isinstance(volume, int | float):
            self.volume = round(_within(volume, VOLUME_RANGE), 2)
        if isinstance(rate, int):
            self.rate_words_per_minute = round(_within(rate, RATE_RANGE))

    def adjust(self, direction: str) -> Adjusted:
        """Go one step louder, quieter, faster or slower; `keep` makes it last.

        Raises:
            ValueError: no such direction.
        """
        if direction not in _STEPS:
            raise ValueError(f"{direction!r} is not one of {', '.join(DIRECTIONS)}")
        volume_steps, rate_steps = _STEPS[direction]
        before = (self.volume, self.rate_words_per_minute)
        self.volume = round(_within(self.volume + volume_steps * VOLUME_STEP, VOLUME_RANGE), 2)
        self.rate_words_per_minute = round(
            _within(self.rate_words_per_minute + rate_steps * RATE_STEP, RATE_RANGE)
        )
        return Adjusted(
            self.volume,
            self.rate_words_per_minute,
            at_limit=before == (self.volume, self.rate_words_per_minute),
        )

    def speak(self, lang: str) -> None:
        """Go on in another language; raises ValueError for one that is not spoken here."""
        if lang not in LANGUAGES:
            raise ValueError(f"{lang!r} is not one of {', '.join(LANGUAGES)}")
        self.lang = lang

    async def keep(self) -> None:
        """Write it all down; if the disk refuses, it holds until the next restart."""
        try:
            await self._values.set("lang", self.lang)
            await self._values.set("volume", self.volume)
            await self._values.set("rate", self.rate_words_per_minute)
        except StoreError as error:
            log.error("language and voice will not outlive a restart: %s", error)


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
