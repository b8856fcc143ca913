"""From a cry or a sensed danger to the human who closes it: every open alarm of the home.

The state machine decides (`alarms`), the book keeps (`book`), a call-out calls (`callout`); here
is what happens next: who is asked, what rings, when it goes out again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from assistant.bus import Bus
from assistant.care.afterwards import Afterwards
from assistant.care.alarms import VOICE, Alarm, State, Trigger
from assistant.care.book import AlarmBook
from assistant.care.callout import CallOut, CallOutParts, Opener
from assistant.care.companion import Companion
from assistant.care.contacts import People
from assistant.care.number import EmergencyNumber
from assistant.care.open_question import QUESTION_SECONDS, OpenQuestion
from assistant.care.wording import Wording
from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CryForHelpHeard,
    DangerSensed,
    HelpPressed,
    SignAsked,
)
from assistant.safety import Cry, Judgement, reason_of

log = logging.getLogger(__name__)

ASKS: Final = 2
VOICE_ASKS: Final = 1
"""Of words that were no certain cry: who said them is awake, and was heard."""
ANSWER_SECONDS: Final = 35.0
"""For one question, its own 6 s included: two of them leave the call well under 90 s."""
MOST_MINUTES: Final = 120
LATE_SECONDS: Final = 600.0
"""Who said when they will come may be so late before the alarm goes out again."""
AGREED: Final = "agreed to ring "
AGAIN_SECONDS: Final = 1.0
TALK_CHECK_SECONDS: Final = 60.0
PEOPLE_SECONDS: Final = 30.0
"""How often the list of people is looked at for changes."""
_ASKED: Final = frozenset({State.SUSPECTED, State.CONFIRMING})
BESIDE: Final = "somebody beside the elder"


class Rehearsal(Protocol):
    """A drill: `selftest.Drill`."""

    def takes(self, cry: CryForHelpHeard) -> bool:
        """Whether this cry is the drill's, and calls nobody."""

    def reply(self) -> str | None:
        """What is said to the cry that it took; None: it took none."""


class Emergency:
    """All alarms of the home."""

    def __init__(
        self,
        bus: Bus,
        book: AlarmBook,
        people: People,
        registry: Opener,
        wording: Wording,
        companion: Companion,
        arrive_seconds: float,
        number: EmergencyNumber,
        drill: Rehearsal | None = None,
        is_talking: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_talking`: the elder speaks with somebody in a call of their own."""
        self._is_talking, self._number = is_talking, number
        self._bus, self._book, self._people = bus, book, people
        self._drill = drill
        self._companion = companion
        self._arrive_seconds = arrive_seconds
        self._callouts: dict[str, CallOut] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._answered = asyncio.Event()
        self._question = OpenQuestion()
        self._unsure: set[str] = set()
        """Alarms that end by silence; after a restart they do not."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._afterwards = Afterwards(book, people, registry, wording)
        self._parts = CallOutParts(
            bus=bus,
            book=book,
            registry=registry,
            people=people.in_order,
            last_resort=number.contact,
            message=wording.message,
            acknowledged=lambda alarm_id, c: self._let(alarm_id, Trigger.ACKNOWLEDGED, c.name),
            confirmed=lambda alarm_id, c: self._let(alarm_id, Trigger.CONFIRMED, c.name),
            answered=lambda alarm_id, c: self._let(alarm_id, Trigger.REACHED, c.name),
        )
        bus.subscribe(CryForHelpHeard, self._cried)
        bus.subscribe(HelpPressed, self._pressed)
        bus.subscribe(DangerSensed, self._sensed)
        bus.subscribe(SignAsked, self._sign_asked)

    async def start(self) -> None:
        """Go on with every alarm that was open when the core last ended."""
        self._people.read()
        await self._book.start(self._found_open)
        self._spawn(self._watch_people())

    def _found_open(self, alarm: Alarm) -> None:
        log.warning("an alarm of before is still open: it goes on")
        self._go_on(alarm)
        self._spawn(self._remember_number(alarm.alarm_id))

    async def _remember_number(self, alarm_id: str) -> None:
        """Agreed to before the core ended: the try may have been cut off, and is made again."""
        if number := await self._book.noted(alarm_id, AGREED):
            self._number.agree(alarm_id, number)

    async def stop(self) -> None:
        """End; what is open stays open and goes on at the next start."""
        for timer in self._timers.values():
            timer.cancel()
        self._companion.signs.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._book.stop()

    # ---------------------------------------------------------------- what the elder says

    @property
    def is_line_open(self) -> bool:
        """Whether the elder speaks with somebody on the telephone: both are heard in the room."""
        return self._companion.is_line_open or self._is_talking()

    def reply_to_cry(self, cry: Cry) -> str:
        """The truth about who is being called now; empty where it is asked about first."""
        if self._is_asked_first(cry):
            return ""
        rehearsed = self._drill.reply() if self._drill is not None else None
        if rehearsed is not None:
            return rehearsed
        number = self._number.wanted(cry)
        reply = self._companion.reply_to_cry(number)
        if number and reply and self._must_ask(number):
            self._question.put_number(number)
        return reply

    def _must_ask(self, number: str) -> bool:
        return not self._number.is_agreed_in_advance and self._number.can_ring(number)

    def doubt(self, text: str, *, is_sure: bool = True) -> None:
        """Ask whether help is needed: understood as a cry, but in no list; said twice it is one.

        Where it is not sure, as with what was merely heard in the room, silence ends it.
        """
        if any(alarm.state in _ASKED for alarm in self._book.open_alarms()):
            self._spawn(self._elder_needs_help())
        else:
            reason, why = reason_of(text), "understood as a cry"
            self._spawn(self._suspect(reason, VOICE, "", why, is_sure=is_sure))

    def is_answered_by(self, judgement: Judgement) -> bool:
        """Whether such words are about an open alarm, and nothing else shall take them.

        Not while a contact is on the line: what comes out of the speaker is nobody in the room.
        """
        if not self._book.open_alarms() or self._companion.is_line_open:
            return False
        return (
            judgement.fine
            or judgement.arrived
            or (self._question.is_open and judgement.reflex in {"affirm", "deny"})
        )

    def take_answer(self, judgement: Judgement) -> None:
        """Act on words for which `is_answered_by` was true."""
        number = self._question.take()
        if number and judgement.reflex is not None and not judgement.fine:
            is_agreed = judgement.reflex == "affirm"
            self._companion.number_is_agreed(number, is_agreed=is_agreed)
            if is_agreed:
                self._spawn(self._ring_number(number))
        elif judgement.arrived:
            self._spawn(self._helper_is_here())
        elif judgement.fine or judgement.reflex == "deny":
            self._spawn(self._elder_is_fine())
        else:
            self._spawn(self._elder_needs_help())

    async def acknowledge(self, alarm_id: str, contact_id: str) -> bool:
        """A contact took the alarm on outside a call (link, SMS); False where it is over."""
        contact = self._people.get(contact_id)
        changed = await self._apply(
            alarm_id, Trigger.ACKNOWLEDGED, contact.name if contact else contact_id
        )
        return changed is not None

    async def comes(self, alarm_id: str, contact_id: str, minutes: int) -> bool:
        """Whoever took the alarm on says when they will be there; False where it was not them."""
        contact, alarm = self._people.get(contact_id), self._book.alarm(alarm_id)
        if contact is None or alarm is None or alarm.acknowledged_by != contact.name:
            return False
        minutes = min(max(minutes, 1), MOST_MINUTES)
        seconds = max(self._arrive_seconds, minutes * 60 + LATE_SECONDS)
        why = f"in {minutes} minutes"
        if not await self._book.apply(alarm_id, Trigger.COMES, contact.name, why, seconds):
            return False
        self._set_timer(alarm_id, seconds)
        self._companion.comes(contact.name, minutes)
        return True

    async def close(self, alarm_id: str, who: str) -> bool:
        """A human says that it is over; False where it is already."""
        return await self._apply(alarm_id, Trigger.CONFIRMED, who) is not None

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether this answered a question about signs, which takes whatever is said."""
        return self._companion.signs.hear(text, judgement)

    async def _elder_is_fine(self) -> None:
        self._companion.signs.stop()
        for alarm in self._book.open_alarms():
            changed = await self._apply(alarm.alarm_id, Trigger.SAID_FINE, "elder")
            if changed is None:
                self._companion.only_a_human_closes(alarm)
            elif changed.state.calls_out:
                self._question.put()
                self._companion.ask_back()
        self._answered.set()

    async def _elder_needs_help(self) -> None:
        alarms = self._book.open_alarms()
        for alarm in alarms:
            await self._apply(alarm.alarm_id, Trigger.CRIED, "elder")
        if not any(alarm.state in _ASKED for alarm in alarms):  # else it began to call just now
            self._companion.goes_on()
        self._answered.set()

    async def _helper_is_here(self) -> None:
        """Said once it stops the calls; said again, when the helper has looked, it closes."""
        for alarm in self._book.open_alarms():
            acknowledged = alarm.state is State.ACKNOWLEDGED
            trigger = Trigger.CONFIRMED if acknowledged else Trigger.ACKNOWLEDGED
            await self._apply(alarm.alarm_id, trigger, BESIDE)

    # -------------------------------------------------------------------- what raises one

    def _cried(self, cry: CryForHelpHeard) -> None:
        if self._drill is not None and self._drill.takes(cry):
            return
        taken = [a for a in self._book.open_alarms() if a.state is State.ACKNOWLEDGED]
        if taken and self._companion.is_line_open:
            # "Did you fall?", asks the contact; and what the elder answers, the contact hears.
            why = f"{cry.phrase}: said in the call"
            self._spawn(self._book.note(taken[0].alarm_id, VOICE, why))
            return
        self._companion.signs.hear("", Judgement(reflex="affirm"))  # "I can't lift my arm"
        if self._is_asked_first(cry):
            self._spawn(self._suspect(cry.reason, VOICE, "", f"{cry.phrase}: said in a call"))
        else:
            number = self._number.wanted(cry)
            self._spawn(self._raise(cry.reason, VOICE, "", cry.phrase, number))

    def _is_asked_first(self, cry: Cry | CryForHelpHeard) -> bool:
        """In a call people speak of falls, and somebody listens already: it is asked about."""
        return self._is_talking() and not cry.is_at_once

    def _pressed(self, pressed: HelpPressed) -> None:
        self._companion.pressed()
        source = f"pendant:{pressed.device}"
        self._spawn(self._raise("other", source, pressed.place, "pressed"))

    def _sensed(self, sensed: DangerSensed) -> None:
        self._spawn(self._suspect(sensed.reason, sensed.source, sensed.place, "sensed"))

    async def _raise(
        self, reason: str, source: str, place: str, why: str, number: str = ""
    ) -> None:
        alarm = await self._book.raise_alarm(reason, source, place, why)
        if number:
            self._number.ask(alarm.alarm_id, number)
        self._go_on(alarm)
        if number and self._number.is_agreed_in_advance and self._number.can_ring(number):
            await self._ring_number(number)
        self._ask_signs(alarm)  # it may have been an alarm of no known reason before

    async def _ring_number(self, number: str) -> None:
        """The elder asked for it and agreed: before all others, in the newest alarm."""
        alarms = [alarm for alarm in self._book.open_alarms() if alarm.state.calls_out]
        if not alarms:
            return
        alarm_id = alarms[-1].alarm_id
        self._number.agree(alarm_id, number)
        await self._book.note(alarm_id, "elder", f"{AGREED}{number}")
        contact, callout = self._number.contact(alarm_id), self._callouts.get(alarm_id)
        if contact is not None and callout is not None:
            await callout.ring_first(contact)

    def _ask_signs(self, alarm: Alarm) -> None:
        if alarm.reason == "stroke" and alarm.state.calls_out:
            self._spawn(self._begin_signs(alarm.alarm_id))

    async def _begin_signs(self, alarm_id: str) -> None:
        """One question at a time: a "no" may not be taken for the answer to another one."""
        await self._question.number_settled()
        if (alarm := self._book.alarm(alarm_id)) and alarm.state.is_open:
            self._companion.signs.begin(alarm_id)

    def _sign_asked(self, asked: SignAsked) -> None:
        why = f"{asked.sign}: {'counts as a sign' if asked.counts else 'asked'}"
        self._spawn(self._book.note(asked.alarm_id, "elder", why))

    async def _suspect(
        self, reason: str, source: str, place: str, why: str, *, is_sure: bool = True
    ) -> None:
        before = self._book.same(reason, source)
        alarm = await self._book.suspect(reason, source, place, why)
        if is_sure:  # also where it is the same alarm: what a sensor saw does not end by silence
            self._unsure.discard(alarm.alarm_id)
        elif before is None:
            self._unsure.add(alarm.alarm_id)
        if before is None:
            self._go_on(alarm)

    # --------------------------------------------------------------------- what follows

    def _let(self, alarm_id: str, trigger: Trigger, who: str) -> None:
        if trigger is Trigger.ACKNOWLEDGED and (callout := self._callouts.get(alarm_id)):
            callout.stop()
        self._spawn(self._apply(alarm_id, trigger, who))

    async def _apply(self, alarm_id: str, trigger: Trigger, who: str) -> Alarm | None:
        """The alarm after it, or None where it meant nothing."""
        before = self._book.alarm(alarm_id)
        changed = await self._book.apply(alarm_id, trigger, who)
        if changed is None or before is None:
            return None
        if changed.alarm.state is not before.state:
            self._go_on(changed.alarm, who)
        return changed.alarm

    def _go_on(self, alarm: Alarm, who: str = "") -> None:
        """Do what the state asks for; the same again does nothing twice."""
        match alarm.state:
            case State.SUSPECTED | State.CONFIRMING:
                self._spawn(self._ask_elder(alarm.alarm_id))
            case State.RAISED | State.DELIVERED:
                self._call_out(alarm)
            case State.ACKNOWLEDGED:
                self._stop_calling(alarm.alarm_id)
                self._escalate_later(alarm)
                self._bus.publish(AlarmAcknowledged(alarm.alarm_id, alarm.acknowledged_by))
                self._spawn(self._afterwards.tell_details(alarm))
            case State.CLOSED | State.CANCELLED:
                self._number.end(alarm.alarm_id)
                self._stop_calling(alarm.alarm_id)
                self._bus.publish(AlarmClosed(alarm.alarm_id, alarm.state.value, who))
                self._spawn(self._afterwards.tell_over(alarm, who))

    def _call_out(self, alarm: Alarm) -> None:
        self._cancel_timer(alarm.alarm_id)
        running = self._callouts.get(alarm.alarm_id)
        if running is not None and not running.is_stopped:
            return
        callout = CallOut(alarm.alarm_id, self._parts)
        self._callouts[alarm.alarm_id] = callout
        self._bus.publish(
            AlarmRaised(alarm.alarm_id, alarm.reason, alarm.source, alarm.place, alarm.opened_at)
        )
        self._ask_signs(alarm)
        self._spawn(self._keep_calling(callout))

    async def _keep_calling(self, callout: CallOut) -> None:
        """No fault of a program ends a call-out: it begins again."""
        while not callout.is_stopped:
            try:
                await callout.run()
            except Exception:
                log.exception("a call-out failed; it begins again")
                await asyncio.sleep(AGAIN_SECONDS)

    def _stop_calling(self, alarm_id: str) -> None:
        self._cancel_timer(alarm_id)
        if callout := self._callouts.get(alarm_id):
            callout.stop()

    def _escalate_later(self, alarm: Alarm) -> None:
        """By the loop's clock; the written time counts only across a restart, and within reason."""
        remaining = (alarm.escalate_at or 0.0) - time.time()
        self._set_timer(alarm.alarm_id, min(max(remaining, 0.0), self._arrive_seconds))

    def _set_timer(self, alarm_id: str, seconds: float) -> None:
        self._cancel_timer(alarm_id)
        loop = asyncio.get_running_loop()
        self._timers[alarm_id] = loop.call_later(seconds, self._nobody_came, alarm_id)

    def _cancel_timer(self, alarm_id: str) -> None:
        if timer := self._timers.pop(alarm_id, None):
            timer.cancel()

    def _nobody_came(self, alarm_id: str) -> None:
        callout = self._callouts.get(alarm_id)
        if callout is not None and callout.is_talking:
            self._set_timer(alarm_id, TALK_CHECK_SECONDS)
            return
        self._companion.nobody_came()
        self._spawn(self._apply(alarm_id, Trigger.NOBODY_CAME, "timer"))

    async def _ask_elder(self, alarm_id: str) -> None:
        """Twice, the second time louder; silence raises the alarm."""
        try:
            while (alarm := self._book.alarm(alarm_id)) and alarm.asked_count < _asks(alarm):
                changed = await self._book.apply(alarm_id, Trigger.ASKED)
                if changed is None:
                    return
                self._answered.clear()
                self._question.put(QUESTION_SECONDS + ANSWER_SECONDS)
                self._companion.ask(changed.alarm)
                await self._wait_answer()
                alarm = self._book.alarm(alarm_id)
                if alarm is None or alarm.state is not State.CONFIRMING:
                    return
            ends = alarm_id in self._unsure
            await self._apply(
                alarm_id, Trigger.SAID_FINE if ends else Trigger.SILENCE, "nobody answered"
            )
        finally:
            self._companion.voice_as_before()

    async def _wait_answer(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answered.wait()
        except TimeoutError:
            return

    async def _watch_people(self) -> None:
        while True:
            await asyncio.sleep(PEOPLE_SECONDS)
            await asyncio.to_thread(self._people.read)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a step of an alarm failed", exc_info=task.exception())


def _asks(alarm: Alarm) -> int:
    return VOICE_ASKS if alarm.source == VOICE else ASKS
