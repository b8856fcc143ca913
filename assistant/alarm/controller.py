"""The controller of every open alarm: what its state asks for, whoever changed it.

The state machine decides (`alarms`), the book keeps (`store`), a call-out calls (`callout`); here
is what follows: who is called, who is asked, when it goes out again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from assistant.alarm.announcer import Announcer
from assistant.alarm.callout import CallOut, CallOutParts
from assistant.alarm.confirmation import Confirmations
from assistant.alarm.followup import FollowUp
from assistant.alarm.pending_question import PendingQuestion
from assistant.alarm.public_number import PublicNumber
from assistant.alarm.state import Alarm, State, Trigger
from assistant.alarm.store import AlarmStore
from assistant.alarm.wording import Wording
from assistant.channels import Opener
from assistant.events import AlarmAcknowledged, AlarmClosed, AlarmOpened, AlarmRaised, SignAsked
from assistant.people.contacts import People
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import Tasks

log = logging.getLogger(__name__)

MOST_MINUTES: Final = 120
LATE_SECONDS: Final = 600.0
"""How late a helper who said when they will come may be before the alarm goes out again."""
AGREED: Final = "agreed to ring "
AGAIN_SECONDS: Final = 1.0
TALK_CHECK_SECONDS: Final = 60.0


class AlarmController:
    """Carries out what each alarm's state asks for, and takes what contacts tell of one."""

    def __init__(
        self,
        bus: Bus,
        store: AlarmStore,
        people: People,
        registry: Opener,
        wording: Wording,
        announcer: Announcer,
        arrive_seconds: float,
        number: PublicNumber,
    ) -> None:
        self._bus, self._store, self._people = bus, store, people
        self._announcer, self._number = announcer, number
        self.question = PendingQuestion(announcer.questions)
        self.confirmations = Confirmations(store, announcer, self.question)
        self._tasks = Tasks("what follows in an alarm")
        self._arrive_seconds = arrive_seconds
        self._callouts: dict[str, CallOut] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._opened: set[str] = set()
        self._follow_up = FollowUp(store, people, registry, wording)
        self._parts = CallOutParts(
            bus=bus,
            store=store,
            registry=registry,
            people=people.in_order,
            last_resort=number.contact,
            message=wording.message,
            acknowledged=lambda alarm_id, c: self._let(alarm_id, Trigger.ACKNOWLEDGED, c.name),
            confirmed=lambda alarm_id, c: self._let(alarm_id, Trigger.CONFIRMED, c.name),
            answered=lambda alarm_id, c: self._let(alarm_id, Trigger.REACHED, c.name),
        )
        bus.subscribe(SignAsked, self._sign_asked)

    async def start(self) -> None:
        """Go on with every alarm that was open when the core last ended."""
        await self._store.start(self._found_open)

    def _found_open(self, alarm: Alarm) -> None:
        log.warning("an alarm of before is still open: it goes on")
        self.go_on(alarm)
        self._tasks.spawn(self._remember_number(alarm.alarm_id))

    async def stop(self) -> None:
        """End; what is open stays open and goes on at the next start."""
        for timer in self._timers.values():
            timer.cancel()
        self._announcer.signs.stop()
        await self._tasks.end()

    # --------------------------------------------------------------- what contacts tell

    async def acknowledge(self, alarm_id: str, contact_id: str) -> bool:
        """Take the alarm on for a contact outside a call (link, SMS); False if it is over."""
        contact = self._people.get(contact_id)
        changed = await self.apply(
            alarm_id, Trigger.ACKNOWLEDGED, contact.name if contact else contact_id
        )
        return changed is not None

    async def comes(self, alarm_id: str, contact_id: str, minutes: int) -> bool:
        """Note when whoever took the alarm on will be there; False if it was not them."""
        contact, alarm = self._people.get(contact_id), self._store.alarm(alarm_id)
        if contact is None or alarm is None or alarm.acknowledged_by != contact.name:
            return False
        minutes = min(max(minutes, 1), MOST_MINUTES)
        seconds = max(self._arrive_seconds, minutes * 60 + LATE_SECONDS)
        why = f"in {minutes} minutes"
        if not await self._store.apply(
            alarm_id, Trigger.COMES, contact.name, why, seconds, minutes * 60
        ):
            return False
        self._set_timer(alarm_id, seconds)
        self._announcer.comes(contact.name, minutes)
        if alarm := self._store.alarm(alarm_id):
            self._tasks.spawn(self._follow_up.tell_coming(alarm))
        return True

    async def declines(self, alarm_id: str, contact_id: str) -> bool:
        """Note that a contact cannot come; False if that is known already, or it is over.

        Others are called in their place; if they had taken the alarm on, it goes out again.
        """
        contact, alarm = self._people.get(contact_id), self._store.alarm(alarm_id)
        if contact is None or alarm is None or not alarm.state.is_open:
            return False
        if contact.name in alarm.cannot_come(time.time()):
            return False
        if alarm.acknowledged_by == contact.name:
            self._announcer.gives_up(alarm_id, contact.name)
        if await self.apply(alarm_id, Trigger.DECLINED, contact.name) is None:
            return False
        if callout := self._callouts.get(alarm_id):
            self._tasks.spawn(callout.pass_over(contact))
        self._announcer.declined(alarm_id)
        return True

    async def close(self, alarm_id: str, who: str) -> bool:
        """Close the alarm on the word of a human; False if it is closed already."""
        return await self.apply(alarm_id, Trigger.CONFIRMED, who) is not None

    def _let(self, alarm_id: str, trigger: Trigger, who: str) -> None:
        if trigger is Trigger.ACKNOWLEDGED and (callout := self._callouts.get(alarm_id)):
            callout.stop()
        self._tasks.spawn(self.apply(alarm_id, trigger, who))

    # ------------------------------------------------------------------- what follows

    async def apply(self, alarm_id: str, trigger: Trigger, who: str) -> Alarm | None:
        """Let something happen to an alarm; gives the alarm after it, None if it meant nothing."""
        before = self._store.alarm(alarm_id)
        changed = await self._store.apply(alarm_id, trigger, who)
        if changed is None or before is None:
            return None
        if changed.alarm.state is not before.state:
            self.go_on(changed.alarm, who)
        return changed.alarm

    def go_on(self, alarm: Alarm, who: str = "") -> None:
        """Do what the state asks for; the same again does nothing twice."""
        if alarm.state.is_open and alarm.alarm_id not in self._opened:
            self._opened.add(alarm.alarm_id)
            self._bus.publish(AlarmOpened(alarm.alarm_id))
        match alarm.state:
            case State.SUSPECTED | State.CONFIRMING:
                self._stop_calling(alarm.alarm_id)  # it was raised on words that were taken back
                self._tasks.spawn(self.confirmations.ask(alarm.alarm_id, self.apply))
            case State.RAISED | State.DELIVERED:
                self._call_out(alarm)
            case State.ACKNOWLEDGED:
                self._stop_calling(alarm.alarm_id)
                self._escalate_later(alarm)
                self._bus.publish(AlarmAcknowledged(alarm.alarm_id, alarm.acknowledged_by))
                self._tasks.spawn(self._follow_up.tell_details(alarm))
                if alarm.expected_at is not None:  # said before the core was started anew
                    self._tasks.spawn(self._follow_up.tell_coming(alarm))
            case State.CLOSED | State.CANCELLED:
                self._number.end(alarm.alarm_id)
                if not self._store.open_alarms():
                    self.question.close()
                self._opened.discard(alarm.alarm_id)
                self._stop_calling(alarm.alarm_id)
                self._bus.publish(AlarmClosed(alarm.alarm_id, alarm.state.value, who))
                self._tasks.spawn(self._follow_up.tell_over(alarm, who))

    def _call_out(self, alarm: Alarm) -> None:
        self._cancel_timer(alarm.alarm_id)
        running = self._callouts.get(alarm.alarm_id)
        if running is not None and not running.is_stopped:
            return
        callout = self._callouts[alarm.alarm_id] = CallOut(alarm.alarm_id, self._parts)
        source = alarm.source
        self._bus.publish(
            AlarmRaised(
                alarm.alarm_id,
                alarm.reason,
                source.origin,
                alarm.place,
                alarm.opened_at,
                source.device,
            )
        )
        self.ask_signs(alarm)
        self._tasks.spawn(_keep_calling(callout))

    def _stop_calling(self, alarm_id: str) -> None:
        self._cancel_timer(alarm_id)
        if callout := self._callouts.get(alarm_id):
            callout.stop()

    # ------------------------------------------------------------------ nobody came

    def _escalate_later(self, alarm: Alarm) -> None:
        """Raise the alarm again later, by the loop's clock.

        The written time counts only across a restart, and within reason.
        """
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
        self._announcer.nobody_came(alarm_id)
        self._tasks.spawn(self.apply(alarm_id, Trigger.NOBODY_CAME, "timer"))

    # ------------------------------------------------------- beside the calls: number, signs

    async def ring_number(self, number: str) -> None:
        """Ring the number that the elder agreed to, before all others, in the newest alarm."""
        alarms = [alarm for alarm in self._store.open_alarms() if alarm.state.calls_out]
        if not alarms:
            return
        alarm_id = alarms[-1].alarm_id
        self._number.agree(alarm_id, number)
        await self._store.note(alarm_id, "elder", f"{AGREED}{number}")
        contact, callout = self._number.contact(alarm_id), self._callouts.get(alarm_id)
        if contact is not None and callout is not None:
            await callout.ring_first(contact)

    async def _remember_number(self, alarm_id: str) -> None:
        """Ring a number again that was agreed to before a restart: the try may have been cut."""
        if number := await self._store.noted(alarm_id, AGREED):
            self._number.agree(alarm_id, number)

    def ask_signs(self, alarm: Alarm) -> None:
        """Ask for the signs of a stroke, if one is feared."""
        if alarm.reason == "stroke" and alarm.state.calls_out:
            self._announcer.signs.begin(alarm.alarm_id)

    def _sign_asked(self, asked: SignAsked) -> None:
        why = f"{asked.sign}: {'counts as a sign' if asked.counts else 'asked'}"
        self._tasks.spawn(self._store.note(asked.alarm_id, "elder", why))


async def _keep_calling(callout: CallOut) -> None:
    """Run a call-out again if it fails: no fault of a program ends it."""
    while not callout.is_stopped:
        try:
            await callout.run()
        except Exception:
            log.exception("a call-out failed; it begins again")
            await asyncio.sleep(AGAIN_SECONDS)
