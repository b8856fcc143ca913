"""What Anban says to the elder while an alarm is open: the truth, plain, calm, and again.

It tells who is being called, who answered and who comes; where nothing works it says so at once,
with the number to dial.  While a contact speaks with the elder it is silent.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Final

from assistant.bus import Bus
from assistant.care.alarms import VOICE, Alarm
from assistant.care.contacts import People
from assistant.care.number import EmergencyNumber
from assistant.care.stroke import StrokeSigns
from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CallAnswered,
    CallBegan,
    NobodyReached,
    PutThroughChanged,
    SetVoice,
    Urgency,
)
from assistant.home import HomeMemory
from assistant.language import Replies
from assistant.speech import Speech

COMFORT_SECONDS: Final = 25.0
"""After so much silence in a call-out the elder is told again that it goes on."""
BAD_NEWS_SECONDS: Final = 60.0
"""That nothing works is repeated no more often than this."""
JUST_REPLIED_SECONDS: Final = 5.0
"""Who is called was told so lately that it is not told again."""


class Companion:
    """The elder's side of every open alarm."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        memory: HomeMemory,
        replies: Replies,
        people: People,
        number: EmergencyNumber,
    ) -> None:
        self._bus, self._speech, self._memory = bus, speech, memory
        self._replies, self._people, self._number = replies, people, number
        self.signs = StrokeSigns(bus, speech, replies, memory)
        self._calling: dict[str, str] = {}
        """By alarm, who is being called."""
        self._is_open_line = False
        self._comfort: asyncio.TimerHandle | None = None
        self._bad_news_at = float("-inf")
        self._replied_at = float("-inf")
        bus.subscribe(AlarmRaised, self._raised)
        bus.subscribe(CallBegan, self._call_began)
        bus.subscribe(CallAnswered, self._call_answered)
        bus.subscribe(PutThroughChanged, self._put_through)
        bus.subscribe(NobodyReached, self._nobody_reached)
        bus.subscribe(AlarmAcknowledged, self._acknowledged)
        bus.subscribe(AlarmClosed, self._closed)

    # ------------------------------------------------------------------------- on request

    def reply_to_cry(self, number: str = "") -> str:
        """The first words after a cry: whoever asks for them says them; empty in a conversation.

        `number`: of the public service that the elder asked for.
        """
        if self._is_open_line:
            return ""
        if number:
            return f"{self._who_is_called(has_number=True)} {self._about(number)}".strip()
        return self._who_is_called(has_number=False)

    def _about(self, number: str) -> str:
        """Whether the number the elder asked for is rung."""
        if not self._number.can_ring(number):
            return self._render("number_out_of_reach", number=number)
        asked = not self._number.is_agreed_in_advance
        return self._render("number_shall_i" if asked else "number_rings", number=number)

    def _who_is_called(self, *, has_number: bool) -> str:
        self._replied_at = asyncio.get_running_loop().time()
        people = self._people.in_order(datetime.now().astimezone())
        if people:
            return self._render("cry_calling", contact=people[0].name)
        if has_number:
            return ""
        self._bad_news_at = asyncio.get_running_loop().time()
        return self._render("nobody_to_call", number=self._number.usual)

    @property
    def is_line_open(self) -> bool:
        """Whether a contact and the elder speak with each other: both are heard in the room."""
        return self._is_open_line

    def pressed(self) -> None:
        """The button was noticed."""
        self._say_text(self.reply_to_cry())

    def ask(self, alarm: Alarm) -> None:
        """Ask after something was sensed, or said that may be a cry; the second time louder."""
        if alarm.asked_count > 1:
            self._bus.publish(SetVoice(1.0, self._memory.rate_words_per_minute))
        first = next(iter(self._people.in_order(datetime.now().astimezone())), None)
        if alarm.source == VOICE and first is not None:
            self._say("ask_whether_help", contact=first.name)
        else:
            self._say("ask_whether_well")

    def voice_as_before(self) -> None:
        """After the louder question."""
        self._bus.publish(SetVoice(self._memory.volume, self._memory.rate_words_per_minute))

    def ask_back(self) -> None:
        """Said to be fine once, while it calls out."""
        self._say("ask_back")

    def ask_again(self) -> None:
        """The answer was a bare no, which may mean either."""
        self._say("ask_again")

    def ask_once_more(self) -> None:
        """Said to be fine while it was only asked about."""
        self._say("ask_once_more")

    def ask_number_again(self, number: str) -> None:
        """Whether the yes was meant for the number."""
        self._say("number_really", number=number)

    def ask_who_arrived(self, contact: str) -> None:
        """Somebody said to be there; empty: this home knows nobody by name."""
        self._say("ask_who_arrived" if contact else "ask_arrived", contact=contact)

    def notes(self, alarm_id: str, lang: str) -> str:
        """What the elder asked for and answered, for whoever is told of the alarm."""
        told = (self._number.told(alarm_id, lang), self.signs.told(alarm_id, lang))
        return " ".join(filter(None, told))

    def number_is_agreed(self, number: str, *, is_agreed: bool) -> None:
        """The answer to the question whether to ring the number."""
        self._say("number_rings" if is_agreed else "number_not_rung", number=number)

    def goes_on(self) -> None:
        """Help is needed after all, or still."""
        if self._people.all:
            self._say("call_goes_on")
        else:
            self._say("nobody_to_call", number=self._number.usual)

    def only_a_human_closes(self, alarm: Alarm) -> None:
        """Said to be fine, but somebody was reached already."""
        who = alarm.acknowledged_by or self._calling.get(alarm.alarm_id, "")
        if who:
            self._say("contact_looks_in", contact=who)
        else:
            self.goes_on()

    def comes(self, contact: str, minutes: int) -> None:
        """Whoever took it on says when they will be there."""
        self._say("contact_comes_in", contact=contact, minutes=minutes)

    def nobody_came(self) -> None:
        """Acknowledged, and nobody came: it goes out again."""
        self._say("nobody_came")
        self._replied_at = asyncio.get_running_loop().time()

    # ------------------------------------------------------------------------------ facts

    def _raised(self, raised: AlarmRaised) -> None:
        if asyncio.get_running_loop().time() - self._replied_at > JUST_REPLIED_SECONDS:
            self._say_text(self.reply_to_cry())
        self._calling.setdefault(raised.alarm_id, "")
        self._comfort_later()

    def _call_began(self, began: CallBegan) -> None:
        if began.kind != "call" or began.alarm_id not in self._calling:
            return
        before = self._calling[began.alarm_id]
        self._calling[began.alarm_id] = began.contact
        if before and before != began.contact:  # the first one was told with the cry
            self._say("calling_next", contact=began.contact, before=before)

    def _call_answered(self, answered: CallAnswered) -> None:
        self._say("contact_answered", contact=answered.contact)

    def _put_through(self, changed: PutThroughChanged) -> None:
        if changed.is_open:
            self._say("put_through", contact=changed.contact)
        self._is_open_line = changed.is_open

    def _nobody_reached(self, reached: NobodyReached) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._bad_news_at < BAD_NEWS_SECONDS:
            return
        self._bad_news_at = now
        if not self._people.all:
            key = "nobody_to_call"
        else:
            key = "nobody_answered" if reached.had_way else "no_way_to_call"
        self._say(key, number=self._number.usual)

    def _acknowledged(self, acknowledged: AlarmAcknowledged) -> None:
        self._over(acknowledged.alarm_id)
        self._say("contact_comes", contact=acknowledged.contact)

    def _closed(self, closed: AlarmClosed) -> None:
        self._over(closed.alarm_id)
        self._say("alarm_cancelled" if closed.how == "cancelled" else "alarm_closed")

    # ---------------------------------------------------------------------------- comfort

    def _over(self, alarm_id: str) -> None:
        self._calling.pop(alarm_id, None)
        if not self._calling:
            self._bad_news_at = float("-inf")
            if self._comfort is not None:
                self._comfort.cancel()
                self._comfort = None

    def _comfort_later(self) -> None:
        if self._comfort is not None:
            self._comfort.cancel()
        loop = asyncio.get_running_loop()
        self._comfort = loop.call_later(COMFORT_SECONDS, self._comfort_now)

    def _comfort_now(self) -> None:
        if not self._calling:
            return
        if not self._speech.is_speaking:
            self.goes_on()
        self._comfort_later()

    def _say(self, key: str, **slots: Any) -> None:
        self._say_text(self._render(key, **slots))

    def _say_text(self, text: str) -> None:
        if text and not self._is_open_line:
            self._speech.say(text, Urgency.ALARM)
        if self._calling:
            self._comfort_later()

    def _render(self, key: str, **slots: Any) -> str:
        return self._replies.render(key, self._memory.lang, **slots)
