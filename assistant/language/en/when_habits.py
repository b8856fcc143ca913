"""What English says about what the elder does every day: meals, waking, going to bed."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.language.clues import Anchor, AtAnchor, Clue, always
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.when_clock import HOUR_WORD, MINUTE_WORD, either
from assistant.language.en.when_lengths import LENGTH, seconds_of
from assistant.language.en.when_words import ANCHORS, EACH
from assistant.language.signs import Denied


def _habit(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    side_word = words["side"].lower()
    habits = re.findall(either(ANCHORS), words["habit"].lower())
    before = side_word in {"before", "prior to"}
    after = side_word in {"after", "following", "on", "when", "once", "after having"}
    length = words.get("length")
    minutes = round(seconds_of(length) / 60) if length else None
    anchors = tuple(dict.fromkeys(anchor for habit in habits for anchor in ANCHORS[habit]))
    each = len(habits) > 1 or habits[0] in EACH
    yield AtAnchor(anchors, -1 if before else 1 if after else 0, minutes, each)


def _first_thing(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield AtAnchor((Anchor.WAKING,))


def _empty_stomach(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read it as before breakfast, unless an hour was said: then it is how, not when."""
    has_hour = re.search(rf"\bat (?:{HOUR_WORD}|half|quarter)|o'clock|\d ?[ap]m", match.string)
    yield Denied.WORDS if has_hour else AtAnchor((Anchor.BREAKFAST,), -1)


# "With food" is how, not when.
_HABITS_ALONE = ANCHORS.keys() - {"food", "bed", "sleep", "a meal"}
_HABIT_LIST = rf"{either(ANCHORS)}(?:(?:,? and |, | or ){either(ANCHORS)})*"
_NAMED_MEALS = {
    "breakfast": Anchor.BREAKFAST,
    "lunch": Anchor.LUNCH,
    **dict.fromkeys(("dinner", "supper"), Anchor.SUPPER),
    "to bed": Anchor.BEDTIME,
}
_HOUR_SAID = re.compile(
    rf"(?:\b{HOUR_WORD}|\b{MINUTE_WORD}|o'?clock|[ap] ?m|:\d\d)$", re.IGNORECASE
)


def _named_meal(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Say in which part of the day the hour is: "at ten go to bed"; the words stay what is done."""
    if _HOUR_SAID.search(match.string, 0, match.start()):
        yield AtAnchor((_NAMED_MEALS[match["meal"].lower()],))


# Before all others: "half an hour after lunch" is no half hour from now.
HABIT_RULES = (
    (
        rf"(?:{LENGTH} )?\b(?P<side>before|after|following|prior to)(?: having| eating)? "
        rf"(?P<habit>{_HABIT_LIST})\b",
        _habit,
    ),
    (
        r"\b(?P<side>at|with|during|on|when|once) "
        rf"(?P<habit>{either(_HABITS_ALONE)}(?:(?:,? and |, | or ){either(_HABITS_ALONE)})*)\b",
        _habit,
    ),
    *(
        (
            rf"(?<=\b{meal})(?= at (?:half|quarter|{HOUR_WORD}|{N} (?:past|to))\b)",
            always(AtAnchor((anchor,))),
        )
        for meal, anchor in _NAMED_MEALS.items()
    ),
    (
        r"(?= (?:(?:i|we|to|please|remind me to|tell me to) )*(?:have|eat|cook|make|get|go|start) "
        rf"(?:my |our |the )?(?P<meal>{either(_NAMED_MEALS)})\b)",
        _named_meal,
    ),
    (r"first thing(?: in the morning)?", _first_thing),
    (r"on an empty stomach", _empty_stomach),
)
