"""The result of looking at a part of Anban: the same words for doctor and self-test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a part is."""

    WELL = "well"
    POOR = "poor"
    """The part works, but not as it should."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found of one part."""

    part: str
    verdict: Verdict
    detail: str
    """How the part is and, if it is not well, what to do; in English, for the installer."""
    subject: str = ""
    """Which one, if there are several of a kind: a person's channel, a pendant."""

    is_lasting: bool = False
    """Whether waiting mends nothing: it is told at the start, before the daily self-test looks."""

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return self.verdict is Verdict.WELL


def found(
    part: str, *, is_well: bool, detail: str, subject: str = "", is_lasting: bool = False
) -> CheckResult:
    """Make a result that is well, or broken."""
    verdict = Verdict.WELL if is_well else Verdict.BROKEN
    return CheckResult(part, verdict, detail, subject, is_lasting)


def lasting(part: str, detail: str, subject: str = "") -> CheckResult:
    """Make a result that is broken until somebody mends it."""
    return found(part, is_well=False, detail=detail, subject=subject, is_lasting=True)
