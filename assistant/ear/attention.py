"""Whether words are meant for Anban: wake phrases, and the window in which none is needed.

The window is counted in sound that was listened to, so that the house's own speech takes
nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.ear.wake import WakePhrases, after, without

LEAST_WAKE_SECONDS: Final = 8.0
"""How long the elder is waited for after a bare wake phrase, whatever the settings."""
GOES_ON_SECONDS: Final = 3.0
"""How long after the end of a sentence its speaker may go on with it, unless the answer sounds
before: elders pause within a sentence for longer than the pause that ends it."""
PARTS_LIMIT: Final = 3
"""The most utterances that make one sentence; whoever speaks without end does not speak to
Anban."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What a hypothesis comes to."""

    text: str
    """The text, without the wake phrase."""
    addressed: bool
    woken: str | None
    """The wake phrase, if it is told for the first time in this utterance."""


@dataclass(slots=True)
class _Utterance:
    addressed: bool
    going_on: bool = True
    woken: bool = False
    part: int = 1
    """The part of a sentence that this is, counted from 1."""


class Attention:
    """Feed it every event in turn; all of it belongs to one thread."""

    def __init__(
        self,
        wake_phrases: Mapping[str, Sequence[str]],
        *,
        wake_required: bool,
        follow_up_seconds: float,
    ) -> None:
        self._phrases = {lang: WakePhrases(phrases) for lang, phrases in wake_phrases.items()}
        self._wake_required = wake_required
        self._wake_seconds = max(follow_up_seconds, LEAST_WAKE_SECONDS)
        self._window_seconds = 0.0
        self._goes_on_seconds = 0.0
        self._parts = 0
        self._utterances: dict[str, _Utterance] = {}

    def listen(self, window_seconds: float) -> None:
        """Ask for no wake phrase for so long; a longer window stays, zero or less closes it."""
        if not window_seconds > 0:
            self._window_seconds = self._goes_on_seconds = 0.0
            return
        self._window_seconds = max(self._window_seconds, window_seconds)
        for utterance in self._utterances.values():
            utterance.addressed = utterance.addressed or utterance.going_on

    def listened(self, seconds: float) -> None:
        """Count sound that went by, not muted."""
        self._window_seconds = max(0.0, self._window_seconds - seconds)
        self._goes_on_seconds = max(0.0, self._goes_on_seconds - seconds)

    def answered(self) -> None:
        """Anban begins to speak: the sentence before is over."""
        self._goes_on_seconds = 0.0

    def started(self, utterance_id: str, *, is_faint: bool = False) -> None:
        """An utterance began; within the window it is addressed to the end.

        So is what goes on with a sentence that was, unless it is too faint to be the same voice;
        called again once it no longer is.
        """
        goes_on = self._goes_on_seconds > 0 and not is_faint and self._parts < PARTS_LIMIT
        is_invited = self._window_seconds > 0 and not is_faint
        addressed = not self._wake_required or is_invited or goes_on
        utterance = self._utterances.setdefault(utterance_id, _Utterance(addressed))
        utterance.addressed = utterance.addressed or addressed
        utterance.part = self._parts + 1 if goes_on else 1

    def is_addressed(self, utterance_id: str) -> bool:
        """Whether an utterance under way is known to be meant for Anban."""
        utterance = self._utterances.get(utterance_id)
        return utterance is not None and (utterance.addressed or utterance.woken)

    def is_woken(self, utterance_id: str) -> bool:
        """Whether the wake phrase was said in an utterance under way."""
        utterance = self._utterances.get(utterance_id)
        return utterance is not None and utterance.woken

    def ended(self, utterance_id: str) -> None:
        """Its sound is over; its words may still come."""
        if utterance_id in self._utterances:
            self._utterances[utterance_id].going_on = False

    def may_go_on(self, utterance_id: str) -> None:
        """The utterance that ended may be half a sentence."""
        if self.is_addressed(utterance_id):
            self._goes_on_seconds = GOES_ON_SECONDS
            self._parts = self._utterances[utterance_id].part

    def strip(self, lang: str, text: str) -> str:
        """A text without wake phrases."""
        phrases = self._phrases.get(lang)
        return without(text, phrases.find(text)) if phrases is not None else text

    def asked(self, lang: str, text: str) -> str:
        """What comes after the last wake phrase; empty without one."""
        phrases = self._phrases.get(lang)
        matches = phrases.find(text) if phrases is not None else []
        return after(text, matches) if matches else ""

    def read(self, utterance_id: str, lang: str, raw_text: str, *, is_final: bool) -> Attended:
        """Judge what was recognised so far, or finally.

        A final text that is empty is addressed only after a wake phrase: a cough within the
        window asks for nothing.
        """
        utterance = self._utterances.get(utterance_id) or _Utterance(not self._wake_required)
        phrases = self._phrases.get(lang)
        matches = phrases.find(raw_text) if phrases is not None else []
        woken = None
        if matches and not utterance.woken:
            utterance.woken = True
            woken = matches[-1].phrase
        text = raw_text
        if matches:
            # What came before the phrase was for somebody else, unless we were listening anyway.
            text = (without if utterance.addressed else after)(raw_text, matches)
        addressed = utterance.addressed or utterance.woken
        if is_final:
            self._utterances.pop(utterance_id, None)
            if utterance.woken:  # who was not understood may say it again without it
                self.listen(self._wake_seconds)
            addressed = addressed and (bool(text) or utterance.woken)
        return Attended(text, addressed, woken)
