"""Reminders as iCalendar (RFC 5545): an event for every time of day, rules and all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from assistant.care.reminders.days import first_day, moments, next_day, slot_of
from assistant.care.reminders.model import Reminder
from assistant.care.reminders.planning import Calendar

_LISTED_DAYS = 366
"""iCalendar has no traditional calendar: its days are listed, a year of them."""


def calendar_file(reminders: Sequence[Reminder], calendar: Calendar, now: float) -> bytes:
    """Write the reminders that come at times; those as needed have none."""
    import icalendar  # noqa: PLC0415  (half a second, and only where a file is asked for)

    made = icalendar.Calendar()
    made.add("prodid", "-//Anban//reminders//EN")
    made.add("version", "2.0")
    stamp = datetime.fromtimestamp(round(now), UTC)
    for reminder in reminders:
        for uid, start, rule, others in _events(reminder, calendar, stamp):
            event = icalendar.Event()
            event.add("uid", f"{uid}@anban")
            event.add("dtstamp", stamp)
            event.add("summary", reminder.title)
            event.add("dtstart", start)
            event.add("duration", timedelta(minutes=5))
            if rule:
                event.add("rrule", icalendar.vRecur.from_ical(rule))
            if others:
                event.add("rdate", others)
            if reminder.note:
                event.add("description", reminder.note)
            made.add_component(event)
    return bytes(made.to_ical())


def _events(
    reminder: Reminder, calendar: Calendar, now: datetime
) -> list[tuple[str, datetime, str, list[datetime]]]:
    """Identity, first moment, rule, and further moments of each event."""
    schedule, zone = reminder.schedule, calendar.zone
    if schedule is None:
        return []
    end = ""
    if schedule.until is not None:
        last = datetime.combine(schedule.until, time(23, 59, 59), zone).astimezone(UTC)
        end = f";UNTIL={last:%Y%m%dT%H%M%SZ}"
    if schedule.at is not None:
        minutes = schedule.every_minutes
        rule = f"FREQ=MINUTELY;INTERVAL={minutes}{end}" if minutes else ""
        at = schedule.at.astimezone(UTC).replace(microsecond=0)
        return [(reminder.reminder_id, at, rule, [])]
    begin = schedule.start if schedule.rrule else max(schedule.start, now.astimezone(zone).date())
    day = first_day(schedule, begin)
    if day is None:
        return []
    events: list[tuple[str, datetime, str, list[datetime]]] = []
    for slot in (slot_of(each) for each in schedule.times):
        uid = f"{reminder.reminder_id}-{slot}"
        at = _moment(reminder, calendar, day, slot)
        if schedule.rrule is not None:
            events.append((uid, at, schedule.rrule + end, []))
            continue
        others = []
        following = next_day(schedule, day)
        while following is not None and following < day + timedelta(_LISTED_DAYS):
            others.append(_moment(reminder, calendar, following, slot))
            following = next_day(schedule, following)
        events.append((uid, at, "", others))
    return events


def _moment(reminder: Reminder, calendar: Calendar, day: date, slot: str) -> datetime:
    assert reminder.schedule is not None  # noqa: S101  (seen by the caller)
    at = dict(moments(reminder.schedule, day, calendar.zone, calendar.habits))[slot]
    return datetime.fromtimestamp(at, calendar.zone)
