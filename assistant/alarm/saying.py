"""Statements on their way to the mouth: what is no longer so before it sounds is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.alarm.standing import Standing
from assistant.alarm.statements import FIRST_WORDS, Statement, is_true
from assistant.events import Said, Say, SoundStarted, Urgency
from assistant.home.reaction import note
from assistant.home.speech import Speech
from assistant.runtime.bus import Bus


class Saying:
    """Says statements; one of them tells who is being called, and news takes its place."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        render: Callable[[Statement], str],
        when_free: Callable[[], None],
    ) -> None:
        """`when_free` is told when nothing sounds any more."""
        self._speech, self._render, self._when_free = speech, render, when_free
        self._unheard: dict[str, Statement] = {}
        """What did not begin to sound yet, by the id of its `Say`."""
        self._progress_id = ""
        """The id of the `Say` that tells who is being called."""
        self._reply = ("", Statement(""))
        """The text that others were given to say, and what it states."""
        self.progress_at = self.spoke_at = float("-inf")
        """When anything in an alarm, or who is being called, was said last; the loop's time."""
        bus.subscribe(Say, self._saying)
        bus.subscribe(SoundStarted, self._sounds)
        bus.subscribe(Said, self._said)

    @property
    def is_busy(self) -> bool:
        """Whether anything sounds or waits to sound."""
        return self._speech.is_speaking

    def expect(self, text: str, said: Statement) -> None:
        """Expect somebody else to say it in a moment: a reply to a cry."""
        self._reply = (text, said)

    def progress(self, said: Statement) -> None:
        """Say who is being called."""
        self._progress_id = self._say(said)

    def news(self, said: Statement) -> None:
        """Say it at once, in place of who is being called."""
        if self._progress_id:
            self._unsay(self._progress_id)
        self._say(said)

    def take_back(self, standing: Standing) -> None:
        """Do not say what is no longer so."""
        for say_id, said in list(self._unheard.items()):
            if not is_true(said, standing):
                self._unsay(say_id)

    def _say(self, said: Statement) -> str:
        text = self._render(said)
        note(text)
        say_id = self._speech.say(text, Urgency.ALARM)
        if self._speech.is_speaking:
            self._unheard[say_id] = said
        return say_id

    def _saying(self, say: Say) -> None:
        if say.urgency is Urgency.ALARM:  # whoever says it, the ear is not open
            self.spoke_at = asyncio.get_running_loop().time()
        text, said = self._reply
        if text and say.text == text:
            self._reply = ("", said)
            self._unheard[say.say_id] = said
            if said.key in FIRST_WORDS:
                self._progress_id = say.say_id

    def _sounds(self, sound: SoundStarted) -> None:
        self._unheard.pop(sound.say_id, None)

    def _unsay(self, say_id: str) -> None:
        self._unheard.pop(say_id, None)
        if say_id == self._progress_id:
            self._progress_id = ""
        self._speech.unsay(say_id)

    def _said(self, said: Said) -> None:
        self._unheard.pop(said.say_id, None)
        now = asyncio.get_running_loop().time()
        if said.say_id == self._progress_id:
            self._progress_id, self.progress_at = "", now
        if not self._speech.is_speaking:
            self.spoke_at = now
            self._when_free()
