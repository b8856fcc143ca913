"""What is not well for longer than one look, and who has to be told of it; pure.

The family is told on the first day, again every week while it lasts, and once when it is well.
The elder is told from the second day on, once, or at once where nobody of the family can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from assistant.services.findings import CheckResult

ELDER_DAYS: Final = 2
"""For how many days something must be wrong before the elder is told: what is gone by the next day
need not worry them."""
AGAIN_DAYS: Final = 7
SOUND_PARTS: Final = frozenset({"microphone", "speaker", "chime"})
"""Parts that are not looked at while it is not quiet: what was known of them stays."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One part that is not well, or was."""

    part: str
    subject: str
    since_day: str
    days: int
    """On how many days it was found to be wrong."""
    last_day: str
    is_over: bool = False
    family_told_day: str = ""
    """The day on which the family was told; empty: they do not know, or know that it is well
    again."""
    elder_told_day: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one listener does not know yet."""

    bad: tuple[Trouble, ...] = ()
    well: tuple[Trouble, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.bad or self.well)


def after(
    known: Iterable[Trouble], findings: Sequence[CheckResult], day: str
) -> tuple[Trouble, ...]:
    """Give what is known after this day's look."""
    found = {(finding.part, finding.subject): finding for finding in findings}
    kept: dict[tuple[str, str], Trouble] = {}
    for trouble in known:
        key = (trouble.part, trouble.subject)
        finding = found.get(key)
        if finding is None:
            if trouble.part in SOUND_PARTS:
                kept[key] = trouble
            continue  # a contact or a device that is no more
        kept[key] = _seen_again(trouble, day) if not finding.is_well else _over(trouble)
    for key, finding in found.items():
        if not finding.is_well and key not in kept:
            kept[key] = Trouble(*key, since_day=day, days=1, last_day=day)
    return tuple(filter(_matters, kept.values()))


def owed_family(known: Iterable[Trouble], day: str) -> Owed:
    """Give what the family has to be told."""
    troubles = tuple(known)
    return Owed(
        tuple(t for t in troubles if not t.is_over and _is_due(t.family_told_day, day)),
        tuple(t for t in troubles if t.is_over and t.family_told_day),
    )


def owed_elder(known: Iterable[Trouble], *, is_family_reached: bool) -> Owed:
    """Give what the elder has to be told."""
    troubles = tuple(known)
    return Owed(
        tuple(
            t
            for t in troubles
            if not t.is_over
            and not t.elder_told_day
            and (t.days >= ELDER_DAYS or not is_family_reached)
        ),
        tuple(t for t in troubles if t.is_over and t.elder_told_day),
    )


def told_family(known: Iterable[Trouble], told: Owed, day: str) -> tuple[Trouble, ...]:
    """Give what is known once the family was told."""
    return _marked(known, told, "family_told_day", day)


def told_elder(known: Iterable[Trouble], told: Owed, day: str) -> tuple[Trouble, ...]:
    """Give what is known once the elder was told."""
    return _marked(known, told, "elder_told_day", day)


def _marked(known: Iterable[Trouble], told: Owed, field: str, day: str) -> tuple[Trouble, ...]:
    bad = {(t.part, t.subject) for t in told.bad}
    well = {(t.part, t.subject) for t in told.well}
    marked = []
    for trouble in known:
        key = (trouble.part, trouble.subject)
        if key in bad:
            marked.append(replace(trouble, **{field: day}))  # type: ignore[arg-type]
        elif key in well and trouble.is_over:
            marked.append(replace(trouble, **{field: ""}))  # type: ignore[arg-type]
        else:
            marked.append(trouble)
    return tuple(filter(_matters, marked))


def _seen_again(trouble: Trouble, day: str) -> Trouble:
    is_new_day = trouble.last_day != day
    return replace(trouble, days=trouble.days + is_new_day, last_day=day, is_over=False)


def _over(trouble: Trouble) -> Trouble:
    return replace(trouble, is_over=True)


def _matters(trouble: Trouble) -> bool:
    return not trouble.is_over or bool(trouble.family_told_day or trouble.elder_told_day)


def _is_due(told_day: str, day: str) -> bool:
    if not told_day:
        return True
    passed = (date.fromisoformat(day) - date.fromisoformat(told_day)).days
    return passed >= AGAIN_DAYS
