"""The second net: what the dialogue understands as a cry for help, though no list knows it.

It is less certain than the safety lane, so it only asks; the lists remain where there is no
dialogue.  It also takes answers to an open alarm that are said in other words than those listed.
"""

from __future__ import annotations

from typing import Final, Protocol

from assistant.language import NoWordsError, TextTooLongError
from assistant.mind import Mind, MindError, Thought
from assistant.safety import Judgement, is_told_of, judge
from assistant.spoken import Address, Spoken

HELP: Final = "emergency_help"
CANCEL: Final = "emergency_cancel"
OVERHEARD_CONFIDENCE: Final = 0.7
"""From here on a sentence that was not said to Anban is asked about."""
OVERHEARD_SURE: Final = 0.95
"""From here on silence after that question calls the family: at most one in 500 ordinary sentences
of a room comes so far.  Both are measured by `tests/dialogue/test_emergency.py`."""
_MEANS: Final = {
    CANCEL: Judgement(fine=True),
    "general_affirm": Judgement(reflex="affirm"),
    "general_deny": Judgement(reflex="deny"),
}


class Alarms(Protocol):
    """What it tells: `care.Emergency`."""

    def doubt(self, text: str, *, is_sure: bool) -> None:
        """Ask whether help is needed; silence calls the family where it is sure."""

    def is_answered_by(self, spoken: Spoken) -> bool:
        """Whether such words are about an open alarm."""

    def take_answer(self, spoken: Spoken) -> None:
        """Act on them."""


class SecondNet:
    """Looks at every sentence that the safety lane let through."""

    def __init__(self, mind: Mind, alarms: Alarms) -> None:
        self._mind, self._alarms = mind, alarms

    async def overhear(self, text: str, alternatives: tuple[str, ...]) -> None:
        """A sentence that was not said to Anban."""
        try:
            thought = await self._mind.think(text, alternatives, {})
        except (MindError, TextTooLongError, NoWordsError):
            return  # the lists are the first net, and need no dialogue
        if thought.confidence >= OVERHEARD_CONFIDENCE:
            is_sure = thought.confidence >= OVERHEARD_SURE
            self.takes(thought, Address.ROOM, is_sure=is_sure)

    def takes(self, thought: Thought, address: Address, *, is_sure: bool = True) -> bool:
        """Whether it is a cry, or the answer to an open alarm; then it is acted on."""
        if thought.intent == HELP and not is_told_of(thought.text):
            self._alarms.doubt(thought.text, is_sure=is_sure)
            return True
        judgement = _MEANS.get(thought.intent)
        if judge(thought.text, is_final=True).hang_up:
            return False  # of a call, not of the alarm
        if judgement is None:
            return False
        spoken = Spoken(thought.text, judgement, address)
        if not self._alarms.is_answered_by(spoken):
            return False
        self._alarms.take_answer(spoken)
        return True
