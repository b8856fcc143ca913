"""What the reminders say no to: typed, each with what is still true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


class ReminderRefused(Exception):  # noqa: N818  (a plain "no", not a fault; nothing was written)
    """Nothing was written; the subclass says why and carries what an answer needs."""

    code: ClassVar[str] = "refused"

    def to_dict(self) -> dict[str, Any]:
        """Give it as the services do: `{"refused": code, ...}`."""
        details = {name: value for name, value in self._details().items() if value is not None}
        return {"refused": self.code, **details}

    def _details(self) -> dict[str, Any]:
        return dict(vars(self))

    def __str__(self) -> str:
        details = ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in self._details().items())
        return f"{self.code.replace('_', ' ')}: {details}" if details else self.code

    def __init_subclass__(cls) -> None:
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)
        cls.code = name.removeprefix("_").removesuffix("_refused")


@dataclass
class InvalidRefused(ReminderRefused):
    """A field is missing or cannot be; `field` names it, `why` says it in plain English."""

    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"


@dataclass
class TimeMissingRefused(ReminderRefused):
    """No time of day was said: ask for it."""


@dataclass
class DaysMissingRefused(ReminderRefused):
    """So many times a week or month was said, but not on which days: ask for them."""

    count: int


@dataclass
class NeverComesRefused(ReminderRefused):
    """The time has passed, or the rule has no day."""

    why: str

    def __str__(self) -> str:
        return f"it never comes: {self.why}"


@dataclass
class DoseUnlikelyRefused(ReminderRefused):
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
class DoseTooMuchRefused(ReminderRefused):
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
class UnknownRefused(ReminderRefused):
    """No reminder is called so; `names` are those that there are."""

    name: str
    known: tuple[str, ...]


@dataclass
class NothingOpenRefused(ReminderRefused):
    """Nothing is due, nor was lately; `next_at` is when something will be."""

    next_at: float | None = None


@dataclass
class AlreadyTakenRefused(ReminderRefused):
    """This dose was taken before; it is not counted again."""

    title: str
    taken_at: float


@dataclass
class TooSoonRefused(ReminderRefused):
    """The medicine is taken as needed, and the least interval is not over."""

    title: str
    last_at: float
    next_at: float


@dataclass
class DailyMostRefused(ReminderRefused):
    """The medicine is taken as needed, and was taken as often within 24 hours as it may be."""

    title: str
    most: int
    next_at: float


@dataclass
class SnoozeTooLongRefused(ReminderRefused):
    """The dose would be offered no longer at that time."""

    title: str
    offered_until: float


@dataclass
class ClockWrongRefused(ReminderRefused):
    """The clock of this machine shows a time before Anban was made."""

    now: float


@dataclass
class TooManyRefused(ReminderRefused):
    """There are as many reminders as can be kept."""

    most: int


@dataclass
class NotThatDayRefused(ReminderRefused):
    """The reminder does not come on that day, nor at that time of it."""

    title: str
    day: str


@dataclass
class WhichTimeRefused(ReminderRefused):
    """The reminder comes more than once that day: ask which is meant; Unix times by slot."""

    title: str
    due: dict[str, float]


@dataclass
class PassesNextRefused(ReminderRefused):
    """The new time lies beyond another dose of the same medicine."""

    title: str
    next_at: float


@dataclass
class NothingDoneRefused(ReminderRefused):
    """Nothing was done lately that could be taken back."""


@dataclass
class NotPausedRefused(ReminderRefused):
    """None of these reminders is paused."""
