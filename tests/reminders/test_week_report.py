"""Once a week the family is written how regularly medicines were taken."""

from __future__ import annotations

from collections.abc import Callable

from assistant.reminders.week_report import WeekReport
from tests.reminders.home import Home
from tests.reminders.test_scheduler import at, daily


class Letters:
    def __init__(self) -> None:
        self.is_out = False
        self.texts: list[str] = []

    async def write(
        self,
        notice_id: str,
        texts: Callable[[str], tuple[str, str]],
        now: float,
        *,
        may_call: bool,
    ) -> str | None:
        assert not may_call
        if self.is_out:
            return None
        self.texts.append(f"{notice_id}: {texts('en')[1]}")
        return "Mei"


async def test_each_week_is_told_once_on_monday(home: Home) -> None:
    letters = Letters()
    report = WeekReport(home.scheduler, letters, "Mrs Li")  # type: ignore[arg-type]
    await home.api.add(daily("08:00"))
    assert await report.look() == at("2026-11-23T10:00"), "the week before had no dose"
    answers = iter(["yes"] * 3 + [None] * 100)
    await home.until(at("2026-11-30T09:59"), lambda _: next(answers))
    await report.look()
    assert letters.texts == [], "not before ten"

    home.clock.move(at("2026-11-30T10:00"))
    letters.is_out = True
    assert await report.look() == at("2026-11-30T16:00"), "tried again"
    letters.is_out = False
    again = WeekReport(home.scheduler, letters, "Mrs Li")  # type: ignore[arg-type]
    assert await again.look() == at("2026-12-07T10:00")
    await again.look()
    (text,) = letters.texts
    assert text.startswith("week-2026-11-23: ")
    assert "Mrs Li" in text
    assert "Metformin: 3 of 7 taken. 4 announced and not answered" in text


async def test_a_week_without_power_is_told_of_as_it_was(home: Home) -> None:
    letters = Letters()
    await home.api.add(daily("08:00"))
    await home.step()
    home.clock.move(at("2026-12-09T12:00"))
    await home.step()
    report = WeekReport(home.scheduler, letters, "")  # type: ignore[arg-type]
    assert await report.look() == at("2026-12-14T10:00")
    (text,) = letters.texts
    assert "Metformin: 0 of 7 taken. 7 could not be announced" in text
