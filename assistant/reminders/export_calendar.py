"""Reminders as iCalendar (RFC 5545): an event for every time of day, rules and all.

What a day has otherwise is in it, too: a day that is left out or lies in a pause as EXDATE, a moved
one with its new moment as RDATE, a day with another dose as an event of its own; a pause without an
end is the end of what is known now. Each event bears its dose and an alarm, and the zone is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from assistant.reminders.in_words import InWords
from assistant.reminders.occurrence_days import (
    first_day,
    is_day_of,
    local_date,
    moments,
    moments_of,
    next_day,
    slot_of,
)
from assistant.reminders.planning import Calendar
from assistant.services.reminder import Amount, Pause, Reminder

_LISTED_DAYS = 366
"""How many days ahead are listed one by one: iCalendar has no traditional calendar."""


@dataclass(frozen=True, slots=True)
class _Event:
    """What one VEVENT says of when it is."""

    uid: str
    start: datetime
    rule: str = ""
    others: list[datetime] = field(default_factory=list)
    """Further moments at which it comes."""
    left_out: list[datetime] = field(default_factory=list)
    """Moments of the rule at which it does not come."""
    amount: Amount | None = None
    """How much is taken, if that is not the usual."""


def calendar_file(
    reminders: Sequence[Reminder], calendar: Calendar, now: float, words: InWords, elder: str = ""
) -> bytes:
    """Write the reminders that come at times; medicines as needed have none.

    Args:
        reminders: What is written.
        calendar: The time zone, which is in the file whole (VTIMEZONE), and the habits.
        now: Unix time.
        words: What is written for people.
        elder: Whose they are; empty if no name is known.
    """
    import icalendar  # noqa: PLC0415  (half a second, and only if a file is asked for)

    made = icalendar.Calendar()
    made.add("prodid", "-//Anban//reminders//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", words.calendar_name(elder))
    stamp = datetime.fromtimestamp(round(now), UTC)
    for reminder in reminders:
        for each in _events(reminder, calendar, stamp):
            held = reminder if each.amount is None else replace(reminder, amount=each.amount)
            event = icalendar.Event()
            event.add("uid", f"{each.uid}@anban")
            event.add("dtstamp", stamp)
            event.add("summary", words.entry(held))
            event.add("dtstart", each.start)
            event.add("duration", timedelta(minutes=5))
            event.add("transp", "TRANSPARENT")
            if each.rule:
                event.add("rrule", icalendar.vRecur.from_ical(each.rule))
            if each.others:
                event.add("rdate", each.others)
            if each.left_out:
                event.add("exdate", each.left_out)
            event.add("description", words.dosage(held))
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", words.entry(held))
            alarm.add("trigger", timedelta(0))
            event.add_component(alarm)
            made.add_component(event)
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _events(reminder: Reminder, calendar: Calendar, now: datetime) -> Iterator[_Event]:
    schedule, zone = reminder.schedule, calendar.zone
    if schedule is None:
        return
    if schedule.at is not None:
        yield from _by_the_clock(reminder, calendar)
        return
    begin = schedule.start if schedule.rrule else max(schedule.start, now.astimezone(zone).date())
    day = first_day(schedule, begin)
    if day is None:
        return
    for slot in (slot_of(each) for each in schedule.times):
        uid = f"{reminder.reminder_id}-{slot}"
        apart = list(_with_other_dose(reminder, calendar, slot))
        for moment, _, amount in apart:
            yield _Event(f"{uid}-{moment:%Y%m%d}", moment, amount=amount)
        single = {moment for moment, _, _ in apart}
        if schedule.rrule is None:
            listed = [e for e in _listed(reminder, calendar, day, slot) if e not in single]
            if listed:
                yield _Event(uid, listed[0], others=listed[1:])
            continue
        at = _usual(reminder, calendar, day, slot)
        end = _end(reminder, calendar)
        if end is not None and at > end:
            continue
        until = f";UNTIL={end.astimezone(UTC):%Y%m%dT%H%M%SZ}" if end is not None else ""
        left_out, moved = _otherwise(reminder, calendar, slot)
        left_out = sorted({*left_out, *(usual for _, usual, _ in apart)})
        gone = [each for each in left_out if each >= at and (end is None or each <= end)]
        moved = [each for each in moved if each not in single]
        yield _Event(uid, at, schedule.rrule + until, moved, gone)


def _end(reminder: Reminder, calendar: Calendar) -> datetime | None:
    """Give the last moment at which it may come, as far as anybody has said."""
    ends = [each.since for each in reminder.pauses if each.until is None]
    if reminder.schedule is not None and reminder.schedule.until is not None:
        ends.append(datetime.combine(reminder.schedule.until, time(23, 59, 59), calendar.zone))
    return min(ends, default=None)


def _by_the_clock(reminder: Reminder, calendar: Calendar) -> Iterator[_Event]:
    """Make events of one moment, or of an interval; after a pause another event goes on with it."""
    schedule = reminder.schedule
    assert schedule is not None  # noqa: S101  (seen by the caller)
    assert schedule.at is not None  # noqa: S101  (seen by the caller)
    first, minutes = schedule.at.astimezone(UTC).replace(microsecond=0), schedule.every_minutes
    if not minutes:
        if not reminder.is_paused_at(first.timestamp()):
            yield _Event(reminder.reminder_id, first)
        return
    step, last = timedelta(minutes=minutes), _end(reminder, calendar)
    pauses = sorted((each for each in reminder.pauses if each.until), key=lambda each: each.since)
    begin, number = first, 0
    for pause in (*pauses, None):
        ends = [each for each in (_before(pause), last) if each is not None]
        end = min(ends, default=None)
        if end is None or begin <= end:
            uid = f"{reminder.reminder_id}-{number}" if number else reminder.reminder_id
            until = f";UNTIL={end.astimezone(UTC):%Y%m%dT%H%M%SZ}" if end is not None else ""
            yield _Event(uid, begin, f"FREQ=MINUTELY;INTERVAL={minutes}{until}")
        if pause is not None and pause.until is not None:
            gone = max(pause.until.astimezone(UTC) - first, timedelta())
            begin, number = max(begin, first + -(-gone // step) * step), number + 1


def _before(pause: Pause | None) -> datetime | None:
    """Give the last second before a pause."""
    return pause.since - timedelta(seconds=1) if pause is not None else None


def _otherwise(
    reminder: Reminder, calendar: Calendar, slot: str
) -> tuple[list[datetime], list[datetime]]:
    """Give the moments at which a time of day does not come, and those to which it was moved."""
    schedule = reminder.schedule
    assert schedule is not None  # noqa: S101  (seen by the caller)
    days = {each.day for each in reminder.exceptions}
    for pause in reminder.pauses:
        if pause.until is not None:
            first = local_date(pause.since.timestamp(), calendar.zone).toordinal()
            last = local_date(pause.until.timestamp(), calendar.zone).toordinal()
            days |= {date.fromordinal(each) for each in range(first, last + 1)}
    left_out: list[datetime] = []
    moved: list[datetime] = []
    day = first_day(schedule, min(days)) if days else None
    while day is not None and day <= max(days):
        usual = _usual(reminder, calendar, day, slot)
        at = dict(_moments(reminder, calendar, day)).get(slot)
        if at is None or at != usual.timestamp():
            left_out.append(usual)
        if at is not None and at != usual.timestamp():
            moved.append(datetime.fromtimestamp(at, calendar.zone))
        day = next_day(schedule, day)
    return left_out, moved


def _with_other_dose(
    reminder: Reminder, calendar: Calendar, slot: str
) -> Iterator[tuple[datetime, datetime, Amount]]:
    """Give the moments with a dose of their own, when they usually are, and that dose."""
    schedule = reminder.schedule
    assert schedule is not None  # noqa: S101  (seen by the caller)
    for day in sorted({each.day for each in reminder.exceptions if each.amount is not None}):
        held = reminder.exception(day, slot)
        if held is None or held.amount is None or not is_day_of(schedule, day):
            continue
        at = dict(_moments(reminder, calendar, day)).get(slot)
        if at is not None:
            usual = _usual(reminder, calendar, day, slot)
            yield datetime.fromtimestamp(at, calendar.zone), usual, held.amount


def _listed(reminder: Reminder, calendar: Calendar, first: date, slot: str) -> Iterator[datetime]:
    """Give the moments of what iCalendar has no rule for."""
    schedule = reminder.schedule
    assert schedule is not None  # noqa: S101  (seen by the caller)
    day: date | None = first
    while day is not None and day < first + timedelta(_LISTED_DAYS):
        at = dict(_moments(reminder, calendar, day)).get(slot)
        if at is not None:
            yield datetime.fromtimestamp(at, calendar.zone)
        day = next_day(schedule, day)


def _moments(reminder: Reminder, calendar: Calendar, day: date) -> Iterator[tuple[str, float]]:
    return moments_of(reminder, day, calendar.zone, calendar.habits)


def _usual(reminder: Reminder, calendar: Calendar, day: date, slot: str) -> datetime:
    assert reminder.schedule is not None  # noqa: S101  (seen by the caller)
    at = dict(moments(reminder.schedule, day, calendar.zone, calendar.habits))[slot]
    return datetime.fromtimestamp(at, calendar.zone)
