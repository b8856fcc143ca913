"""Questions that skills ask by themselves: put as any other, answered over the socket."""

from __future__ import annotations

from assistant.events import AskElder, ElderAnswered
from assistant.home.questions import Ending, OpenQuestions, Question, Rank
from assistant.runtime.bus import Bus


class SkillQuestions:
    """Puts what skills ask, and tells them what became of it."""

    def __init__(self, bus: Bus, questions: OpenQuestions) -> None:
        self._bus, self._questions = bus, questions
        bus.subscribe(AskElder, self._ask)

    def _ask(self, wanted: AskElder) -> None:
        def answered(ending: Ending, text: str) -> None:
            is_answer = ending in {Ending.YES, Ending.NO}
            answer = ending if is_answer else Ending.SILENCE
            self._bus.publish(ElderAnswered(wanted.question_id, answer.value, text))

        question = Question(
            Rank.SKILL,
            wanted.text,
            wanted.open_seconds,
            urgency=wanted.urgency,
            question_id=wanted.question_id,
        )
        # Without words there is nothing to answer; or something more urgent is asked.
        if not wanted.text.strip() or self._questions.ask(question, answered) is None:
            answered(Ending.SILENCE, "")
