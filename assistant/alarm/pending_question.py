"""What the elder was asked last in an alarm, and how far it is answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from assistant.home.questions import OpenQuestion, OpenQuestions, Question, Rank

QUESTION_SECONDS: Final = 20.0
"""How long an answer counts as one to "do you need help?"; a first "I'm fine" holds as long."""
NUMBER_SECONDS: Final = 40.0
"""How long an answer counts as one to "shall I ring 120?", which is asked after some other
words."""


class Asked(StrEnum):
    """What a question is about."""

    NOTHING = ""
    HELP = "help"
    """Whether help is needed."""
    NUMBER = "number"
    """Whether to ring a public number."""
    ARRIVAL = "arrival"
    """Whether somebody is beside the elder now."""


class PendingQuestion:
    """The alarm's question; said in the alarm's own voice, and open from the moment it is put."""

    def __init__(self, questions: OpenQuestions) -> None:
        self._questions = questions
        self._open: OpenQuestion | None = None
        self._asked = Asked.NOTHING
        self.about = ""
        """The number, or the name of the person, that was asked about."""
        self.is_half_answered = False
        """A first answer came that does not suffice; a second one does."""

    @property
    def asked(self) -> Asked:
        """Tell what an answer would be about now."""
        is_open = self._open is not None and self._open is self._questions.current
        return self._asked if is_open else Asked.NOTHING

    def put(
        self,
        asked: Asked = Asked.HELP,
        about: str = "",
        seconds: float = QUESTION_SECONDS,
        *,
        is_half_answered: bool = False,
    ) -> None:
        """Note that a question was asked; the one before it is closed."""
        self._asked, self.about = asked, about
        self.is_half_answered = is_half_answered
        self._open = self._questions.ask(Question(Rank.ALARM, "", seconds, is_said=True))

    def put_number(self, number: str, *, is_half_answered: bool = False) -> None:
        """Note that the elder was asked whether to ring a number."""
        self.put(Asked.NUMBER, number, NUMBER_SECONDS, is_half_answered=is_half_answered)

    def close(self) -> None:
        """Close the question: it was answered."""
        if self._open is not None:
            self._open.close()
