"""The second net: what the dialogue understands as a cry for help, though no list knows it.

It is less certain than the safety lane, so it only asks; the lists remain where there is no
dialogue.  It also takes answers to an open alarm that are said in other words than those listed.
"""

from __future__ import annotations

from typing import Final, Protocol

from assistant.conversation.understanding import Interpretation, Understanding, UnderstandingError
from assistant.home.reaction import Reaction
from assistant.home.spoken import Address, Spoken
from assistant.language import NoWordsError, TextTooLongError
from assistant.safety import Judgement, is_told_of, judge

HELP: Final = "emergency_help"
CANCEL: Final = "emergency_cancel"
OVERHEARD_CONFIDENCE: Final = 0.7
"""The confidence from which on a sentence that was not said to Anban is asked about."""
OVERHEARD_SURE: Final = 0.95
"""The confidence from which on silence after that question calls the family: at most one in 500
ordinary sentences of a room comes so far. Both are measured by
`tests/dialogue/test_emergency.py`."""
UNDERSTOOD_CONFIDENCE: Final = 0.8
"""The confidence from which on a sentence said to Anban that the dialogue understands as something
else is no doubt any more, if the doubt was mild."""
_NOT_UNDERSTOOD: Final = frozenset(
    {HELP, CANCEL, "nlu_fallback", "general_affirm", "general_deny", "general_stop"}
)
_MEANS: Final = {
    CANCEL: Judgement(fine=True),
    "general_affirm": Judgement(reflex="affirm"),
    "general_deny": Judgement(reflex="deny"),
}


class Alarms(Protocol):
    """The alarms that it tells: `alarm.triggers.AlarmTriggers`."""

    def doubt(self, text: str, *, is_sure: bool, lang: str) -> Reaction:
        """Ask whether help is needed; if it is sure, silence calls the family."""

    def is_answered_by(self, spoken: Spoken) -> bool:
        """Whether such words are about an open alarm."""

    def take_answer(self, spoken: Spoken) -> Reaction:
        """Act on them."""


def outweighs(thought: Interpretation) -> bool:
    """Whether it was understood so well as something else that a mild doubt falls."""
    is_other = thought.intent not in _NOT_UNDERSTOOD
    return is_other and thought.confidence >= UNDERSTOOD_CONFIDENCE


class ImpliedCries:
    """Looks at every sentence that the safety lane let through."""

    def __init__(self, understanding: Understanding, alarms: Alarms) -> None:
        self._understanding, self._alarms = understanding, alarms

    async def overhear(self, text: str, alternatives: tuple[str, ...]) -> None:
        """Look at a sentence that was not said to Anban."""
        try:
            thought = await self._understanding.think(text, alternatives, {})
        except (UnderstandingError, TextTooLongError, NoWordsError):
            return  # the lists are the first net, and need no dialogue
        if thought.confidence >= OVERHEARD_CONFIDENCE:
            is_sure = thought.confidence >= OVERHEARD_SURE
            self.takes(thought, Address.ROOM, is_sure=is_sure)

    def takes(
        self, thought: Interpretation, address: Address, *, is_sure: bool = True
    ) -> Reaction | None:
        """Give what is said if it is a cry, or the answer to an open alarm: then it is acted on."""
        if thought.intent == HELP and not is_told_of(thought.text, thought.lang):
            return self._alarms.doubt(thought.text, is_sure=is_sure, lang=thought.lang)
        judgement = _MEANS.get(thought.intent)
        if judge(thought.text, is_final=True, lang=thought.lang).hang_up:
            return None  # of a call, not of the alarm
        if judgement is None:
            return None
        if judgement.fine and address is Address.NAMED:
            address = Address.WINDOW  # a guess at the words: never enough without asking back
        spoken = Spoken(thought.text, judgement, address, thought.lang)
        if not self._alarms.is_answered_by(spoken):
            return None
        return self._alarms.take_answer(spoken)
