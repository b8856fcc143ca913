"""What was found when a part of Anban was looked at: the same words for doctor and self-test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a part is."""

    WELL = "well"
    POOR = "poor"
    """It works, but not as it should."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found of one part."""

    part: str
    verdict: Verdict
    detail: str
    """What is, and where it is not well, what to do; in English, for whoever looks after it."""
    subject: str = ""
    """Which one, where there are several of a kind: a person's channel, a pendant."""

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return self.verdict is Verdict.WELL


def found(part: str, *, is_well: bool, detail: str, subject: str = "") -> CheckResult:
    """Well, or broken."""
    verdict = Verdict.WELL if is_well else Verdict.BROKEN
    return CheckResult(part, verdict, detail, subject)
