"""Words that say how others about time are meant, and nothing of a time by themselves."""

from enum import Enum, StrEnum


class Denied(Enum):
    """Words about time that are not meant: the seven of "not at seven, at eight"."""

    WORDS = "words"


class Unclear(Enum):
    """Words about time that can be read in two ways, or that nothing here can keep."""

    WORDS = "words"


class TakenBack(Enum):
    """Says that what comes behind it is meant instead: "at eight, no, at nine"."""

    WORDS = "words"


class Joint(Enum):
    """Stands between two times that are two: the "and" of "at noon and in the evening"."""

    WORDS = "words"


class NoOther(Enum):
    """Says that it is on no other day: "never any other day"."""

    WORDS = "words"


class PerDay(Enum):
    """Stands behind a dose: the "a day" of "one tablet a day"."""

    WORDS = "words"


class Aside(Enum):
    """What is said in search of a word: the "um" of "at six um half past six"."""

    WORDS = "words"


class ThatOnce(Enum):
    """Says that one thing takes the place of what is usual."""

    INSTEAD = "instead"
    """On Saturday at ten instead."""
    REST = "rest"
    """Today at ten, the rest of the week as normal."""


class NowHour(Enum):
    """Says that the hour is the one that it is now: "this time tomorrow"."""

    WORDS = "words"


class Waking(Enum):
    """Says that the elder sleeps until then: "wake me up at six" is in the morning."""

    WORDS = "words"


class Edge(StrEnum):
    """Says that a day beside it is where a recurrence starts or ends, or is left out."""

    START_AHEAD = "start ahead"
    START_BEHIND = "start behind"
    END_AHEAD = "end ahead"
    END_BEHIND = "end behind"
    """The day was named before: "until that day"."""
    NOT_AHEAD = "not ahead"
    NOT_BEHIND = "not behind"
