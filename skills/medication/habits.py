"""The elder's own times: meals, getting up, going to bed."""

from __future__ import annotations

from typing import Final

from skills.api import Anchor, Clock, ImpossibleTimeError, Turn, find_clues, parse_number
from skills.medication.words import words

_USUAL_HOURS: Final = {
    Anchor.WAKING: 6.5,
    Anchor.BREAKFAST: 7.5,
    Anchor.LUNCH: 12,
    Anchor.NAP: 13,
    Anchor.SUPPER: 18,
    Anchor.BEDTIME: 21.5,
}
"""Which of two hours on the clock is meant: the nearer one."""


def habit_time(turn: Turn, habit: str, text: str) -> str | None:
    """The time of day that is said of a habit, HH:MM."""
    try:
        clocks = [
            found.clue
            for found in find_clues(text, turn.lang, turn.now.date())
            if isinstance(found.clue, Clock)
        ]
        if not clocks:
            clocks = _bare_hour(turn, text)
        if not clocks:
            return None
        said = clocks[-1]
        usual = _USUAL_HOURS[Anchor(habit)]
        hours = [said.hour] if said.hour > 12 else [said.hour % 12, said.hour % 12 + 12]
        if said.part is not None:
            hours = [said.part.hour(said.hour)]
    except ImpossibleTimeError:
        return None
    hour = min(hours, key=lambda each: abs(each - usual)) % 24
    return f"{hour:02}:{said.minute:02}"


def _bare_hour(turn: Turn, text: str) -> list[Clock]:
    """A number that is the whole answer."""
    core = words(turn.lang).core(text)
    number = parse_number(core, turn.lang)
    is_all = number is not None and (number.start, number.end) == (0, len(core))
    return [Clock(int(number.value))] if number is not None and is_all else []


async def keep_habit(turn: Turn, habit: str, at: str) -> None:
    """Write one of the elder's own times."""
    habits = await turn.home.profile.get("habits")
    known = habits if isinstance(habits, dict) else {}
    await turn.home.profile.set("habits", {**known, habit: at})
