"""All that a skill may import.

A skill is a folder: `skill.py` with its actions, `domain.yml` and `rules.yml` in Rasa's format,
and for each language `nlu.yml` (what people say) and `replies.yml` (what Anban says).  One that
needs tables has `migrations/0001.sql`, `0002.sql`, … beside them.

    from skills.api import Skill, Turn

    skill = Skill("tea", __file__)

    @skill.action
    async def brew(turn: Turn) -> str:      # action_tea_brew in domain.yml and rules.yml
        return turn.render("brewing")

Actions must answer within a few seconds and must not block (no time.sleep, no synchronous
network); each skill runs on a thread of its own, and one that hangs is answered for and restarted.
"""

from __future__ import annotations

from datetime import date

from assistant import services
from assistant.events import (
    ElderAnswered,
    LanguageChanged,
    ProfileChanged,
    Said,
    TurnTaken,
    Urgency,
)
from assistant.language import (
    DayTime,
    Dose,
    ImpossibleAmountError,
    ImpossibleTimeError,
    Language,
    Match,
    Number,
    Spoken,
    Unit,
    are_counted_alike,
    language,
    parse_dose,
    parse_number,
    rank_matches,
    with_hours_told,
)
from assistant.language.clues import (
    After,
    Anchor,
    AtAnchor,
    Clock,
    Every,
    EveryWeekdays,
    Found,
    Lasting,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnSolarTerm,
    OnWeekday,
    PartOfDay,
    TimesEvery,
)
from assistant.language.lunar import LunarDay, lunar_day, solar_date
from assistant.language.reading import LeftKind, Leftover, Owner, Reading
from assistant.language.signs import Edge, TakenBack
from assistant.services import Result, ServiceError, Statement
from assistant.settings import setting
from skills.home import Adjusted, Answer, Home, NotStartedError
from skills.internet import ConsentMissingError, Fetched, OfflineError, Web, WebError
from skills.language_data import data_of
from skills.skill import Form, Skill
from skills.turn import FALLBACK, Entity, Leave, Reply, Turn, Unclear


def find_clues(text: str, lang: str, today: date) -> list[Found]:
    """What a sentence says about time, a clue each, in its order.

    Raises:
        ImpossibleTimeError: it names a time that no clock or calendar has.
    """
    return language(lang).find_clues(text, today)


def read_sentence(text: str, lang: str, today: date) -> Reading:
    """What a sentence says of times and doses, every word of it used once.

    Raises:
        ImpossibleTimeError: it names a time that no clock or calendar has.
    """
    return language(lang).read(text, today, ())


def names_days(found: Found) -> bool:
    """Whether a clue says on which day, or days."""
    return isinstance(found.clue, _OF_DAYS)


def names_hours(found: Found) -> bool:
    """Whether a clue says at which time of the day; "after meals" beside an hour does not."""
    clue = found.clue
    if isinstance(clue, AtAnchor):
        return len(clue.anchors) == 1
    return isinstance(clue, Clock | PartOfDay)


def names_end(found: Found) -> bool:
    """Whether a clue says for how long, or that a day beside it is the last."""
    return isinstance(found.clue, Lasting) or found.clue in (Edge.END_AHEAD, Edge.END_BEHIND)


_OF_DAYS = (
    Every,
    EveryWeekdays,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnSolarTerm,
    OnWeekday,
)

__all__ = [
    "FALLBACK",
    "Adjusted",
    "After",
    "Anchor",
    "Answer",
    "Clock",
    "ConsentMissingError",
    "DayTime",
    "Dose",
    "Edge",
    "ElderAnswered",
    "Entity",
    "Fetched",
    "Form",
    "Found",
    "Home",
    "ImpossibleAmountError",
    "ImpossibleTimeError",
    "Language",
    "LanguageChanged",
    "Leave",
    "LeftKind",
    "Leftover",
    "LunarDay",
    "Match",
    "NotStartedError",
    "Number",
    "OfflineError",
    "OnDay",
    "OnLunarDay",
    "OnMonthDay",
    "Owner",
    "ProfileChanged",
    "Reading",
    "Reply",
    "Result",
    "Said",
    "ServiceError",
    "Skill",
    "Spoken",
    "Statement",
    "TakenBack",
    "TimesEvery",
    "Turn",
    "TurnTaken",
    "Unclear",
    "Unit",
    "Urgency",
    "Web",
    "WebError",
    "are_counted_alike",
    "data_of",
    "find_clues",
    "language",
    "lunar_day",
    "names_days",
    "names_end",
    "names_hours",
    "parse_dose",
    "parse_number",
    "rank_matches",
    "read_sentence",
    "services",
    "setting",
    "solar_date",
    "with_hours_told",
]
