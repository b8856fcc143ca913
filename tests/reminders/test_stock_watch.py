"""The family hears once that a medicine runs out, also through power cuts and closed channels."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from assistant.language import Unit
from assistant.reminders.stock_watch import StockWatch
from tests.reminders.home import Home
from tests.reminders.test_scheduler import daily


class Letters:
    """What the family was written."""

    def __init__(self) -> None:
        self.is_out = False
        self.texts: list[str] = []

    async def write(
        self, notice_id: str, texts: Callable[[str], tuple[str, str]], now: float
    ) -> str | None:
        if self.is_out:
            return None
        self.texts.append(texts("en")[1])
        return "Mei"


async def test_the_family_is_told_once_until_it_is_refilled(home: Home) -> None:
    letters = Letters()
    watch = StockWatch(home.scheduler, letters, "Mrs Li")  # type: ignore[arg-type]
    reminder = await home.api.add(daily("07:30"))
    await home.api.refill(reminder.reminder_id, Fraction(8), Unit.TABLET)
    assert await watch.look() is None
    for _ in range(2):
        home.clock.move(home.clock.at + 86_400)
        await home.step()
        await home.api.taken(reminder.reminder_id)
    letters.is_out = True
    assert await watch.look() is not None, "tried again later"
    letters.is_out = False
    again = StockWatch(home.scheduler, letters, "Mrs Li")  # type: ignore[arg-type]
    assert await again.look() is None
    assert await again.look() is None
    (text,) = letters.texts
    assert "Mrs Li" in text
    assert "six days" in text
    await home.api.refill(reminder.reminder_id, Fraction(1), Unit.TABLET)
    await again.look()
    home.clock.move(home.clock.at + 86_400)
    await home.step()
    await home.api.taken(reminder.reminder_id)
    await again.look()
    assert len(letters.texts) == 2, "low once more after a refill"
