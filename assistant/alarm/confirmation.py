"""Asking whether all is well, after what may be an emergency: silence decides.

Silence after what a sensor saw, or after words that were surely meant, raises the alarm; after
words that were merely heard in the room it ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from assistant.alarm.announcer import Announcer
from assistant.alarm.pending_question import QUESTION_SECONDS, PendingQuestion
from assistant.alarm.source import VOICE, Source
from assistant.alarm.state import Alarm, State, Trigger
from assistant.alarm.store import AlarmStore

ASKS: Final = 2
VOICE_ASKS: Final = 1
"""How often is asked about words that were no certain cry: who said them is awake, and was
heard."""
AGAIN: Final = 2
"""How often is asked again after an answer that is not clear."""
ANSWER_SECONDS: Final = 35.0
"""How long one question waits for its answer, its own 6 s included: two of them leave the call well
under 90 s."""


class _Heard(StrEnum):
    """What came in answer to the last question."""

    NOTHING = "nothing"
    UNCLEAR = "unclear"
    FINE_ONCE = "fine once"


Apply = Callable[[str, Trigger, str], Awaitable[object]]
"""How something happens to an alarm: its id, what happens, and who did it."""


class Confirmations:
    """Every alarm whose elder is asked first."""

    def __init__(self, store: AlarmStore, announcer: Announcer, question: PendingQuestion) -> None:
        self._store, self._announcer, self._question = store, announcer, question
        self._answered = asyncio.Event()
        self._heard = _Heard.NOTHING
        self._unsure: set[str] = set()
        """Alarms that end by silence, unless the core was restarted meanwhile."""

    async def open(
        self, reason: str, source: Source, place: str, why: str, *, is_sure: bool = True
    ) -> Alarm | None:
        """Write an alarm down and give it, to be asked about; None if it was open already."""
        before = self._store.same(reason, source)
        alarm = await self._store.suspect(reason, source, place, why)
        if is_sure:  # also if it is the same alarm: what a sensor saw does not end by silence
            self._unsure.discard(alarm.alarm_id)
        elif before is None:
            self._unsure.add(alarm.alarm_id)
        return alarm if before is None else None

    async def ask(self, alarm_id: str, apply: Apply) -> None:
        """Ask twice, the second time louder, and apply what silence means.

        What was no clear answer is asked about again, `AGAIN` times at most.
        """
        again = 0
        try:
            while (alarm := self._store.alarm(alarm_id)) and alarm.asked_count < (
                _asks(alarm) + again
            ):
                changed = await self._store.apply(alarm_id, Trigger.ASKED)
                if changed is None:
                    return
                heard, self._heard = self._heard, _Heard.NOTHING
                self._answered.clear()
                self._question.put(
                    seconds=QUESTION_SECONDS + ANSWER_SECONDS,
                    is_half_answered=heard is _Heard.FINE_ONCE,
                )
                self._put(changed.alarm, heard)
                await self._wait_answer()
                alarm = self._store.alarm(alarm_id)
                if alarm is None or alarm.state is not State.CONFIRMING:
                    return
                if self._heard is not _Heard.NOTHING and again < AGAIN:
                    again += 1
            ends = alarm_id in self._unsure
            await apply(
                alarm_id, Trigger.MEANT_FINE if ends else Trigger.SILENCE, "nobody answered"
            )
        finally:
            self._announcer.voice_as_before()

    def _put(self, alarm: Alarm, heard: _Heard) -> None:
        match heard:
            case _Heard.NOTHING:
                self._announcer.ask(alarm)
            case _Heard.UNCLEAR:
                self._announcer.ask_again()
            case _Heard.FINE_ONCE:
                self._announcer.ask_once_more(by_name=alarm.source != VOICE)

    def answered(self) -> None:
        """The elder said how it is, so nobody waits any longer."""
        self._answered.set()

    def unclear(self) -> None:
        """Ask again: the answer was a bare no."""
        self._heard = _Heard.UNCLEAR
        self._answered.set()

    def said_once(self) -> None:
        """Ask once more: somebody said to be fine."""
        self._heard = _Heard.FINE_ONCE
        self._answered.set()

    async def _wait_answer(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answered.wait()
        except TimeoutError:
            return


def _asks(alarm: Alarm) -> int:
    return VOICE_ASKS if alarm.source == VOICE else ASKS
