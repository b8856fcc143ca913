"""Statements on their way to the mouth: what is no longer so before it sounds is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.alarm.standing import Standing
from assistant.alarm.statements import FIRST_WORDS, Statement, is_true
from assistant.events import Said, Say, Urgency
from assistant.home.reaction import note
from assistant.home.speech import Speech
from assistant.home.speech_handle import SpeechHandle, SpeechState
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
        self._unsaid: dict[SpeechHandle, Statement] = {}
        """What is not over yet, and what it states."""
        self._progress: SpeechHandle | None = None
        """What tells who is being called, until it is over."""
        self.progress_at = self.spoke_at = float("-inf")
        """When anything in an alarm, or who is being called, was said last; the loop's time."""
        bus.subscribe(Say, self._saying)
        bus.subscribe(Said, self._said)

    @property
    def is_busy(self) -> bool:
        """Whether anything sounds or waits to sound."""
        return self._speech.is_speaking

    def first_words(self, text: str, said: Statement) -> None:
        """Say the reply to a cry: a text that holds this statement, and perhaps more."""
        handle = self._follow(text, said)
        if said.key in FIRST_WORDS:
            self._is_progress(handle)

    def progress(self, said: Statement) -> None:
        """Say who is being called."""
        self._is_progress(self._say(said))

    def news(self, said: Statement) -> None:
        """Say it at once, in the place of who is being called."""
        if self._progress is not None:
            self._unsay(self._progress)
        self._say(said)

    def take_back(self, standing: Standing) -> None:
        """Do not say what is no longer so; what sounds already is said to its end."""
        for handle, said in list(self._unsaid.items()):
            if not handle.has_begun and not is_true(said, standing):
                self._unsay(handle)

    def _say(self, said: Statement) -> SpeechHandle:
        text = self._render(said)
        note(text)
        return self._follow(text, said)

    def _follow(self, text: str, said: Statement) -> SpeechHandle:
        handle = self._speech.say(text, Urgency.ALARM)
        if not handle.is_over:
            self._unsaid[handle] = said
            handle.when_over(lambda _: self._unsaid.pop(handle, None))
        return handle

    def _is_progress(self, handle: SpeechHandle) -> None:
        self._progress = handle
        handle.when_over(lambda how: self._progress_is_over(handle, how))

    def _progress_is_over(self, handle: SpeechHandle, how: SpeechState) -> None:
        if handle is self._progress:
            self._progress = None
            if how is not SpeechState.NO_MOUTH:  # else it took no time
                self.progress_at = asyncio.get_running_loop().time()

    def _unsay(self, handle: SpeechHandle) -> None:
        if handle is self._progress:
            self._progress = None
        self._speech.unsay(handle)

    def _saying(self, say: Say) -> None:
        if say.urgency is Urgency.ALARM:  # whoever says it, the ear is not open
            self.spoke_at = asyncio.get_running_loop().time()

    def _said(self, _: Said) -> None:
        if not self._speech.is_speaking:
            self.spoke_at = asyncio.get_running_loop().time()
            self._when_free()
