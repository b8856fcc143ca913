"""What is said in the room while an alarm is open, and what it may do.

Nothing that a television says may end help.  "I'm fine" counts said to Anban, or in answer to its
own question within its time; it is asked back, and holds no longer than that question.  What a
sensor or a pendant told of ends only by Anban's name before it, or by a helper.  A bare "no" ends
nothing: it may mean "no, I am not well".
"""

from __future__ import annotations

from typing import Final

from assistant.alarm.announcer import Announcer
from assistant.alarm.controller import AlarmController
from assistant.alarm.pending_question import Asked
from assistant.alarm.source import VOICE
from assistant.alarm.state import Alarm, State, Trigger
from assistant.alarm.store import AlarmStore
from assistant.alarm.wording import BESIDE
from assistant.home.spoken import Address, Spoken
from assistant.people.contacts import Contact, People
from assistant.phrases import Token, load, tokens_of
from assistant.runtime.tasks import Tasks

MOST_ROOM_TOKENS: Final = 14
"""The longest question about helpers that counts if it was not said to Anban, in characters or
words."""


class Answers:
    """Takes what was said and lets it happen to the alarms that it is about."""

    def __init__(
        self, store: AlarmStore, people: People, announcer: Announcer, controller: AlarmController
    ) -> None:
        self._store, self._people = store, people
        self._announcer, self._controller = announcer, controller
        self._question = controller.question
        self._arrived_to_anban = False
        """Whether the words that somebody is there were said to Anban."""
        self._tasks = Tasks("an answer in an alarm")

    async def stop(self) -> None:
        """End what is under way."""
        await self._tasks.end()

    def is_about(self, spoken: Spoken) -> bool:
        """Whether such words are about an open alarm, and nothing else shall take them.

        Not while a contact is on the line: what comes out of the speaker is nobody in the room.
        """
        if not self._store.open_alarms() or self._announcer.is_line_open:
            return False
        said, asked = spoken.judgement, self._question.asked
        if said.arrived:
            return True
        if said.fine and spoken.address.is_to_anban:
            return True
        if said.reflex is None and not said.fine and _asks_for_helpers(spoken):
            return True
        match asked:
            case Asked.HELP:
                return said.fine or said.reflex in {"affirm", "deny"} or _is_unwell(spoken)
            case Asked.NUMBER:
                return said.fine or said.reflex in {"affirm", "deny"} or _is_wanted(spoken)
            case Asked.ARRIVAL:
                return said.reflex in {"affirm", "deny"} or self._who_is_there(spoken) is not None
            case Asked.NOTHING:
                return False

    def take(self, spoken: Spoken) -> None:
        """Act on words for which `is_about` was true."""
        said, asked = spoken.judgement, self._question.asked
        if self.asks_how_it_stands(spoken):
            self._announcer.tell_how_it_stands()
        elif asked is Asked.ARRIVAL and not said.fine:
            self._take_arrival(spoken)
        elif said.arrived:
            self._ask_who_arrived(spoken.address)
        elif asked is Asked.NUMBER and (said.reflex is not None or _is_wanted(spoken)):
            self._take_number(spoken)
        elif _is_unwell(spoken):
            self._tasks.spawn(self._needs_help())
        elif said.fine:
            self._tasks.spawn(self._is_fine(spoken.address))
        elif said.reflex == "deny":
            self._ask_again()
        else:
            self._tasks.spawn(self._needs_help())

    def asks_how_it_stands(self, spoken: Spoken) -> bool:
        """Whether somebody asks "is anybody coming?", and does not answer the open question."""
        said = spoken.judgement
        is_plain = said.reflex is None and not (said.fine or said.arrived)
        return is_plain and _asks_for_helpers(spoken) and not self._is_answer(spoken)

    def _is_answer(self, spoken: Spoken) -> bool:
        """Whether the words answer the open question otherwise than by yes or no."""
        match self._question.asked:
            case Asked.ARRIVAL:
                return self._who_is_there(spoken) is not None
            case Asked.HELP:
                return _is_unwell(spoken)
            case _:
                return False

    def needs_help(self) -> None:
        """The elder said again, in whatever words, that help is needed."""
        self._tasks.spawn(self._needs_help())

    # ---------------------------------------------------------------- is help needed?

    async def _is_fine(self, address: Address) -> None:
        """Act on "I'm fine": said once it is asked back.

        What must be so for the alarm to end is decided for each alarm.
        """
        self._announcer.signs.stop()
        # A first "I'm fine" holds as long as the question that it was asked back with: two words of
        # a television, each in answer to another question, are no answer.
        is_answer = self._question.asked is Asked.HELP and self._question.is_half_answered
        for alarm in self._store.open_alarms():
            ends = _ends(alarm, address, is_answer=is_answer)
            trigger = Trigger.MEANT_FINE if ends else Trigger.SAID_FINE
            changed = await self._controller.apply(alarm.alarm_id, trigger, "elder")
            if changed is None:
                self._announcer.only_a_human_closes(alarm)
            elif changed.state.calls_out:
                self._question.put(is_half_answered=True)
                self._announcer.ask_back(by_name=alarm.source != VOICE)
            elif changed.state.is_asked:
                self._controller.confirmations.said_once()
        self._controller.confirmations.answered()

    def _ask_again(self) -> None:
        """Ask again after a bare no: to "do you need help?", or "no, I am not well"?"""
        if any(alarm.state.is_asked for alarm in self._store.open_alarms()):
            self._controller.confirmations.unclear()
        else:
            self._question.put()
            self._announcer.ask_again()

    async def _needs_help(self) -> None:
        self._question.close()
        alarms = self._store.open_alarms()
        for alarm in alarms:
            await self._controller.apply(alarm.alarm_id, Trigger.CRIED, "elder")
        if not any(alarm.state.is_asked for alarm in alarms):  # else it began to call just now
            self._announcer.goes_on()
        self._controller.confirmations.answered()

    # -------------------------------------------------------------- shall it ring 120?

    def _take_number(self, spoken: Spoken) -> None:
        number, is_half = self._question.about, self._question.is_half_answered
        is_wanted, is_named = _is_wanted(spoken), spoken.address is Address.NAMED
        if spoken.judgement.reflex == "deny" and not is_wanted:
            if _is_unwell(spoken):
                self._ask_number_again(number, is_half=is_half)
            elif spoken.address.is_to_anban:
                self._question.close()
                self._announcer.number_is_agreed(number, is_agreed=False)
            return
        suffices = is_named or (is_wanted and (spoken.address.is_to_anban or is_half))
        if suffices or (is_half and spoken.address.is_to_anban):
            self._question.close()
            self._announcer.number_is_agreed(number, is_agreed=True)
            self._tasks.spawn(self._controller.ring_number(number))
        elif is_wanted or spoken.address.is_to_anban:
            self._ask_number_again(number, is_half=True)

    def _ask_number_again(self, number: str, *, is_half: bool) -> None:
        self._question.put_number(number, is_half_answered=is_half)
        self._announcer.ask_number_again(number)

    # ------------------------------------------------------------------ is somebody there?

    def _ask_who_arrived(self, address: Address) -> None:
        """Ask back with the name of who is awaited: these words may be anybody's."""
        alarms = self._store.open_alarms()
        awaited = next((a.acknowledged_by for a in alarms if a.acknowledged_by), "")
        people = [contact.name for contact in self._people.all]
        name = awaited if awaited in people else next(iter(people), "")
        self._arrived_to_anban = address.is_to_anban
        self._question.put(Asked.ARRIVAL, name)
        self._announcer.ask_who_arrived(name)

    def _take_arrival(self, spoken: Spoken) -> None:
        said, there = spoken.judgement, self._who_is_there(spoken)
        is_again = said.arrived or said.reflex == "affirm"
        if said.reflex == "deny":
            self._question.close()
            self._announcer.goes_on()
        elif there is not None:
            self._tasks.spawn(self._is_here(there.name))
        elif is_again and (
            spoken.address is Address.NAMED
            or (self._arrived_to_anban and spoken.address.is_to_anban)
        ):
            self._tasks.spawn(self._is_here(BESIDE))
        elif said.arrived and spoken.address.is_to_anban:
            self._ask_who_arrived(spoken.address)

    def _who_is_there(self, spoken: Spoken) -> Contact | None:
        """Find the contact named in an answer such as "it's Fang", "my daughter is here"."""
        phrases, tokens = load(spoken.lang), tokens_of(spoken.text, spoken.lang)
        if phrases.not_there.search(spoken.text.casefold()):
            return None
        for contact in self._people.all:
            for name in (contact.name, *contact.called):
                rest = _beside_name(tokens_of(name, spoken.lang), tokens)
                if rest is not None and (
                    spoken.address is Address.NAMED
                    or all(t.written in phrases.beside_name for t in rest)
                ):
                    return contact
        return None

    async def _is_here(self, who: str) -> None:
        """Act on "somebody is here".

        Said once it stops the calls; said again, when the helper has looked, it closes the
        alarm.
        """
        self._question.close()
        for alarm in self._store.open_alarms():
            acknowledged = alarm.state is State.ACKNOWLEDGED
            trigger = Trigger.CONFIRMED if acknowledged else Trigger.ACKNOWLEDGED
            self._announcer.somebody_is_beside(alarm.alarm_id)
            await self._controller.apply(alarm.alarm_id, trigger, who)


def _ends(alarm: Alarm, address: Address, *, is_answer: bool) -> bool:
    """Whether "I'm fine", said like this, ends this alarm.

    Whoever cried is awake and can cry again.  What a sensor or a pendant told of may be somebody
    who cannot speak, beside a television that says 没事 whenever Anban has asked: by name only.
    """
    is_again = bool(alarm.denied_count) and is_answer
    if address is Address.NAMED:
        return alarm.state.is_asked or is_again
    if alarm.source != VOICE:
        return False
    return is_again and (alarm.state.is_asked or address.is_to_anban)


def _beside_name(name: tuple[Token, ...], said: tuple[Token, ...]) -> tuple[Token, ...] | None:
    """Give what was said beside a name, which may be spelt otherwise; None without the name."""
    size = len(name)
    for start in range(len(said) - size + 1 if name else 0):
        pairs = tuple(zip(name, said[start : start + size], strict=True))
        is_it = all(ours.written == theirs.written for ours, theirs in pairs)
        if is_it or (size > 1 and all(ours.alike == theirs.alike for ours, theirs in pairs)):
            return said[:start] + said[start + size :]
    return None


def _is_unwell(spoken: Spoken) -> bool:
    """Whether the answer is that something is wrong: "not so good", 不舒服."""
    phrases, tokens = load(spoken.lang), tokens_of(spoken.text, spoken.lang)
    whole = phrases.answers.all_of(tokens)
    if whole is not None and whole.meaning == "fine":
        return False
    return phrases.unwell.first_in(phrases.not_unwell.without(tokens)) is not None


def _asks_for_helpers(spoken: Spoken) -> bool:
    """Whether somebody asks who comes; a long sentence that was not said to Anban is a story."""
    tokens = tokens_of(spoken.text, spoken.lang)
    if not spoken.address.is_to_anban and len(tokens) > MOST_ROOM_TOKENS:
        return False
    return load(spoken.lang).asks_for_helpers.first_in(tokens) is not None


def _is_wanted(spoken: Spoken) -> bool:
    """Whether the answer is the very one that was asked for: "yes, ring them"."""
    answer = load(spoken.lang).answers.all_of(tokens_of(spoken.text, spoken.lang))
    return answer is not None and answer.meaning == "wanted"
