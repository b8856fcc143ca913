"""What `anban run` tells whoever sits at the terminal: that it is ready, and what to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assistant.commands.words import Words
from assistant.events import (
    Capability,
    HearingLimited,
    MicrophoneBack,
    MicrophoneLost,
    Ready,
    SpeakerBack,
    SpeakerLost,
)
from assistant.runtime.bus import Bus
from assistant.settings import Settings

_EAR: Final = Capability.EAR.value
NEEDED: Final = frozenset(
    {_EAR, *(each.value for each in (Capability.MOUTH, Capability.DIALOGUE, Capability.SKILLS))}
)
"""The children without which a sentence is not heard, understood and answered aloud."""


class Greeting:
    """Waits until all of it works, and tells it once; also what stands in the way."""

    def __init__(
        self, bus: Bus, settings: Settings, lang: Callable[[], str], tell: Callable[[str], object]
    ) -> None:
        """`lang`: the language that the home speaks now; `tell` shows a line."""
        self._settings, self._lang, self._tell = settings, lang, tell
        self._ready: set[str] = set()
        self._hears: bool | None = None
        """Whether sound comes in; None: not told yet."""
        self._is_mute = False
        self._is_limited = False
        self._told: set[str] = set()
        bus.subscribe(Ready, self._on_ready)
        bus.subscribe(MicrophoneLost, self._on_lost)
        bus.subscribe(MicrophoneBack, self._on_back)
        bus.subscribe(SpeakerLost, self._on_mute)
        bus.subscribe(SpeakerBack, self._on_sounding)
        bus.subscribe(HearingLimited, self._on_limited)

    def _on_ready(self, ready: Ready) -> None:
        self._ready.add(ready.name)
        self._look()

    def _on_lost(self, _: MicrophoneLost) -> None:
        if self._hears is not False:
            self._say("run_no_microphone")
        self._hears = False
        self._look()

    def _on_back(self, _: MicrophoneBack) -> None:
        if self._hears is False:
            self._say("run_hears_again")
        self._hears = True
        self._look()

    def _on_mute(self, _: SpeakerLost) -> None:
        if not self._is_mute:
            self._say("run_no_speaker")
        self._is_mute = True
        self._look()

    def _on_sounding(self, _: SpeakerBack) -> None:
        if self._is_mute:
            self._say("run_sounds_again")
        self._is_mute = False
        self._look()

    def _on_limited(self, limited: HearingLimited) -> None:
        self._is_limited = True
        self._say("run_tiny_model", code=limited.lang)

    def _look(self) -> None:
        """Tell what is true now and was not told before."""
        lacks_sound = self._hears is False or self._is_mute
        if self._ready >= NEEDED and lacks_sound and "run_ends" not in self._told:
            self._once("run_ready_without_sound")
            self._once("run_ends")
        if not self._hears or _EAR not in self._ready:
            return
        is_whole = self._ready >= NEEDED and not self._is_mute
        if not is_whole:
            # A model that understands no people understands no cry of theirs, either.
            if not self._is_limited:
                self._once("run_hears_cries")
            return
        ear = self._settings.ear
        phrases = ear.wake_phrases.get(self._lang(), []) if ear.wake_required else []
        if phrases:
            self._once("run_ready", phrase=phrases[0])
        else:
            self._once("run_ready_unasked")
        self._once("run_ends")

    def _once(self, key: str, **slots: object) -> None:
        if key not in self._told:
            self._told.add(key)
            self._say(key, **slots)

    def _say(self, key: str, **slots: object) -> None:
        self._tell(Words(self._lang())(key, **slots))
