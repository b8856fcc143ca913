"""Calls that the elder asks for: offered, dialled, put through, ended; one at a time.

It lives in the core: neither a skill host that dies nor a dialogue that is down ends it.  An alarm
outranks it: whoever is on the line is let go, so that the line is free for help.  Nothing is kept
of a call; after a crash there is none, and the elder asks again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from assistant.calls.who import Named, is_again, is_nobody, resolve, to_elder
from assistant.channels import (
    Channel,
    Ended,
    Outcome,
    Patience,
    Purpose,
    PutThrough,
    Registry,
    Ringing,
    follow,
    ways,
)
from assistant.events import AlarmRaised, ElderCallChanged
from assistant.home.memory import HomeMemory
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.speech import Speech
from assistant.language import Replies
from assistant.people.contacts import Contact, People
from assistant.runtime.bus import Bus
from assistant.runtime.feature import Feature
from assistant.services import (
    AgreeToCall,
    Callee,
    CalleesFound,
    CallOffered,
    FindCallee,
    HangUp,
    NoContactRefused,
    OfferCall,
)

log = logging.getLogger(__name__)

OFFER_SECONDS: Final = 30.0
"""How long "shall I ring …?" waits for its yes."""
WORDS_SECONDS: Final = 15.0
"""How long dialling waits at most for Anban's own words: they shall not sound into the call."""
PATIENCE: Final = Patience(answered=90.0)
"""Once answered, they are put through at once."""
_NEXT_WAY: Final = frozenset({Outcome.FAILED, Outcome.NO_ANSWER, Outcome.BUSY})
"""The outcomes after which another number of the same person is tried."""
_LOST: Final = "ended"
"""What stands in the reason of a call that its telephone program took with it."""


class Stage(StrEnum):
    """Where a call stands."""

    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class Calls(Feature):
    """Calls by voice, one at a time."""

    def __init__(
        self,
        bus: Bus,
        people: People,
        registry: Registry,
        speech: Speech,
        replies: Replies,
        memory: HomeMemory,
        calls_for_help: Callable[[], bool],
    ) -> None:
        """`calls_for_help` tells whether the line is needed for an alarm now."""
        self._bus, self._people, self._registry = bus, people, registry
        self._speech, self._replies, self._memory = speech, replies, memory
        self._calls_for_help = calls_for_help
        self._offered: Named | None = None
        """Whom the open question is about."""
        self._question: OpenQuestion | None = None
        self._last: Named | None = None
        """The person whom the last call was to: "try again"."""
        self._task: asyncio.Task[None] | None = None
        self._channel: Channel | None = None
        self._stage = Stage.ENDED
        self._is_given_up = False
        self._hanging_up: set[asyncio.Task[None]] = set()
        bus.subscribe(AlarmRaised, lambda _: self._make_way())
        bus.serve(
            FindCallee.answered_by(self.find),
            OfferCall.answered_by(self.offer),
            AgreeToCall.answered_by(self.agree),
            HangUp.answered_by(self._serve_hang_up),
        )

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is being rung or spoken with."""
        return self._task is not None

    @property
    def is_talking(self) -> bool:
        """Whether the elder speaks with somebody: what is heard is not meant for Anban."""
        return self._stage is Stage.TALKING

    async def stop(self) -> None:
        """Hang up and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # -------------------------------------------------------------------------- services

    async def find(self, wish: FindCallee) -> CalleesFound:
        """Find who may be meant: by the names that were understood, else by the whole sentence.

        If nobody is named ("call her") and a call is offered already, it is that person.
        """
        sentence = wish.sentence
        await asyncio.to_thread(self._people.read)
        contacts = self._people.all
        found: list[Named] = []
        named = [said for said in wish.names if not is_nobody(said)]
        for said in named:
            found = found or resolve(said, contacts)
        found = found or resolve(sentence, contacts, is_sentence=True)
        is_offered = not found and not named and self._offered is not None
        if is_offered and self._offered is not None:
            found = [self._offered]
        elif not found and not named and is_again(sentence) and self._last is not None:
            found = [self._last]
        return CalleesFound(
            matches=tuple(_shown(each.contact, each.name) for each in found),
            known=tuple(_shown(each, _called(each)) for each in contacts if self._ways(each)),
            named=tuple(named),
            is_offered=is_offered,
        )

    async def offer(self, wish: OfferCall) -> CallOffered:
        """Hold "shall I ring …?" open; the one who asks this words and says the question."""
        contact, name = self._people.get(wish.contact_id), wish.name
        if contact is None:
            raise NoContactRefused
        name = to_elder(name if name in (*contact.called, contact.name) else _called(contact))
        refused = ""
        if self._calls_for_help():
            refused = "alarm"
        elif self.is_under_way:
            refused = "in_call"
        elif not self._ways(contact):
            refused = "no_way"
        elif not self._hold_open(Named(contact, name, 1.0), "", is_said=True):
            refused = "asked"
        return CallOffered(name, refused)

    async def agree(self, _: AgreeToCall) -> bool:
        """Ring who is offered: the elder agreed in other words than yes; False if nobody is."""
        person = self._offered
        if person is None:
            return False
        self._take_back()
        self._agreed(person)
        return True

    async def _serve_hang_up(self, _: HangUp) -> bool:
        """End the call; False if there is no call and none is offered."""
        was_offered = self._offered is not None
        self._take_back()
        return self.hang_up() or was_offered

    def hang_up(self) -> bool:
        """End the call, whether it rings or stands; False if there is none."""
        if self._task is None:
            return False
        self._is_given_up = True
        if self._channel is not None:
            self._spawn_hang_up(self._channel)
        else:  # not even dialled
            self._task.cancel()
            self._say("call_not_wanted")
        return True

    # ------------------------------------------------------------------------- the offer

    def _hold_open(self, person: Named, text: str, *, is_said: bool = False) -> bool:
        """Ask whether to ring somebody; False if it is no time to ask."""
        self._take_back()  # the one before is not "not answered"
        self._question = self._speech.questions.ask(
            Question(Rank.CALL, text, OFFER_SECONDS, is_said),
            lambda ending, _: self._answered(ending, person),
        )
        self._offered = person if self._question else None
        return self._question is not None

    def _take_back(self) -> None:
        self._offered = None
        if self._question is not None:
            self._question.close()

    def _answered(self, ending: Ending, person: Named) -> None:
        self._offered = None
        match ending:
            case Ending.YES:
                self._agreed(person)
            case Ending.NO:
                self._say("call_not_wanted")
            case Ending.SILENCE:
                self._say("call_not_confirmed", name=person.name)

    def _agreed(self, person: Named) -> None:
        if self._calls_for_help():
            self._say("call_waits_for_alarm")
        else:
            self._begin(person)

    def _make_way(self) -> None:
        """End the call: an alarm needs the line."""
        self._take_back()
        if self._channel is not None and self.hang_up():
            self._say("call_ended_for_help")
        elif self._task is not None:
            self._task.cancel()

    # -------------------------------------------------------------------------- the call

    def _begin(self, person: Named) -> None:
        self._last = person
        self._is_given_up = False
        self._task = asyncio.create_task(self._call(person), name="call by voice")
        self._task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._task = self._channel = None
        self._stage = Stage.ENDED
        if not task.cancelled() and task.exception() is not None:
            log.error("a call failed", exc_info=task.exception())

    async def _call(self, person: Named) -> None:
        ended, has_talked = Ended(Outcome.FAILED, "no way"), False
        self._tell(Stage.DIALLING, person)
        try:
            self._say("call_dialling", name=person.name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WORDS_SECONDS):
                    await self._speech.silence()
            for channel in self._ways(person.contact):
                self._channel = channel
                ended, has_talked = await self._try(channel, person)
                if has_talked or self._is_given_up or ended.outcome not in _NEXT_WAY:
                    break
        finally:
            self._channel = None
            self._tell(Stage.ENDED, person, ended.outcome.value)
        self._tell_end(person, ended, has_talked=has_talked)

    async def _try(self, channel: Channel, person: Named) -> tuple[Ended, bool]:
        """Try one number; gives how it ended, and whether they spoke with each other."""
        ended, has_talked = Ended(Outcome.UNKNOWN), False
        facts = follow(channel.talk(), channel.name, PATIENCE)
        async with contextlib.aclosing(facts):
            async for fact in facts:
                match fact:
                    case Ringing():
                        self._tell(Stage.RINGING, person)
                        self._say("call_rings")
                    case PutThrough(is_open=True):
                        has_talked = True
                        self._tell(Stage.TALKING, person)
                        self._say("call_connected")
                    case PutThrough():
                        # Answered, but the microphone cannot be opened: better ended than dumb.
                        return Ended(Outcome.FAILED, "no sound"), False
                    case Ended():
                        ended = fact
        return ended, has_talked

    def _tell_end(self, person: Named, ended: Ended, *, has_talked: bool) -> None:
        if self._calls_for_help():
            return  # what matters now is told by the alarm
        if self._is_given_up or (has_talked and _LOST not in ended.detail):
            self._say("call_over")
            return
        key = "call_lost" if has_talked else f"call_{ended.outcome}"
        key = key if key in self._replies else "call_failed"
        self._say(key, name=person.name)
        if has_talked:
            self._hold_open(person, self._render("call_again", name=person.name))

    # ---------------------------------------------------------------------------- within

    def _ways(self, contact: Contact) -> list[Channel]:
        """Give every telephone of a person over which the elder could speak."""
        found = ways(contact.channels, self._registry, Purpose.TALK)
        return [way.channel for way in found]

    def _spawn_hang_up(self, channel: Channel) -> None:
        task = asyncio.create_task(channel.hang_up(), name="hang up")
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)

    def _tell(self, stage: Stage, person: Named, outcome: str = "") -> None:
        self._stage = stage
        self._bus.publish(ElderCallChanged(person.name, stage.value, outcome))

    def _say(self, key: str, **slots: Any) -> None:
        self._speech.say(self._render(key, **slots))

    def _render(self, key: str, **slots: Any) -> str:
        return self._replies.render(key, self._memory.lang, **slots)


def _called(contact: Contact) -> str:
    return contact.called[0] if contact.called else contact.name


def _shown(contact: Contact, name: str) -> Callee:
    return Callee(contact.contact_id, name, to_elder(name))
