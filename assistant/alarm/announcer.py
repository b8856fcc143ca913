"""What Anban says to the elder while an alarm is open: the truth, plain, calm, and again.

Who is being called is one slot: what is so is derived from the journal when the mouth is free for
it, at most once in `PROGRESS_SECONDS`, so that the ear is open for the most of the time.  News (who
takes it on, who is on the line) is said at once and drops what is older.  What no longer is so
before it sounds is taken back.  While a contact speaks with the elder it is silent.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from assistant.alarm.public_number import PublicNumber
from assistant.alarm.saying import Saying
from assistant.alarm.source import VOICE
from assistant.alarm.standing import Standing, Standings
from assistant.alarm.state import Alarm
from assistant.alarm.statements import (
    BAD_NEWS,
    Statement,
    comfort,
    first_words,
    progress,
    who_comes,
)
from assistant.alarm.store import AlarmStore
from assistant.alarm.stroke_signs import StrokeSigns
from assistant.channels import Opener
from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CallAnswered,
    CallBegan,
    CallEnded,
    NobodyReached,
    Origin,
    PutThroughChanged,
    SetVoice,
)
from assistant.home.memory import HomeMemory
from assistant.home.speech import Speech
from assistant.language import Replies
from assistant.people.contacts import People
from assistant.runtime.bus import Bus

PROGRESS_SECONDS: Final = 20.0
"""The least time between two statements of who is being called."""
QUIET_SECONDS: Final = 4.0
"""How long nothing is said in an alarm before such a statement: the ear is open meanwhile."""
COMFORT_SECONDS: Final = 25.0
"""After how much silence in a call-out the elder is told again that it goes on."""
BAD_NEWS_SECONDS: Final = 60.0
"""The least time before it is said again that nothing works."""
JUST_RAISED_SECONDS: Final = 30.0
"""How recent an alarm may be for the elder to be told that they were heard."""
JUST_REPLIED_SECONDS: Final = 5.0
"""How recently the elder may have been told who is called for it not to be said again."""


class Announcer:
    """The elder's side of every open alarm."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        memory: HomeMemory,
        replies: Replies,
        people: People,
        number: PublicNumber,
        store: AlarmStore,
        registry: Opener,
    ) -> None:
        self._bus, self._memory = bus, memory
        self.questions = speech.questions
        """What the elder was asked, by the alarm and by all others."""
        self._replies, self._people, self._number = replies, people, number
        self._store = store
        self._standings = Standings(
            store, people, registry, lambda: self._render("emergency_number_name")
        )
        self._saying = Saying(bus, speech, self._render_statement, self._free)
        self.signs = StrokeSigns(bus, speech, replies, memory)
        self._line = ""
        """The name of the contact who speaks with the elder; empty: nobody."""
        self._progress: Statement | None = None
        """The last statement of who is being called, or what came of it."""
        self._beside: set[str] = set()
        """Alarms that somebody beside the elder took on."""
        self._unattended: set[str] = set()
        """Alarms that call out again because nobody came."""
        self._given_up: dict[str, str] = {}
        """Alarms that call out again because whoever took them on cannot come, and who that is."""
        self._is_louder = False
        """Whether the voice is louder now than the home wants it, for the question."""
        self._timer: asyncio.TimerHandle | None = None
        never = float("-inf")
        self._bad_news_at = self._replied_at = never
        bus.subscribe(AlarmRaised, self._raised)
        for kind in (CallBegan, CallEnded, NobodyReached):
            bus.subscribe(kind, lambda _: self._look())
        bus.subscribe(CallAnswered, self._call_answered)
        bus.subscribe(PutThroughChanged, self._put_through)
        bus.subscribe(AlarmAcknowledged, self._acknowledged)
        bus.subscribe(AlarmClosed, self._closed)

    # ------------------------------------------------------------------------- on request

    def answer_cry(self, number: str = "", *, is_heard: bool = True) -> str:
        """Say the first words after a cry; what is said, nothing in a conversation.

        Args:
            number: of the public service that the elder asked for.
            is_heard: the elder called for help just now.
        """
        if self._line:
            return ""
        said, text = self._who_is_called(has_number=bool(number), is_heard=is_heard)
        if number:
            text = f"{text} {self._about(number)}".strip()
        if text:
            self._saying.first_words(text, said)
        return text

    def _about(self, number: str) -> str:
        """Say whether the number that the elder asked for is rung."""
        if not self._number.can_ring(number):
            return self._render("number_out_of_reach", number=number)
        asked = not self._number.is_agreed_in_advance
        return self._render("number_shall_i" if asked else "number_rings", number=number)

    def _who_is_called(self, *, has_number: bool, is_heard: bool) -> tuple[Statement, str]:
        self._replied_at = asyncio.get_running_loop().time()
        standing = self._standing()
        said = progress(standing, self._number.usual) if standing.tries else None
        if said is not None:  # it goes on already: what is so, not what was to be
            self._note_progress(said)
            heard = self._render("cry_heard") if is_heard else ""
            return said, f"{heard} {self._render(said.key, **said.slots)}".strip()
        said = first_words(standing, self._number.usual, is_heard=is_heard)
        if said.key in BAD_NEWS:
            self._note_progress(said)
        self._look_later(QUIET_SECONDS)
        if said.key == "nobody_to_call" and has_number:
            return said, ""
        return said, self._render(said.key, **said.slots)

    @property
    def is_line_open(self) -> bool:
        """Whether a contact and the elder speak with each other: both are heard in the room."""
        return bool(self._line)

    def tell_how_it_stands(self) -> None:
        """Answer "is anybody coming?"."""
        standing = self._standing()
        said = who_comes(standing, self._number.usual)
        if said is None:
            first = first_words(standing, self._number.usual, is_heard=True)
            said = Statement("not_called_yet") if standing.alarms else None
            if standing.calls_out:
                said = first
        if said is not None:
            self._note_progress(said)
            self._tell(said.key, **said.slots)

    def noticed(self, *, is_heard: bool = True) -> None:
        """Tell the elder that help is being called, unless that was said just now."""
        if asyncio.get_running_loop().time() - self._replied_at <= JUST_REPLIED_SECONDS:
            return
        self.answer_cry(is_heard=is_heard)

    def ask(self, alarm: Alarm) -> None:
        """Ask whether all is well, after a sensor or a doubtful sentence; then again, louder."""
        if alarm.asked_count > 1:
            self._is_louder = True
            self._bus.publish(SetVoice(1.0, self._memory.rate_words_per_minute))
        standing = self._standing()
        first = next(iter((*standing.callable_people, *standing.others)), "")
        if alarm.source == VOICE and first:
            self._tell("ask_whether_help", contact=first)
        else:
            self._tell("ask_whether_well")

    def voice_as_before(self) -> None:
        """Speak no louder than the home wants it: nobody is asked any more."""
        if self._is_louder:
            self._is_louder = False
            self._bus.publish(SetVoice(self._memory.volume, self._memory.rate_words_per_minute))

    def ask_back(self, *, by_name: bool) -> None:
        """Ask back once somebody said to be fine in a call-out.

        `by_name`: only a sentence that begins with Anban's name can end the alarm.
        """
        self._tell("ask_back_by_name" if by_name else "ask_back")

    def ask_again(self) -> None:
        """Ask again after a bare no, which may mean either."""
        self._tell("ask_again")

    def ask_once_more(self, *, by_name: bool) -> None:
        """Ask again once somebody said to be fine when asked.

        `by_name`: only a sentence that begins with Anban's name can end the alarm.
        """
        self._tell("ask_once_more_by_name" if by_name else "ask_once_more")

    def ask_number_again(self, number: str) -> None:
        """Ask whether the yes was meant for the number."""
        self._tell("number_really", number=number)

    def ask_who_arrived(self, contact: str) -> None:
        """Ask who is there, by the name that is awaited; empty: this home knows nobody by name."""
        self._tell("ask_who_arrived" if contact else "ask_arrived", contact=contact)

    def notes(self, alarm_id: str, lang: str) -> str:
        """Give what the elder asked for and answered, for whoever is told of the alarm."""
        told = (self._number.told(alarm_id, lang), self.signs.told(alarm_id, lang))
        return " ".join(filter(None, told))

    def number_is_agreed(self, number: str, *, is_agreed: bool) -> None:
        """Say what a yes or a no to the number has led to."""
        self._tell("number_rings" if is_agreed else "number_not_rung", number=number)

    def goes_on(self) -> None:
        """Tell the elder that the call-out goes on: help is needed after all, or still."""
        standing = self._standing()
        if not standing.calls_out:
            return
        said = comfort(standing)
        if not standing.people_count:
            said = Statement("nobody_to_call", {"number": self._number.usual})
        self._tell(said.key, **said.slots)

    def only_a_human_closes(self, alarm: Alarm) -> None:
        """Tell whoever says to be fine that only a human closes it now: somebody was reached."""
        if alarm.acknowledged_by and alarm.alarm_id not in self._beside:
            self._tell("contact_looks_in", contact=alarm.acknowledged_by)
        elif alarm.was_reached:
            self._tell("only_human_closes")
        else:
            self.goes_on()

    def somebody_is_beside(self, alarm_id: str) -> None:
        """Note that whoever takes this alarm on is beside the elder already."""
        self._beside.add(alarm_id)

    def comes(self, contact: str, minutes: int) -> None:
        """Tell the elder when the person who took the alarm on will be there."""
        self._tell("contact_comes_in", contact=contact, minutes=str(minutes))

    def nobody_came(self, alarm_id: str) -> None:
        """Note that nobody came: the alarm is about to go out again."""
        self._unattended.add(alarm_id)

    def gives_up(self, alarm_id: str, contact: str) -> None:
        """Note that whoever took the alarm on cannot come: it is about to go out again."""
        self._given_up[alarm_id] = contact

    def declined(self, alarm_id: str) -> None:
        """Tell the elder if nobody is left who could come; take back what is no longer so."""
        self._given_up.pop(alarm_id, None)
        if self._standing().nobody_can_come:
            self._tell_nobody_can_come()
        self._look()

    # ------------------------------------------------------------------------------ facts

    def _raised(self, raised: AlarmRaised) -> None:
        self._beside.discard(raised.alarm_id)
        if raised.alarm_id in self._unattended:
            self._unattended.discard(raised.alarm_id)
            self._replied_at = asyncio.get_running_loop().time()
            self._tell("nobody_came")
        elif contact := self._given_up.pop(raised.alarm_id, ""):
            self._replied_at = asyncio.get_running_loop().time()
            if not self._standing().nobody_can_come:
                self._tell("contact_cannot_come", contact=contact)
        else:
            self.noticed(is_heard=self._is_of_the_elder(raised))
        self._look()

    def _is_of_the_elder(self, raised: AlarmRaised) -> bool:
        """Whether the elder called for it just now: no sensor, no silence, no end of the core."""
        alarm = self._store.alarm(raised.alarm_id)
        is_new = alarm is not None and not (alarm.generation or alarm.asked_count)
        is_called = raised.origin in {Origin.VOICE, Origin.BUTTON}
        return is_new and is_called and abs(time.time() - raised.at) < JUST_RAISED_SECONDS

    def _call_answered(self, _: CallAnswered) -> None:
        standing = self._standing()
        self._saying.take_back(standing)
        said = progress(standing, self._number.usual)
        if said is not None and said.key == "contact_answered" and said != self._progress:
            self._note_progress(said)
            self._tell(said.key, **said.slots)

    def _put_through(self, changed: PutThroughChanged) -> None:
        if changed.is_open:  # the last one, should there be two
            self._line = changed.contact
            self._tell("put_through", contact=changed.contact)
        elif changed.contact == self._line:
            self._line = ""
        self._look()

    def _acknowledged(self, acknowledged: AlarmAcknowledged) -> None:
        if acknowledged.alarm_id in self._beside:
            self._tell("helper_here")
        else:
            self._tell("contact_comes", contact=acknowledged.contact)
        self._look()

    def _closed(self, closed: AlarmClosed) -> None:
        self._beside.discard(closed.alarm_id)
        if not self._store.open_alarms():  # else it is no time for good-bye
            self._progress, self._bad_news_at = None, float("-inf")
            begun = bool(self._store.attempts(closed.alarm_id))
            cancelled = "alarm_cancelled" if begun else "alarm_not_begun"
            self._tell(cancelled if closed.how == "cancelled" else "alarm_closed")
        self._look()

    # ----------------------------------------------------------------- who is being called

    def _standing(self) -> Standing:
        return self._standings.now(self._line)

    def _look(self) -> None:
        """Take back what is no longer so, and say what is, if it is time for it."""
        standing = self._standing()
        self._saying.take_back(standing)
        if not standing.calls_out:
            self._cancel_timer()
            self._progress = None if not standing.alarms else self._progress
            return
        if self._line or self._saying.is_busy:
            return  # the end of either looks again
        now = asyncio.get_running_loop().time()
        said = self._next(standing, now)
        if said is None:
            return
        self._note_progress(said)
        self._saying.progress(said)

    def _next(self, standing: Standing, now: float) -> Statement | None:
        """What is to be told now; None: nothing yet, and when to look again is set."""
        said = progress(standing, self._number.usual)
        is_new = said is not None and said != self._progress
        is_bad = said is not None and said.key in BAD_NEWS
        if is_new and is_bad and now - self._bad_news_at < BAD_NEWS_SECONDS:
            is_new = False
        quiet = 0.0 if said is not None and said.key == "no_way_to_call" else QUIET_SECONDS
        spoke_at = self._saying.spoke_at
        due = max(self._saying.progress_at + PROGRESS_SECONDS, spoke_at + quiet)
        if not is_new:
            due = max(due, spoke_at + COMFORT_SECONDS)
        if now < due:
            self._look_later(due - now)
            return None
        if is_new or (is_bad and now - self._bad_news_at >= BAD_NEWS_SECONDS):
            return said
        return comfort(standing)

    def _tell_nobody_can_come(self) -> None:
        said = Statement("nobody_can_come", {"number": self._number.usual})
        self._note_progress(said)
        self._tell(said.key, **said.slots)

    def _note_progress(self, said: Statement) -> None:
        now = asyncio.get_running_loop().time()
        self._saying.progress_at = self._saying.spoke_at = now
        if said.key in BAD_NEWS:
            self._bad_news_at = now
        if said.key not in {"call_goes_on", "still_trying"}:
            self._progress = said
        self._look_later(QUIET_SECONDS)

    def _look_later(self, seconds: float) -> None:
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -------------------------------------------------------------------------- the mouth

    def _tell(self, key: str, **slots: str) -> None:
        """Say news, unless somebody speaks with the elder."""
        if not self._line or key == "put_through":
            self._saying.news(Statement(key, slots))

    def _free(self) -> None:
        if self._store.open_alarms():
            self._look()

    def _render_statement(self, said: Statement) -> str:
        return self._render(said.key, **said.slots)

    def _render(self, key: str, **slots: Any) -> str:
        return self._replies.render(key, self._memory.lang, **slots)
