"""What others ask of the reminders: the arguments of the services."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from assistant.reminders.model import USUAL_MOST, USUAL_MOST_BY_WORD
from assistant.services.errors import InvalidRefused
from assistant.services.refusals import DoseUnlikelyRefused
from assistant.services.reminder import (
    Amount,
    AsNeeded,
    DayException,
    Kind,
    Reminder,
    ReminderWish,
    Risk,
    ScheduleWish,
)
from assistant.services.schedule import Schedule, interval_minutes

MAX_TITLE_CHARACTERS: Final = 80


def schedule_wish(schedule: Schedule) -> ScheduleWish:
    """Write a schedule as a request: what `schedule_of` understood, for `ReminderWish`."""
    rrule = schedule.rrule
    if schedule.every_minutes is not None:
        rrule = f"FREQ=MINUTELY;INTERVAL={schedule.every_minutes}"
    return ScheduleWish(
        at=schedule.at,
        rrule=rrule,
        lunar=schedule.lunar,
        solar_term=schedule.solar_term,
        times=schedule.times,
        start=schedule.start,
        until=schedule.until,
    )


def reminder_of(wish: ReminderWish, reminder_id: str, now: datetime) -> Reminder:
    """Make a reminder of a request.

    Raises:
        InvalidRefused: it contradicts itself or is out of bounds.
        DoseUnlikelyRefused: more at once than is usual, and not confirmed.
    """
    title = " ".join(wish.title.split())
    if not 0 < len(title) <= MAX_TITLE_CHARACTERS or not title.isprintable():
        raise InvalidRefused("title", f"a title has 1 to {MAX_TITLE_CHARACTERS} characters")
    if (wish.schedule is None) == (wish.as_needed is None):
        raise InvalidRefused("schedule", "say either when it comes, or that it is as needed")
    if wish.kind is Kind.TASK and (wish.amount or wish.as_needed or wish.risk is not Risk.NORMAL):
        raise InvalidRefused("kind", "only a medicine has a dose, a risk, or is as needed")
    if wish.as_needed is not None:
        _check_as_needed(wish.as_needed)
    if wish.amount is not None and not wish.is_confirmed:
        check_amount(wish.amount)
    schedule = _schedule(wish.schedule, now) if wish.schedule is not None else None
    return Reminder(
        reminder_id=reminder_id,
        title=title,
        kind=wish.kind,
        schedule=schedule,
        as_needed=wish.as_needed,
        amount=wish.amount,
        route=wish.route,
        food=wish.food,
        note=wish.note,
        risk=wish.risk,
        own_policy=wish.policy,
        wakes=bool(wish.wakes),
        added_at=now.timestamp(),
        changed_at=now.timestamp(),
        exceptions=tuple(DayException(day=day, is_left_out=True) for day in wish.left_out),
    )


def _schedule(wish: ScheduleWish, now: datetime) -> Schedule:
    start, until, at = wish.start or now.date(), wish.until, wish.at
    if wish.course_days is not None:
        if not 1 <= wish.course_days <= 3660:
            raise InvalidRefused("course_days", "a course lasts 1 to 3660 days")
        until = start + timedelta(wish.course_days - 1)
    every_minutes, rrule = None, wish.rrule
    try:
        if rrule is not None and ("HOURLY" in rrule.upper() or "MINUTELY" in rrule.upper()):
            every_minutes, rrule = interval_minutes(rrule), None
            if at is None and wish.start is None:
                at = now + timedelta(minutes=every_minutes)
            elif at is None:
                first = wish.times[0].at if wish.times else time()
                at = datetime.combine(start, first, now.tzinfo)
        if at is not None:
            at = at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)
            start = at.date() if every_minutes is None else max(start, at.date())
        return Schedule(
            start=start,
            until=until,
            at=at,
            every_minutes=every_minutes,
            rrule=rrule,
            lunar=wish.lunar,
            solar_term=_known_term(wish.solar_term),
            times=() if at is not None else wish.times,
        )
    except (ValueError, OverflowError) as error:
        raise InvalidRefused("schedule", str(error)) from error


def _known_term(name: str | None) -> str | None:
    if name is None:
        return None
    from lunar_python import Lunar  # noqa: PLC0415  (0.1 s, and rarely needed)

    if name not in Lunar.JIE_QI:
        raise InvalidRefused("solar_term", f"{name} is none of the 24 solar terms")
    return name


def _check_as_needed(rule: AsNeeded) -> None:
    if not (0 < rule.least_hours <= 168 and 1 <= rule.daily_most <= 48):
        raise InvalidRefused(
            "as_needed", "between two doses are up to 168 hours, a day has 1 to 48 doses"
        )


def check_amount(amount: Amount) -> None:
    """Refuse what is a great deal of anything, so that it is asked back."""
    most = USUAL_MOST_BY_WORD.get(amount.word, USUAL_MOST[amount.unit])
    if max(amount.amount, amount.most or amount.amount) > most:
        raise DoseUnlikelyRefused(str(amount.amount), amount.unit.value, str(most))


def wish_of(reminder: Reminder) -> ReminderWish:
    """Give what would have to be asked for to get this reminder."""
    return ReminderWish(
        title=reminder.title,
        kind=reminder.kind,
        schedule=schedule_wish(reminder.schedule) if reminder.schedule else None,
        as_needed=reminder.as_needed,
        amount=reminder.amount,
        route=reminder.route,
        food=reminder.food,
        note=reminder.note,
        risk=reminder.risk,
        policy=reminder.own_policy,
        wakes=reminder.wakes,
        is_confirmed=True,
    )
