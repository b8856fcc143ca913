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
"""After a bare wake phrase the elder is waited for at least this long, whatever the settings."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What a hypothesis comes to."""

    text: str
    """Without the wake phrase."""
    addressed: bool
    woken: str | None
    """The wake phrase, where it is told for the first time in this utterance."""


@dataclass(slots=True)
class _Utterance:
    addressed: bool
    going_on: bool = True
    woken: bool = False


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
        self._utterances: dict[str, _Utterance] = {}

    def listen(self, window_seconds: float) -> None:
        """Ask for no wake phrase for so long; a longer window stays, zero or less closes it."""
        if not window_seconds > 0:
            self._window_seconds = 0.0
            return
        self._window_seconds = max(self._window_seconds, window_seconds)
        for utterance in self._utterances.values():
            utterance.addressed = utterance.addressed or utterance.going_on

    def listened(self, seconds: float) -> None:
        """So much sound went by, not muted."""
        self._window_seconds = max(0.0, self._window_seconds - seconds)

    def started(self, utterance_id: str) -> None:
        """An utterance began; within the window it is addressed to the end."""
        addressed = not self._wake_required or self._window_seconds > 0
        self._utterances[utterance_id] = _Utterance(addressed)

    def ended(self, utterance_id: str) -> None:
        """Its sound is over; its words may still come."""
        if utterance_id in self._utterances:
            self._utterances[utterance_id].going_on = False

    def strip(self, lang: str, text: str) -> str:
        """A text without wake phrases."""
        phrases = self._phrases.get(lang)
        return without(text, phrases.find(text)) if phrases is not None else text

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
            if utterance.woken and not text:
                self.listen(self._wake_seconds)
            addressed = addressed and (bool(text) or utterance.woken)
        return Attended(text, addressed, woken)
