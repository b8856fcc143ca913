"""What is decided in the core before anything else: cries, open alarms, a call that stands.

`safety.judge` says what words mean; here is what is done about it, with every other process dead.
"""

from __future__ import annotations

import time
from typing import Protocol

from assistant import second_net
from assistant.bus import Bus
from assistant.events import CryForHelpHeard, Urgency
from assistant.safety import Cry, Judgement
from assistant.speech import Speech


class Alarms(second_net.Alarms, Protocol):
    """What the core knows of alarms: `care.Emergency`."""

    @property
    def is_open(self) -> bool:
        """Whether somebody may need help."""

    @property
    def is_line_open(self) -> bool:
        """Whether the elder speaks with somebody on the telephone."""

    def reply_to_cry(self, cry: Cry) -> str:
        """The truth about who is being called now; empty where it is asked about first."""

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether this answered a question about signs, which takes whatever is said."""


class Line(Protocol):
    """What the core knows of calls that the elder asked for: `care.calls.Calls`."""

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is being rung or spoken with."""

    def hang_up(self) -> bool:
        """End the call."""


class SafetyLane:
    """Acts on judgements; what it takes goes no further."""

    def __init__(self, bus: Bus, speech: Speech, alarms: Alarms, line: Line) -> None:
        self._bus, self._speech = bus, speech
        self.alarms, self._line = alarms, line

    @property
    def is_conversation(self) -> bool:
        """Whether what is heard is said to, or by, somebody on the telephone."""
        return self.alarms.is_line_open

    def cry(self, cry: Cry) -> str:
        """Tell of a cry, and say what is done; empty where that is not said now."""
        self.tell(cry)
        reply = self.alarms.reply_to_cry(cry)
        if reply:  # none where a contact speaks with the elder already
            self._speech.say(reply, Urgency.ALARM)
        return reply

    def tell(self, cry: Cry) -> None:
        """Tell of a cry that was answered already: now it is known which help is needed."""
        self._bus.publish(
            CryForHelpHeard(
                cry.phrase, cry.reason, time.time(), cry.is_at_once, cry.service, cry.number
            )
        )

    def ends_call(self, judgement: Judgement) -> bool:
        """Whether it ends a call that rings or stands; done where it does."""
        if not self._line.is_under_way:
            return False
        ends = judgement.hang_up or (
            not self.is_conversation and (judgement.fine or judgement.reflex == "stop")
        )
        return ends and self._line.hang_up()

    def answers_signs(self, text: str, judgement: Judgement) -> bool:
        """Whether it answered a question about signs of a stroke."""
        return bool(text.strip()) and self.alarms.hear(text, judgement)
