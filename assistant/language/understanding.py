"""What was said, understood in the language it was said in: times, numbers and doses.

The rules are our own. Tried on the same sentences, jionlp 1.5.31 read 25点 as five o'clock and
每周一三五 as Mondays (and takes 165 MB), dateparser 1.5.0 had 5 of 34 English ones right and read
"a week from today" as a week ago, and recognizers-text 1.0.2a2 no longer loads. A wrong guess is
the one thing that a medicine's reminder cannot have: what no rule here reads is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from assistant.language.amounts import Dose, Number
from assistant.language.clues import After, Clock
from assistant.language.combine import combine
from assistant.language.languages import language
from assistant.language.lengths import later
from assistant.language.reading import LeftKind, Leftover, Span
from assistant.language.schedule import Habits, Recurrence, When


@dataclass(frozen=True, slots=True)
class Understood:
    """All that one sentence says of a time and of amounts, every word of it used once."""

    when: When | None
    doses: tuple[Dose, ...]
    """In the order they were said; none of their words tells a time."""
    leftover: tuple[Leftover, ...]
    """Words that could belong to a time, an amount, a pattern of days, a negation or an exception,
    and were used for nothing.  Ask, unless each of them is known to be something else: "two" in
    "two metformin" is a `LeftKind.COUNT`, and a dose to who knows metformin; in "call my two sons"
    it is a part of what is read back."""
    spans: tuple[Span, ...]
    """Which words were used, and for what."""

    @property
    def left_out(self) -> tuple[date, ...]:
        """Days on which what comes again does not come; weekdays are left out of the rule itself.

        Whoever cannot keep them must ask.
        """
        return self.when.left_out if isinstance(self.when, Recurrence) else ()

    def unused(self, used: Sequence[tuple[int, int]]) -> tuple[Leftover, ...]:
        """What is left over of the sentence once the caller has used these words, too."""
        return tuple(
            each
            for each in self.leftover
            if not any(start <= each.start and each.end <= end for start, end in used)
        )


def understand_schedule(
    text: str, lang: str, now: datetime, habits: Habits, *, names: Sequence[str] = ()
) -> Understood:
    """Understand when and how much in one pass, so that no digit is an hour and a dose.

    Args:
        text: The sentence.
        lang: Its language.
        now: In the elder's time zone.
        habits: The elder's own times.
        names: Names in it that the caller knows ("vitamin b twelve"): what is in them is theirs.

    Raises:
        ImpossibleTimeError: the words name a time that no clock or calendar has.
        ImpossibleAmountError: they name an amount that nobody can take.
        ValueError: `now` has no time zone.
    """
    _check_zone(now)
    read = language(lang).read(text, now.date(), names)
    when = combine(read.clues, now, habits)
    unread = tuple(
        Leftover(LeftKind.UNCLEAR, text[start:end], start, end)
        for start, end in (when.unread if when else ())
    )
    return Understood(when, read.doses, (*read.leftover, *unread), read.spans)


def with_hours_told(text: str, lang: str, today: date) -> str:
    """Write the hour in the place of "half an hour later", so that the sentence can be cut.

    Raises:
        ImpossibleTimeError: the words name a time that no clock or calendar has.
    """
    clues = language(lang).find_clues(text, today)
    for each in reversed(clues):
        before = [e.clue for e in clues if isinstance(e.clue, Clock) and e.end <= each.start]
        if not isinstance(each.clue, After) or not each.clue.is_then or not before:
            continue
        at = later(before[-1], each.clue.length)
        told = f"{at.hour}:{at.minute:02}"
        if at.part is not None:
            told = language(lang).spoken.time_of_day(time(at.part.hour(at.hour) % 24, at.minute))
        # 吃饭中午十二点半 would be read as 吃饭中.
        comma = "，" if text[each.start - 1].isalnum() else ""
        text = f"{text[: each.start]}{comma}{told}{text[each.end :]}"
    return text


def parse_when(text: str, lang: str, now: datetime, habits: Habits) -> When | None:
    """Understand when a sentence means, or None if it says nothing about it.

    The result names the words it came from (`spans`), so that the rest can be read as what is
    to be done. `now` has the elder's time zone; so has a moment that comes out.

    Raises:
        ImpossibleTimeError: the words name a time that no clock or calendar has.
        ValueError: `now` has no time zone.
    """
    _check_zone(now)
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


def _check_zone(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
