"""What a radar's recording tells, as sentences: `assistant/senses/replies/<language>`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from errno import errorcode
from pathlib import Path

import assistant.senses
from assistant.language import Replies, language
from assistant.packs import facts, whole
from perception.events import (
    ActivityChanged,
    BathroomLong,
    BedLeft,
    Event,
    FallDetected,
    GaitSpeed,
    LyingOnFloor,
    MountingDoubted,
    MountingFound,
    NoMotion,
    PersonPresent,
    Rested,
    Rose,
    SensorRecovered,
    SensorTroubled,
    Stumbled,
    VitalSigns,
)

FOLDER = Path(assistant.senses.__path__[0]) / "replies"
_DIGITS = "0123456789:.-"


@dataclass(frozen=True, slots=True)
class ReplayWords:
    """Says everything about a recording in one language."""

    lang: str
    replies: Replies

    @classmethod
    def of(cls, lang: str) -> ReplayWords:
        """Load the words; raises RepliesInvalidError."""
        return cls(lang, Replies.load(FOLDER))

    def __call__(self, key: str, **slots: object) -> str:
        """Fill the wording of a key; raises ReplyMissingError, SlotMissingError."""
        return self.replies.render(key, self.lang, avoid="", **slots)

    def why(self, error: OSError) -> str:
        """Say what the system had against a file; in English if it is a rare thing."""
        key = f"why_{errorcode.get(error.errno or 0, '')}"
        return self(key) if key in self.replies else str(error.strerror or error)

    def label(self, key: str, **slots: object) -> str:
        """Fill a label of the picture."""
        return self(f"label_{key}", **slots)

    @property
    def letters(self) -> str:
        """Everything that may stand in the picture's labels."""
        labels = (key for key in sorted(self.replies.keys()) if key.startswith("label_"))
        return _DIGITS + "".join(self.replies.wordings(key, self.lang)[0] for key in labels)

    def for_labels(self) -> Iterator[ReplayWords]:
        """Offer the languages for a picture's labels: this one if it has them, else the next.

        A language that is not whole has them from another one: without a sentence around each.
        """
        for code in dict.fromkeys((self.lang, *whole())):
            if facts(code).whole:
                yield ReplayWords(code, self.replies)

    def sentence(self, event: Event, radar: str) -> str:
        """Say what happened; `radar` is the protocol of the recording."""
        match event:
            case PersonPresent(count=count):
                many = str(count) if count in {0, 1} else "more"
                return self(f"PersonPresent_{many}", count=count)
            case FallDetected(person=0):
                return self("fall_told_by_module")
            case FallDetected():
                return self("FallDetected", **self._evidence(event))
            case Stumbled(person=person, x=x, y=y):
                course = _metres(event.from_metres, event.to_metres, event.down_seconds)
                return self("Stumbled", person=person, place=self._place(x, y), **course)
            case LyingOnFloor(person=person, lying_seconds=seconds, x=x, y=y):
                place, duration = self._place(x, y), self._duration(seconds)
                return self("LyingOnFloor", person=person, place=place, duration=duration)
            case Rose(person=person):
                return self("Rose", person=person)
            case BedLeft(person=person, in_bed_seconds=seconds):
                return self("BedLeft", person=person, duration=self._duration(seconds))
            case BathroomLong(person=person, inside_seconds=seconds):
                return self("BathroomLong", person=person, duration=self._duration(seconds))
            case NoMotion(still_seconds=seconds):
                return self("NoMotion", duration=self._duration(seconds))
            case ActivityChanged(person=person, activity=activity):
                return self(f"ActivityChanged_{activity}", person=person)
            case GaitSpeed(person=person, metres_per_second=speed, walked_metres=metres):
                walked = {"metres": f"{metres:.1f}", "speed": f"{speed:.1f}"}
                return self("GaitSpeed", person=person, **walked)
            case VitalSigns(breaths_per_minute=breaths, heartbeats_per_minute=beats):
                if beats is None:
                    return self("VitalSigns", breaths=round(breaths))
                return self("VitalSigns_heart", breaths=round(breaths), beats=round(beats))
            case MountingFound(height_metres=height, told_metres=told):
                return self("MountingFound", height=f"{height:.1f}", told=f"{told:.1f}")
            case MountingDoubted(why=why):
                return self(f"MountingDoubted_{why}")
            case Rested(rested_seconds=seconds, level_metres=level):
                x, y = (event.x_min + event.x_max) / 2, (event.y_min + event.y_max) / 2
                rest = {"place": self._place(x, y), "level": f"{level:.1f}"}
                return self("Rested", duration=self._duration(seconds), **rest)
            case SensorTroubled(kind=kind, reason=reason, speaks_like=other):
                return self(f"SensorTroubled_{kind}", reason=reason, radar=radar, other=other)
            case _:
                return self(SensorRecovered.__name__)

    def _evidence(self, fall: FallDetected) -> dict[str, object]:
        return {
            "person": fall.person,
            "place": self._place(fall.x, fall.y),
            "percent": f"{fall.confidence:.0%}".rstrip("%"),
            "seconds": f"{fall.descent_seconds:.1f}",
            **_metres(fall.from_metres, fall.to_metres, fall.low_seconds),
        }

    def _place(self, x: float, y: float) -> str:
        along, across = "ahead" if y >= 0 else "behind", "right" if x >= 0 else "left"
        return self(f"place_{along}_{across}", along=f"{abs(y):.1f}", across=f"{abs(x):.1f}")

    def _duration(self, seconds: float) -> str:
        return language(self.lang).spoken.duration(timedelta(seconds=round(seconds)))


def _metres(upper: float, lower: float, low_seconds: float) -> dict[str, object]:
    # A told mounting that is a little off puts a body that lies under the floor.
    return {"upper": f"{upper:.1f}", "lower": f"{max(lower, 0.0):.1f}", "low": f"{low_seconds:.1f}"}


def short_of(event: Event) -> str:
    """Name the label that stands for an event in a picture."""
    if isinstance(event, ActivityChanged):
        return event.activity
    return type(event).__name__


def clock_of(seconds: float) -> str:
    """Write a time since the beginning as minutes:seconds, or hours:minutes:seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
