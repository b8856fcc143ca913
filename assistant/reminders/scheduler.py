"""The scheduler of reminders: takes time on, asks the elder, tells the family, never forgets.

Every step is written before it is acted on.  An announcement that may not have been heard is made
again; a dose that was counted is not counted again.  Time comes from a `Clock` that tests drive:
`step` does all that is to be done now and says when it wants to be called again.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from dataclasses import dataclass
from typing import Final

from assistant.events import (
    DoseTaken,
    ProfileChanged,
    ReminderDue,
    ReminderMissed,
    Said,
    SetVoice,
    StockLow,
    Urgency,
)
from assistant.home.clock import LOOK_SECONDS
from assistant.home.home import Home
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.step_loop import StepLoop
from assistant.language import Habits
from assistant.reminders import counting, journal, tables, transactions
from assistant.reminders.codec import from_json, to_json
from assistant.reminders.model import Item
from assistant.reminders.outbox import FamilyOutbox
from assistant.reminders.planning import Calendar, replan
from assistant.reminders.wording import Wording
from assistant.services.errors import InvalidRefused
from assistant.services.reminder import State
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)

HABITS_FIELD: Final = "habits"
"""The field of the profile with the elder's own times: `{"supper": "18:30"}`."""
OPEN_SECONDS: Final = 60.0
"""How long an announcement waits for an answer."""
AWAY_SECONDS: Final = 3600.0
"""How long after its end something that is found missed was missed because the power was off."""
_URGENT_STEP: Final = 2
_PLANNED_BY: Final = "reminders_planned_by"
"""The zone and habits by which the rows ahead were planned, in the home's state."""


@dataclass(slots=True)
class _Question:
    """The announcement that waits for an answer."""

    asked: OpenQuestion
    ids: tuple[str, ...]
    asked_at: float
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a question: its `Ending`, that it was heard, or that it did not sound."""

    ids: tuple[str, ...]
    answer: str


class ReminderScheduler:
    """Announces, counts and settles all reminders of one home."""

    def __init__(self, home: Home) -> None:
        self.bus, self.database = bus, database = home.bus, home.database
        self.clock, self.presence = home.clock, home.presence
        self.calendar = Calendar(home.zone, Habits())
        self.wording = Wording(home.zone, lambda: home.memory.lang)
        self.elder_name = home.settings.elder_name
        self.outbox = FamilyOutbox(bus, database, self.clock)
        """Give it a family with `outbox.family`; without one nobody is told, and it is kept."""
        self._memory, self._speech = home.memory, home.speech
        self._profile, self._home = KeyedValues.profile(database), KeyedValues.home(database)
        self._question: _Question | None = None
        self.last_asked: tuple[str, ...] = ()
        """The occurrences of the latest announcement: what "I took it" is about."""
        self._outcomes: deque[_Outcome] = deque()
        self._is_recovered = self._knows_habits = False
        self._loop = StepLoop("reminders", self.step, self.clock, LOOK_SECONDS, looks_often=True)
        bus.subscribe(Said, self._said)
        bus.subscribe(ProfileChanged, self._profile_changed)

    async def start(self) -> None:
        """Go on with what was open, from now on by itself."""
        self._loop.start()
        self.outbox.start()

    async def stop(self) -> None:
        """Stop; everything goes on at the next start."""
        await self._loop.stop()
        await self.outbox.stop()

    def wake(self) -> None:
        """Look at once: something changed."""
        self._loop.wake()

    async def step(self) -> float | None:
        """Do what is to be done now; returns when the next is, in Unix time, None for never.

        Raises:
            StoreError: nothing was done; call again.
        """
        if not self._knows_habits:
            await self._learn_habits()
        now = self.clock.now()
        if not self._is_recovered:
            await self.database.write(lambda c: transactions.recover(c, now))
            self._is_recovered = True
        self._forget_stale_question(now)
        await self._forget_settled_question()
        while self._outcomes:
            try:
                await self._settle(self._outcomes[0])
            except StoreError:
                raise
            except Exception:  # what cannot be answered must not hold up all reminders
                log.exception("an answer could not be taken to its end")
            self._outcomes.popleft()
        missed: list[Item] = []
        while True:
            situation = self.presence.situation(is_asking=self._question is not None)
            progress = await self.database.write(
                lambda c, s=situation: transactions.tick(c, self.calendar, now, s)  # type: ignore[misc]
            )
            if progress.announced:
                self._announce(progress.announced, now)
            missed += progress.missed
            if progress.is_done:
                break
        self._tell_missed(missed, now)
        self.outbox.wake()
        return progress.next_at

    # ----------------------------------------------------------------------- the elder

    def _announce(self, items: list[Item], now: float) -> None:
        step = max(item.occurrence.step for item in items)
        is_urgent = step >= _URGENT_STEP
        ids = tuple(item.occurrence.occurrence_id for item in items)
        self.last_asked = ids
        for item in items:
            self.bus.publish(
                ReminderDue(
                    item.occurrence.occurrence_id,
                    item.reminder.reminder_id,
                    item.reminder.title,
                    item.occurrence.due_at,
                    item.occurrence.step,
                    is_urgent,
                )
            )
        if is_urgent:
            self.bus.publish(SetVoice(1.0, self._memory.rate_words_per_minute))
        question = Question(
            Rank.REMINDER,
            self.wording.announcement(items, step, now),
            OPEN_SECONDS,
            urgency=Urgency.REMINDER,
        )
        asked = self._speech.questions.ask(question, lambda ending, _: self._close(ending))
        if asked is not None:
            self._question = _Question(asked, ids, now, is_urgent)
        else:  # something more urgent is asked since it was looked
            self._speak_as_before(is_urgent=is_urgent)
            self._outcomes.append(_Outcome(ids, "unsounded"))
            self.wake()

    def _said(self, said: Said) -> None:
        question = self._question
        if question is None or said.say_id != question.asked.question.question_id:
            return
        if said.error and not said.completed:
            question.asked.close()
            self._close("unsounded")
        elif said.completed:
            self._outcomes.append(_Outcome(question.ids, "heard"))
            self.wake()

    def _close(self, answer: str) -> None:
        question, self._question = self._question, None
        if question is None:
            return
        self._speak_as_before(is_urgent=question.is_urgent)
        self._outcomes.append(_Outcome(question.ids, answer))
        self.wake()

    def _speak_as_before(self, *, is_urgent: bool) -> None:
        if is_urgent:
            voice = SetVoice(self._memory.volume, self._memory.rate_words_per_minute)
            self.bus.publish(voice)

    def _forget_stale_question(self, now: float) -> None:
        """Close a question whose end was never told: it must not keep the others waiting."""
        question = self._question
        if question is not None and not 0 <= now - question.asked_at < OPEN_SECONDS + 120:
            question.asked.close()
            self._close(Ending.SILENCE)

    async def _forget_settled_question(self) -> None:
        """Close a question that was answered in other words: a yes after it is about another."""
        question = self._question
        if question is None or any(
            item.occurrence.state is State.ANNOUNCED for item in await self._items(question.ids)
        ):
            return
        if self._question is question:
            question.asked.close()
            self._close(Ending.SILENCE)

    async def _settle(self, outcome: _Outcome) -> None:
        now = self.clock.now()
        match outcome.answer:
            case "yes":
                await self.count_taken(outcome.ids)
                self.say(self.wording.noted(await self._items(outcome.ids)))
            case "no":
                await self.database.write(lambda c: transactions.mark_told(c, outcome.ids))
                open_items = [
                    item
                    for item in await self._items(outcome.ids)
                    if item.occurrence.state is State.ANNOUNCED
                ]
                if open_items:
                    self.say(self.wording.not_yet(open_items))
            case "unsounded":
                await self.database.write(
                    lambda c: transactions.mark_unsounded(c, outcome.ids, now)
                )
            case _:
                await self.database.write(lambda c: transactions.mark_told(c, outcome.ids))

    async def count_taken(self, ids: tuple[str, ...]) -> list[counting.Taken]:
        """Count doses and tell it; those that were counted before are left out."""
        now = self.clock.now()
        taken = await self.database.write(lambda c: journal.take(c, ids, self.calendar, now))
        self.tell_taken(taken)
        return taken

    def tell_taken(self, taken: list[counting.Taken]) -> None:
        """Publish what was counted, and which medicine runs out."""
        for dose in taken:
            occurrence, reminder = dose.item.occurrence, dose.item.reminder
            amount = reminder.amount
            self.bus.publish(
                DoseTaken(
                    occurrence.occurrence_id,
                    reminder.reminder_id,
                    reminder.title,
                    occurrence.due_at if reminder.schedule is not None else None,
                    occurrence.settled_at or occurrence.due_at,
                    str(amount.amount) if amount else "",
                    amount.unit.value if amount else "",
                )
            )
            stock = dose.stock
            if stock is not None and stock.is_to_warn and stock.days is not None:
                left = StockLow(stock.medicine, str(stock.amount), stock.unit.value, stock.days)
                self.bus.publish(left)
                self.say(self.wording.stock_low(stock.medicine, stock.days))

    def say(self, text: str) -> None:
        """Say something that may be missed; nothing if there is no text."""
        if text:
            self._speech.say(text)

    async def _items(self, ids: tuple[str, ...]) -> list[Item]:
        found = await self.database.read(lambda c: [tables.get(c, each) for each in ids])
        return [item for item in found if item is not None]

    # ---------------------------------------------------------------------- the family

    def _tell_missed(self, items: list[Item], now: float) -> None:
        for item in items:
            self.bus.publish(
                ReminderMissed(
                    item.occurrence.occurrence_id,
                    item.reminder.reminder_id,
                    item.reminder.title,
                    item.occurrence.due_at,
                    item.occurrence.state is State.UNKNOWN,
                )
            )
        away = [item for item in items if now - item.occurrence.until_at > AWAY_SECONDS]
        if away:
            self.say(self.wording.missed_while_away(len(away)))

    # ---------------------------------------------------------------------- the habits

    @property
    def lang(self) -> str:
        """The language of the home."""
        return self._memory.lang

    async def know_habits(self) -> Habits:
        """The elder's own times as they are now; raises StoreError."""
        if not self._knows_habits:
            await self._learn_habits()
        return self.calendar.habits

    def _profile_changed(self, changed: ProfileChanged) -> None:
        if changed.field == HABITS_FIELD:
            self._knows_habits = False
            self.wake()

    async def _learn_habits(self) -> None:
        """Read the elder's own times; move what is planned if they or the time zone changed."""
        value = await self._profile.get(HABITS_FIELD)
        habits = Habits()
        try:
            habits = from_json(value or {}, Habits, HABITS_FIELD)
        except InvalidRefused as error:
            log.error("the elder's habits cannot be used, the usual ones are: %s", error)
        self.calendar = Calendar(self.calendar.zone, habits)
        self.presence.habits = habits
        planned_by = [str(self.calendar.zone), to_json(habits)]
        if await self._home.get(_PLANNED_BY) != planned_by:
            await self.database.write(self._move_all)
            await self._home.set(_PLANNED_BY, planned_by)
        self._knows_habits = True

    def _move_all(self, connection: sqlite3.Connection) -> None:
        for reminder in tables.active_reminders(connection):
            replan(connection, reminder, self.calendar, self.clock.now())
