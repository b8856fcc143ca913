"""What the reminders say no to: typed, each with what is still true."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.services.errors import Refusal


@dataclass
class TimeMissingRefused(Refusal):
    """No time of day was said: ask for it."""


@dataclass
class DaysMissingRefused(Refusal):
    """It comes so many times in a week or month, but on which days was not said: ask for them."""

    count: int


@dataclass
class NeverComesRefused(Refusal):
    """The time has passed, or the rule has no day."""

    why: str

    def __str__(self) -> str:
        return f"it never comes: {self.why}"


@dataclass
class DoseUnlikelyRefused(Refusal):
    """The dose is not usual: ask whether it is right, then say `is_confirmed`."""

    amount: str
    """What was asked for, at once or of a day; a fraction; of `interval` a number of days."""
    unit: str
    usual_most: str
    usual_least: str = ""
    """The usual least; empty if no more is known than that it is a great deal."""
    per: str = "once"
    """once, day, or interval."""
    title: str = ""

    def __str__(self) -> str:
        if self.per == "interval":
            return (
                f"{self.title} is usually taken {self.usual_most} days apart; "
                'where it is right, write {"is_confirmed": true} in the column `more`'
            )
        each = "at once" if self.per == "once" else "a day"
        usual = f"{self.usual_least} to {self.usual_most}" if self.usual_least else self.usual_most
        return (
            f"{self.amount} {self.unit} {each} is not the usual {usual}; "
            'where it is right, write {"is_confirmed": true} in the column `more`'
        )


@dataclass
class DoseTooMuchRefused(Refusal):
    """The dose is more than ever usual of a medicine that harms then: it is not written down."""

    title: str
    amount: str
    """What was asked for: at once, or of a day; a fraction."""
    unit: str
    most: str
    """The limit it lies beyond, a fraction in `limit_unit`; of `interval` a number of days."""
    limit_unit: str
    per: str
    """once, day, or interval: what the limit is of."""

    def __str__(self) -> str:
        if self.per == "interval":
            return f"{self.title}: there are at least {self.most} days between two doses"
        each = "at once" if self.per == "once" else "a day"
        return (
            f"{self.title}: {self.amount} {self.unit} {each} is beyond {self.most} "
            f"{self.limit_unit}, and is not written down"
        )


@dataclass
class UnknownRefused(Refusal):
    """No reminder is called so; `names` are those that there are."""

    name: str
    known: tuple[str, ...]


@dataclass
class NothingOpenRefused(Refusal):
    """Nothing is due, nor was lately; `next_at` is when something will be."""

    next_at: float | None = None


@dataclass
class AlreadyTakenRefused(Refusal):
    """This dose was taken before; it is not counted again."""

    title: str
    taken_at: float


@dataclass
class TooSoonRefused(Refusal):
    """The medicine is taken as needed, and the least interval is not over."""

    title: str
    last_at: float
    next_at: float


@dataclass
class DailyMostRefused(Refusal):
    """The medicine is taken as needed, and was taken as often within 24 hours as it may be."""

    title: str
    most: int
    next_at: float


@dataclass
class SnoozeTooLongRefused(Refusal):
    """The dose would be offered no longer at that time."""

    title: str
    offered_until: float


@dataclass
class ClockWrongRefused(Refusal):
    """The clock of this machine shows a time before Anban was made."""

    now: float


@dataclass
class TooManyRefused(Refusal):
    """There are as many reminders as can be kept."""

    most: int


@dataclass
class NotThatDayRefused(Refusal):
    """The reminder does not come on that day, nor at that time of it."""

    title: str
    day: str


@dataclass
class WhichTimeRefused(Refusal):
    """The reminder comes more than once that day: ask which is meant; Unix times by slot."""

    title: str
    due: dict[str, float]


@dataclass
class PassesNextRefused(Refusal):
    """The new time lies beyond another dose of the same medicine."""

    title: str
    next_at: float


@dataclass
class NothingDoneRefused(Refusal):
    """Nothing was done lately that could be taken back."""


@dataclass
class NotPausedRefused(Refusal):
    """None of these reminders is paused."""


@dataclass
class ImpossibleTimeRefused(Refusal):
    """A time or a day that does not exist was said."""


@dataclass
class MealMissingRefused(Refusal):
    """A dose is "after food", which may be any meal: ask which."""


@dataclass
class WordsLeftRefused(Refusal):
    """The last sentence says more of times and days than was understood: ask about these words."""

    words: tuple[str, ...]


@dataclass
class ListRefused(Refusal):
    """Nothing was read in; `lines` gives each bad line of the list, by its number, and why."""

    lines: tuple[str, ...]
