"""Decides in the core, before anything else, on cries, open alarms and a call that stands.

`safety.judge` says what words mean; here is what is done about it, with every other process dead.
`SafetyLane.take` is the one ladder: for what was heard so far, heard finally, and typed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.conversation import implied_cry
from assistant.events import CryForHelpHeard
from assistant.home.reaction import Reaction
from assistant.home.spoken import Spoken
from assistant.runtime.bus import Bus
from assistant.safety import Cry, Doubt, Judgement


class Alarms(implied_cry.Alarms, Protocol):
    """What the core knows of alarms: `alarm.triggers.AlarmTriggers`."""

    @property
    def is_open(self) -> bool:
        """Whether somebody may need help."""

    @property
    def is_line_open(self) -> bool:
        """Whether the elder speaks with somebody on the telephone."""

    @property
    def awaits_cry(self) -> bool:
        """Whether a drill asked for a cry: a doubt is one then, and calls nobody."""

    def answer_cry(self, cry: Cry) -> str:
        """Say the truth about who is being called now; what is said.

        Nothing if it is asked about first, or a contact speaks with the elder already.
        """

    def take_back(self, since: float) -> None:
        """Ask about cries since then (Unix time) instead of calling."""

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether this answered a question about signs, which takes whatever is said."""


class Line(Protocol):
    """What the core knows of calls that the elder asked for: `calls.Calls`."""

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is being rung or spoken with."""

    def hang_up(self) -> bool:
        """End the call."""


class Deed(StrEnum):
    """What was done about a hypothesis."""

    CRIED = "cried"
    """People are being called."""
    ANSWERED = "answered"
    """It was about an open alarm, or answered a question about signs."""
    TOLD = "told"
    """It was asked how it stands with an open alarm ("is anybody coming?")."""
    ENDED_CALL = "ended_call"
    ASKED = "asked"
    """It may be a cry: the elder was asked."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A hypothesis that goes no further."""

    deed: Deed
    reply: str = ""
    """What was said about it already."""
    reaction: Reaction | None = None
    """What is being said about it."""


class SafetyLane:
    """Acts on judgements; what it takes goes no further."""

    def __init__(self, bus: Bus, alarms: Alarms, line: Line) -> None:
        self._bus, self._alarms, self._line = bus, alarms, line

    @property
    def is_conversation(self) -> bool:
        """Whether what is heard is said to, or by, somebody on the telephone."""
        return self._alarms.is_line_open

    @property
    def is_alarm_open(self) -> bool:
        """Whether somebody may lie on the floor: nobody is asked how many tablets then."""
        return self._alarms.is_open

    def take(self, spoken: Spoken) -> Taken | None:
        """Do what words ask for that stood, or were all that was said; None: nothing of safety."""
        text, judgement = spoken.text, spoken.judgement
        if judgement.cry is not None:
            return Taken(Deed.CRIED, self._cry(judgement.cry))
        if self.is_answer(spoken):
            reaction = self._alarms.take_answer(spoken)
            if reaction.is_status:  # out of the journal: said in the same moment
                return Taken(Deed.TOLD, reaction.so_far())
            return Taken(Deed.ANSWERED, reaction=reaction)
        if self._ends_call(judgement):
            return Taken(Deed.ENDED_CALL)
        if text.strip() and self._alarms.hear(text, judgement):
            return Taken(Deed.ANSWERED)
        if judgement.doubt is not None and self._alarms.awaits_cry:
            doubt = judgement.doubt
            return Taken(Deed.CRIED, self._cry(Cry(doubt.phrase, doubt.reason)))
        if judgement.doubt is not None and self._may_ask(judgement.doubt):
            reaction = self._alarms.doubt(
                text, is_sure=judgement.doubt.is_serious, lang=spoken.lang
            )
            return Taken(Deed.ASKED, reaction=reaction)
        return None

    def waits(self, spoken: Spoken) -> bool:
        """Whether a doubt waits for what the dialogue understands: a mild one, said to Anban."""
        doubt = spoken.judgement.doubt
        return (
            doubt is not None
            and doubt.may_wait
            and spoken.address.is_to_anban
            and not self.is_conversation
            and not self.is_alarm_open
            and not self.is_answer(spoken)
            and not self._alarms.awaits_cry
        )

    def is_answer(self, spoken: Spoken) -> bool:
        """Whether such words are about an open alarm."""
        return self._alarms.is_answered_by(spoken)

    def tell(self, cry: Cry) -> None:
        """Tell of a cry that was answered already: now it is known which help is needed."""
        self._bus.publish(
            CryForHelpHeard(
                cry.phrase, cry.reason, time.time(), cry.is_at_once, cry.service, cry.number
            )
        )

    def take_back(self, since: float) -> None:
        """Ask about what was called for since then: the whole sentence holds no cry."""
        self._alarms.take_back(since)

    def _may_ask(self, doubt: Doubt) -> bool:
        """Whether a doubt is asked about: in a call of the elder's own only a serious one.

        In an alarm's call somebody listens.
        """
        return not self.is_conversation or (self._line.is_under_way and doubt.is_serious)

    def _cry(self, cry: Cry) -> str:
        """Tell of a cry, and have it answered; what is said."""
        self.tell(cry)
        return self._alarms.answer_cry(cry)

    def _ends_call(self, judgement: Judgement) -> bool:
        """End a call that rings or stands, if the words ask for that; whether they did."""
        if not self._line.is_under_way:
            return False
        ends = judgement.hang_up or (
            not self.is_conversation and (judgement.fine or judgement.reflex == "stop")
        )
        return ends and self._line.hang_up()
