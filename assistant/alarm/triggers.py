"""What raises an alarm: a cry, a button, a sensor, words in doubt.

What is said while one is open is for `answers`; what follows from an alarm is its course
(`controller`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from assistant.alarm.announcer import Announcer
from assistant.alarm.answers import Answers
from assistant.alarm.controller import AlarmController
from assistant.alarm.public_number import PublicNumber
from assistant.alarm.source import VOICE, Source
from assistant.alarm.state import State, Trigger
from assistant.alarm.store import AlarmStore
from assistant.events import CryForHelpHeard, DangerSensed, HelpPressed, Origin
from assistant.home.reaction import Reaction, reacting
from assistant.home.spoken import Spoken
from assistant.people.contacts import People
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import Tasks
from assistant.safety import Cry, Judgement, reason_of


class Rehearsal(Protocol):
    """A drill, as alarms know it: `drill.Drill`."""

    @property
    def awaits_cry(self) -> bool:
        """Whether even what may be a cry is the one that was asked for."""

    def takes(self, cry: CryForHelpHeard) -> bool:
        """Whether this cry is the drill's, and calls nobody."""

    def answer(self) -> str | None:
        """Answer the cry that it took; what is said, None: it took none."""


class AlarmTriggers:
    """Everything that raises an alarm in this home, and what is said while one is open."""

    def __init__(
        self,
        bus: Bus,
        store: AlarmStore,
        people: People,
        announcer: Announcer,
        number: PublicNumber,
        controller: AlarmController,
        drill: Rehearsal | None = None,
        is_talking: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_talking`: the elder speaks with somebody in a call of their own."""
        self._store, self._people, self._announcer = store, people, announcer
        self._number, self.controller = number, controller
        self.answers = Answers(store, people, announcer, controller)
        self._drill, self._is_talking = drill, is_talking
        self._tasks = Tasks("a step of an alarm")
        self._watching = Tasks("the watch over the contacts")
        bus.subscribe(CryForHelpHeard, self._cried)
        bus.subscribe(HelpPressed, self._pressed)
        bus.subscribe(DangerSensed, self._sensed)

    async def start(self) -> None:
        """Go on with every alarm that was open when the core last ended."""
        self._people.read()
        await self.controller.start()
        self._watching.spawn(self._people.watch())

    async def stop(self) -> None:
        """End; what is open stays open and goes on at the next start."""
        await self._watching.end()
        await self._tasks.end()
        await self.answers.stop()
        await self.controller.stop()
        await self._store.stop()

    async def end_all(self, who: str) -> None:
        """End every alarm, also one that is just being raised, on the word of a human."""
        await self._tasks.finish()
        for alarm in self._store.open_alarms():
            await self.controller.close(alarm.alarm_id, who)
        self.controller.question.close()
        self.controller.confirmations.answered()

    # ---------------------------------------------------------------- what the elder says

    @property
    def is_open(self) -> bool:
        """Whether somebody may need help: an alarm is open, or asked about."""
        return bool(self._store.open_alarms())

    @property
    def is_line_open(self) -> bool:
        """Whether the elder speaks with somebody on the telephone: both are heard in the room."""
        return self._announcer.is_line_open or self._is_talking()

    @property
    def awaits_cry(self) -> bool:
        """Whether a drill asked for a cry: a doubt is one then, and calls nobody."""
        return self._drill is not None and self._drill.awaits_cry

    def answer_cry(self, cry: Cry) -> str:
        """Say the truth about who is being called now; nothing if it is asked about first."""
        if self._is_asked_first(cry):
            return ""
        rehearsed = self._drill.answer() if self._drill is not None else None
        if rehearsed is not None:
            return rehearsed
        number = self._number.wanted(cry)
        reply = self._announcer.answer_cry(number)
        if number and reply and self._must_ask(number):
            self.controller.question.put_number(number)
        return reply

    def _must_ask(self, number: str) -> bool:
        return not self._number.is_agreed_in_advance and self._number.can_ring(number)

    def doubt(self, text: str, *, is_sure: bool = True, lang: str = "") -> Reaction:
        """Ask whether help is needed.

        It was understood as a cry, but is in no list; said twice it is one.

        Where it is not sure, as with what was merely heard in the room, silence ends it.
        """
        if any(alarm.state.is_asked for alarm in self._store.open_alarms()):
            return reacting(self.answers.needs_help)
        reason, why = reason_of(text, lang), "understood as a cry"
        return reacting(
            lambda: self._tasks.spawn(self._suspect(reason, VOICE, "", why, is_sure=is_sure))
        )

    def take_back(self, since: float) -> None:
        """Ask about cries since then (Unix time) instead of calling: the sentence holds none.

        Silence calls again.  An alarm that was open before, or that reached somebody, goes on.
        """
        self._tasks.spawn(self._take_back(since))

    def is_answered_by(self, spoken: Spoken) -> bool:
        """Whether such words are about an open alarm, and nothing else shall take them."""
        return self.answers.is_about(spoken)

    def take_answer(self, spoken: Spoken) -> Reaction:
        """Act on words for which `is_answered_by` was true."""
        is_status = self.answers.asks_how_it_stands(spoken)
        return reacting(lambda: self.answers.take(spoken), is_status=is_status)

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether this answered a question about signs, which takes whatever is said."""
        return self._announcer.signs.hear(text, judgement)

    # -------------------------------------------------------------------- what raises one

    def _cried(self, cry: CryForHelpHeard) -> None:
        if self._drill is not None and self._drill.takes(cry):
            return
        taken = [a for a in self._store.open_alarms() if a.state is State.ACKNOWLEDGED]
        if taken and self._announcer.is_line_open:
            # "Did you fall?", asks the contact; and what the elder answers, the contact hears.
            why = f"{cry.phrase}: said in the call"
            self._tasks.spawn(self._store.note(taken[0].alarm_id, VOICE.text, why))
            return
        self._announcer.signs.hear("", Judgement(reflex="affirm"))  # "I can't lift my arm"
        if self._is_asked_first(cry):
            self._tasks.spawn(self._suspect(cry.reason, VOICE, "", f"{cry.phrase}: said in a call"))
        else:
            number = self._number.wanted(cry)
            self._tasks.spawn(self._raise(cry.reason, VOICE, "", cry.phrase, number))

    def _is_asked_first(self, cry: Cry | CryForHelpHeard) -> bool:
        """Whether a cry is asked about: in a call people speak of falls, and somebody listens."""
        return self._is_talking() and not cry.is_at_once

    def _pressed(self, pressed: HelpPressed) -> None:
        self._tasks.spawn(self._raise_pressed(pressed))

    def _sensed(self, sensed: DangerSensed) -> None:
        source = Source(Origin.SENSOR, sensed.source)
        if sensed.is_sure:
            self._tasks.spawn(self._raise_sensed(sensed.reason, source, sensed.place))
        else:
            self._tasks.spawn(self._suspect(sensed.reason, source, sensed.place, "sensed"))

    async def _raise_sensed(self, reason: str, source: Source, place: str) -> None:
        """Call out for what is surely an emergency; while that goes on already, only note it."""
        same = self._store.same(reason, source)
        if same is None or same.state.is_asked:
            await self._raise(reason, source, place, "sensed")
        else:
            await self._store.note(same.alarm_id, source.text, f"{reason} sensed again")

    async def _raise_pressed(self, pressed: HelpPressed) -> None:
        source = Source(Origin.BUTTON, pressed.device)
        await self._raise("other", source, pressed.place, "pressed")
        self._announcer.noticed()

    async def _take_back(self, since: float) -> None:
        for alarm in self._store.open_alarms():
            if alarm.source == VOICE and alarm.opened_at >= since:
                await self.controller.apply(alarm.alarm_id, Trigger.TAKEN_BACK, "elder")

    async def _raise(
        self, reason: str, source: Source, place: str, why: str, number: str = ""
    ) -> None:
        alarm = await self._store.raise_alarm(reason, source, place, why)
        if number:
            self._number.ask(alarm.alarm_id, number)
        now = self._store.alarm(alarm.alarm_id)
        if now is not None and now.state.is_asked:
            return  # it was taken back while it was being written, and is asked about already
        self.controller.go_on(alarm)
        if number and self._number.is_agreed_in_advance and self._number.can_ring(number):
            await self.controller.ring_number(number)
        self.controller.ask_signs(alarm)  # it may have been an alarm of no known reason before

    async def _suspect(
        self, reason: str, source: Source, place: str, why: str, *, is_sure: bool = True
    ) -> None:
        alarm = await self.controller.confirmations.open(
            reason, source, place, why, is_sure=is_sure
        )
        if alarm is not None:
            self.controller.go_on(alarm)
        elif source == VOICE and is_sure:  # said again while it calls out: nobody is left guessing
            self._announcer.noticed()
