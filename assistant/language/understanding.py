"""What was said, understood in the language it was said in: times, numbers and doses.

The rules are our own. Tried on the same sentences, jionlp 1.5.31 read 25点 as five o'clock and
每周一三五 as Mondays (and takes 165 MB), dateparser 1.5.0 had 5 of 34 English ones right and read
"a week from today" as a week ago, and recognizers-text 1.0.2a2 no longer loads. A wrong guess is
the one thing that a medicine's reminder cannot have: what no rule here reads is asked for.
"""

from datetime import datetime

from assistant.language.amounts import Dose, Number
from assistant.language.combine import combine
from assistant.language.languages import language
from assistant.language.schedule import Habits, When


def parse_when(text: str, lang: str, now: datetime, habits: Habits) -> When | None:
    """Understand when a sentence means, or None where it says nothing about it.

    The result names the words it came from (`spans`), so that the rest can be read as what is
    to be done. `now` has the elder's time zone; so has a moment that comes out.

    Raises:
        ImpossibleTimeError: the words name a time that no clock or calendar has.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    return combine(language(lang).find_clues(text, now.date()), now, habits)


def parse_number(text: str, lang: str) -> Number | None:
    """Read the first number of a text: 两百零五, 一个半, 三点五, "a hundred and five", "36.5"."""
    return language(lang).find_number(text)


def parse_dose(text: str, lang: str) -> Dose | None:
    """Read the first dose of a text: 一片半, 十毫升, "two tablets", "5 mg".

    Raises:
        ImpossibleAmountError: it is nothing, or less than nothing.
    """
    return language(lang).find_dose(text)


def without_spans(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Take the words of a time out of a sentence: what is left is what to do."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return " ".join(text.split())
