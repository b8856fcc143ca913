"""Makes reminders of requests: their risk, their first day, whether they may wake the elder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from assistant.language import Unit
from assistant.reminders.limits import Limit, MedicineFacts, Rhythm, judge, worst
from assistant.reminders.occurrence_days import first_day, moments_of, next_day
from assistant.reminders.requests import check_amount, reminder_of, wish_of
from assistant.reminders.scheduler import ReminderScheduler
from assistant.reminders.together import SAMPLED_DAYS, doses_by_day, judge_together
from assistant.services.refusals import (
    ClockWrongRefused,
    DoseTooMuchRefused,
    DoseUnlikelyRefused,
    NeverComesRefused,
)
from assistant.services.reminder import Kind, Reminder, ReminderWish, Risk

EARLIEST_NOW: Final = 1_767_225_600.0
"""The earliest time that a clock can show (2026-01-01): one before it was never set."""


def now_of(scheduler: ReminderScheduler) -> datetime:
    """Tell what time it is in the home; raises ClockWrongRefused."""
    now = scheduler.clock.now()
    if now < EARLIEST_NOW:
        raise ClockWrongRefused(now)
    return datetime.fromtimestamp(now, scheduler.calendar.zone)


@dataclass(frozen=True, slots=True)
class Known:
    """A request, and what is usual of its medicine."""

    wish: ReminderWish
    limits: tuple[Limit, ...]
    others: tuple[Reminder, ...] = ()
    """Reminders that there are already of the same medicine."""

    def is_of_a_limit(self, unit: Unit) -> bool:
        """Whether a limit is known for this unit."""
        return any(each.counted(unit) is not None or each.unit is unit for each in self.limits)


class ReminderFactory:
    """Makes reminders that can be kept, or refuses; writes nothing."""

    def __init__(self, scheduler: ReminderScheduler, facts: MedicineFacts | None) -> None:
        self._scheduler, self._facts = scheduler, facts
        self._substances: dict[str, str] = {}
        """The substance of each title: a name that resembles several takes long to look up."""

    def now(self) -> datetime:
        """Tell what time it is in the home; raises ClockWrongRefused."""
        return now_of(self._scheduler)

    async def known(self, wish: ReminderWish, others: Sequence[Reminder]) -> Known:
        """Give a request with what is known of its medicine: the risk, if none was asked for.

        Args:
            wish: What is asked for.
            others: What there is already, of any medicine.
        """
        if self._facts is None or wish.kind is Kind.TASK:
            return Known(wish, ())
        limits = tuple(await self._facts.limits_of(wish.title))
        if wish.risk is Risk.NORMAL:
            wish = replace(wish, risk=await self._facts.risk_of(wish.title))
        return Known(wish, limits, await self._of_the_same(wish.title, others) if limits else ())

    async def _of_the_same(self, title: str, others: Sequence[Reminder]) -> tuple[Reminder, ...]:
        """Give the reminders of the same medicine, by whichever of its names."""
        substance = await self._substance_of(title)
        medicines = [each for each in others if each.kind is Kind.MEDICINE]
        named = {each.title: await self._substance_of(each.title) for each in medicines}
        return tuple(each for each in medicines if named[each.title] == substance)

    async def _substance_of(self, title: str) -> str:
        if title not in self._substances:
            found = await self._facts.substance_of(title) if self._facts else ""
            self._substances[title] = found
        return self._substances[title]

    def made_of(
        self, known: Known, reminder_id: str, now: datetime
    ) -> tuple[Reminder, date | None]:
        """Make it as `made` does, if the dose is one that is written down.

        Raises:
            DoseTooMuchRefused: nobody takes so much of it.
            DoseUnlikelyRefused: it is not usual, and was not confirmed.
        """
        made = self.made(replace(known.wish, is_confirmed=True), reminder_id, now)
        self._check_dose(made[0], known)
        return made

    def _check_dose(self, reminder: Reminder, known: Known) -> None:
        if reminder.kind is Kind.TASK:
            return
        calendar, today = self._scheduler.calendar, self.now().date()
        beyond = worst(
            judge(known.limits, reminder.amount, reminder.route, self._rhythm(reminder)),
            judge_together(known.limits, reminder, known.others, calendar, today),
        )
        if beyond is None:
            _check_amount(reminder, known)
            return
        unit = beyond.unit.value if beyond.unit is not None else ""
        if beyond.is_refused:
            raise DoseTooMuchRefused(
                reminder.title,
                str(beyond.amount),
                unit,
                str(beyond.most),
                unit,
                beyond.per.value,
            )
        if not known.wish.is_confirmed:
            raise DoseUnlikelyRefused(
                str(beyond.amount),
                unit,
                str(beyond.usual_most),
                str(beyond.usual_least),
                beyond.per.value,
                reminder.title,
            )

    def _rhythm(self, reminder: Reminder) -> Rhythm:
        """Tell how often a dose comes, by the days to come; as needed, as often as it may."""
        if reminder.as_needed is not None:
            gap = max(1, int(reminder.as_needed.least_hours // 24))
            return Rhythm(reminder.as_needed.daily_most if gap == 1 else 1, gap)
        schedule = reminder.schedule
        if schedule is None or schedule.is_once:
            return Rhythm(1, SAMPLED_DAYS)
        first = first_day(schedule, schedule.start)
        days = doses_by_day(schedule, first, self._scheduler.calendar) if first else {}
        gaps = [(after - before).days for before, after in pairwise(days)]
        return Rhythm(max(days.values(), default=1), min(gaps, default=SAMPLED_DAYS))

    def made(
        self, wish: ReminderWish, reminder_id: str, now: datetime
    ) -> tuple[Reminder, date | None]:
        """Make the reminder, and give its first day that has not passed."""
        reminder = reminder_of(wish, reminder_id, now)
        schedule, asked = reminder.schedule, wish.schedule
        if schedule is None or asked is None:
            return reminder, None
        if wish.wakes is None:
            reminder = replace(reminder, wakes=self._is_for_the_night(reminder))
        first = first_day(schedule, now.date())
        while first is not None and not self._is_ahead(reminder, first, now):
            first = next_day(schedule, first)
        if first is None:
            raise NeverComesRefused("that time is past, or the rule has no day")
        if asked.start is None and schedule.at is None:
            # Too late for today: the course and every "other" day are counted from the first dose.
            end = schedule.until
            if asked.course_days is not None:
                end = first + timedelta(asked.course_days - 1)
            schedule = replace(schedule, start=first, until=end)
        return replace(reminder, schedule=schedule), first

    def comes_again(self, reminder: Reminder) -> bool:
        """Whether a reminder could be made anew."""
        try:
            self.made(wish_of(reminder), "", self.now())
        except NeverComesRefused:
            return False
        return True

    def wish_for(self, reminder: Reminder) -> ReminderWish:
        """Give what would have to be asked for to get a reminder, without what goes by itself."""
        wish = wish_of(reminder)
        is_usual = reminder.wakes == self._is_for_the_night(reminder)
        return replace(wish, wakes=None if is_usual else reminder.wakes)

    def _is_ahead(self, reminder: Reminder, day: date, now: datetime) -> bool:
        calendar = self._scheduler.calendar
        times = moments_of(reminder, day, calendar.zone, calendar.habits)
        return any(at >= now.timestamp() for _, at in times)

    def _is_for_the_night(self, reminder: Reminder) -> bool:
        """Whether a time in the night was named: then that is what the elder wants."""
        schedule = reminder.schedule
        if schedule is None or schedule.every_minutes is not None:
            return False
        presence = self._scheduler.presence
        if schedule.at is not None:
            return presence.is_night_at(schedule.at.timestamp())
        return any(at.anchor is None and presence.is_night_time(at.at) for at in schedule.times)


def _check_amount(reminder: Reminder, known: Known) -> None:
    """Ask back what is a great deal of anything, if no more is known of the medicine."""
    try:
        if reminder.amount is not None and not known.is_of_a_limit(reminder.amount.unit):
            check_amount(reminder.amount)
    except DoseUnlikelyRefused as refusal:
        if reminder.risk is not Risk.NORMAL:
            raise DoseTooMuchRefused(
                reminder.title,
                refusal.amount,
                refusal.unit,
                refusal.usual_most,
                refusal.unit,
                refusal.per,
            ) from refusal
        if not known.wish.is_confirmed:
            raise
