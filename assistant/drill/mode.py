"""The drill's mode: cries are heard and answered, and call nobody; a real one still does.

For `REAL_SECONDS` after the answer a second cry is a real one, and so are the words "for real" at
any time, a pendant, and what a sensor sees: each ends the drill.  The mode lives in memory, for as
long as whoever leads the drill says so every few seconds, and never longer than half an hour.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from assistant.drill import store
from assistant.events import (
    AlarmRaised,
    CryForHelpHeard,
    DangerSensed,
    DrillCryHeard,
    DrillEnded,
    Heard,
    HelpPressed,
    Urgency,
    new_id,
)
from assistant.home.speech import Speech
from assistant.home.speech_handle import SpeechState
from assistant.phrases import load, tokens_of
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import Tasks
from assistant.selftest.wording import Wording
from assistant.services import BeginDrill, EndDrill, NameRoom, StayInDrill
from assistant.services.errors import Refused
from assistant.services.findings import CheckResult, Verdict
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

REAL_SECONDS: Final = 20.0
"""How long after the answer to a cry another one is meant: long enough to find the words again."""
ANSWER_SECONDS: Final = 20.0
"""How long the answer may take to be spoken: with the mouth dead, another cry counts as a second
one then."""
LEASE_SECONDS: Final = 20.0
LONGEST_SECONDS: Final = 1_800.0
MOST_CHARACTERS: Final = 40
"""The longest name of a room, in characters."""


class Drill:
    """The mode in which cries are a drill; at most one drill at a time."""

    def __init__(
        self,
        bus: Bus,
        database: Database,
        speech: Speech,
        wording: Wording,
        is_alarm_open: Callable[[], bool],
    ) -> None:
        self._bus, self._database, self._speech = bus, database, speech
        self._wording, self._is_alarm_open = wording, is_alarm_open
        self.answer_real: Callable[[], object] = str
        """Says the first words to a cry that is real: `Announcer.answer_cry`."""
        self.drill_id = ""
        """The id of the drill that is on; empty: none is."""
        self._room = ""
        self._is_room_heard = False
        self._cry: CryForHelpHeard | None = None
        """The last cry that was answered, while another one would be real."""
        self._is_answering = False
        """Whether the answer to it has not been spoken to its end yet."""
        self._reply: str | None = None
        """To the cry that was taken just now, until it is said."""
        self._answering: asyncio.TimerHandle | None = None
        self._window: asyncio.TimerHandle | None = None
        self._window_over = asyncio.Event()
        self._window_over.set()
        self._lease: asyncio.TimerHandle | None = None
        self._longest: asyncio.TimerHandle | None = None
        self._tasks = Tasks("a step of a drill")
        for kind in (AlarmRaised, HelpPressed, DangerSensed):
            bus.subscribe(kind, lambda _: self._end(is_real=True))
        bus.subscribe(Heard, self._heard)
        bus.serve(
            BeginDrill.answered_by(self._serve_begin),
            NameRoom.answered_by(self._serve_room),
            StayInDrill.answered_by(self._serve_stay),
            EndDrill.answered_by(self._serve_end),
        )

    async def stop(self) -> None:
        """Stop; the mode ends with the process."""
        self._end(is_real=True)
        await self._tasks.finish()

    # ------------------------------------------------------------------ who leads the drill

    async def begin(self) -> str:
        """Take cries as a drill from now on; gives the drill's id.

        Raises:
            Refused: an alarm is open, or a drill is on.
        """
        if self._is_alarm_open():
            raise Refused("an alarm is open: this is no moment for a drill")
        if self.drill_id:
            raise Refused("a drill is on already")
        drill_id = self.drill_id = new_id()
        loop = asyncio.get_running_loop()
        self._longest = loop.call_later(LONGEST_SECONDS, self._end)
        await self.stay()
        self._keep(lambda c: store.begin(c, drill_id, time.time()))
        self._speech.say(self._wording.drill("drill_begins"), Urgency.REMINDER)
        return drill_id

    async def stay(self) -> None:
        """Keep the drill on; raises Refused if it is over."""
        self._need()
        if self._lease is not None:
            self._lease.cancel()
        self._lease = asyncio.get_running_loop().call_later(LEASE_SECONDS, self._end)

    async def room(self, room: str) -> None:
        """Count the next cry as one from this room.

        Returns once a cry is none that could be the second one of the room before.

        Raises:
            Refused: no drill is on, or no name.
        """
        self._need()
        plain = " ".join(room.split())
        if not plain or len(plain) > MOST_CHARACTERS or not plain.isprintable():
            raise Refused(f"a room has a name of 1 to {MOST_CHARACTERS} characters")
        await self._window_over.wait()
        self._need()
        self._close_room()
        self._room, self._is_room_heard = plain, False

    async def end(self) -> None:
        """End the drill: cries are real again; raises Refused if no drill is on."""
        self._need()
        self._end()

    async def _serve_begin(self, _: BeginDrill) -> str:
        return await self.begin()

    async def _serve_room(self, wish: NameRoom) -> None:
        await self.room(wish.room)

    async def _serve_stay(self, _: StayInDrill) -> None:
        await self.stay()

    async def _serve_end(self, _: EndDrill) -> None:
        await self.end()

    # ------------------------------------------------------------------------- the cries

    @property
    def awaits_cry(self) -> bool:
        """Whether even what may be a cry is the one that was asked for."""
        is_over = self._cry is not None and not self._is_answering
        return bool(self.drill_id) and not is_over and not self._is_alarm_open()

    def takes(self, cry: CryForHelpHeard) -> bool:
        """Whether this cry belongs to the drill: it is answered, and calls nobody."""
        if not self.drill_id:
            return False
        if self._is_alarm_open():  # one that is asked about: "do you need help?"
            self._end(is_real=True)
            return False
        if self._cry is None:
            self._reply = self._wording.drill("drill_heard")
            self._cry, self._is_answering = cry, True
            self._window_over.clear()
            loop = asyncio.get_running_loop()
            self._answering = loop.call_later(ANSWER_SECONDS, self._answered)
            self._open_window(ANSWER_SECONDS + REAL_SECONDS)
            self._is_room_heard = True
            self._note(self._room, Verdict.WELL, f"heard: {cry.phrase}")
            self._bus.publish(DrillCryHeard(self._room, cry.phrase))
            return True
        if self._is_answering:
            self._reply = ""  # the same cry goes on: it is being answered already
            return True
        self._reply = None
        self._end(is_real=True)
        return False

    def answer(self) -> str | None:
        """Answer the cry that was just taken; what is said, None: it was none of the drill's."""
        reply, self._reply = self._reply, None
        if not self.drill_id:
            return None
        if reply and (cry := self._cry) is not None:
            handle = self._speech.say(reply, Urgency.ALARM)
            handle.when_over(lambda how: self._was_said(cry, how))
        return reply

    def _was_said(self, cry: CryForHelpHeard, how: SpeechState) -> None:
        # Where nothing sounds the elder reads it, and `ANSWER_SECONDS` stand for that.
        if self._is_answering and cry is self._cry and how is not SpeechState.NO_MOUTH:
            self._answered()
            self._open_window(REAL_SECONDS)

    def _answered(self) -> None:
        self._is_answering = False

    def _heard(self, heard: Heard) -> None:
        if not self.drill_id:
            return
        phrase = load(heard.lang).real.first_in(tokens_of(heard.raw_text or heard.text, heard.lang))
        if phrase is None:
            return
        reason = self._cry.reason if self._cry is not None else "other"
        self._end(is_real=True)
        self._bus.publish(CryForHelpHeard(phrase.text, reason, time.time()))
        self.answer_real()

    # ---------------------------------------------------------------------------- its end

    def _open_window(self, seconds: float) -> None:
        if self._window is not None:
            self._window.cancel()
        self._window = asyncio.get_running_loop().call_later(seconds, self._close_window)

    def _close_window(self) -> None:
        for timer in (self._window, self._answering):
            if timer is not None:
                timer.cancel()
        self._cry, self._is_answering = None, False
        self._window_over.set()

    def _end(self, *, is_real: bool = False) -> None:
        """End the drill: cries are real from now on."""
        if not self.drill_id:
            return
        self._close_room()
        drill_id, self.drill_id = self.drill_id, ""
        for timer in (self._lease, self._longest):
            if timer is not None:
                timer.cancel()
        self._close_window()
        self._room = ""
        self._keep(lambda c: store.end(c, drill_id, time.time()))
        self._bus.publish(DrillEnded(is_real))
        if not is_real:
            self._speech.say(self._wording.drill("drill_ends"), Urgency.REMINDER)

    def _close_room(self) -> None:
        if self._room and not self._is_room_heard:
            self._note(self._room, Verdict.BROKEN, "no cry was heard from there")

    def _need(self) -> None:
        if not self.drill_id:
            raise Refused("no drill is on any more")

    def _note(self, room: str, verdict: Verdict, detail: str) -> None:
        finding, drill_id = CheckResult("room", verdict, detail, room), self.drill_id
        self._keep(lambda c: store.note(c, drill_id, finding, time.time()))

    def _keep(self, work: Callable[[Any], None]) -> None:
        """Write it down beside everything else: no cry waits for the disk."""

        async def write() -> None:
            try:
                await self._database.write(work)
            except StoreError as error:
                log.error("a drill could not be written down: %s", error)

        self._tasks.spawn(write())
