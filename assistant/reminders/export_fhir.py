"""Medicines and doses as FHIR R4B: one Bundle of MedicationRequest and MedicationAdministration.

Statuses follow the standard's meaning: nobody knows of a dose that was announced and unanswered,
nor of one that could not be announced, so both are "unknown", never "not-done". What is paused is
"on-hold". A Timing has no exceptions: days left out and pauses are told in the dosage's words, and
a day with another hour or dose is a dosage of its own with the moment as its `event`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from assistant.language import DayTime, Habits, Unit
from assistant.language.clues import Anchor
from assistant.reminders.in_words import WEEKDAYS, InWords, clock_of, side_of
from assistant.reminders.model import Item
from assistant.reminders.occurrence_days import first_day, moments_of, next_day
from assistant.reminders.planning import Calendar
from assistant.services.reminder import Amount, AsNeeded, DayException, Kind, Reminder, State
from assistant.services.schedule import Schedule, rule_parts

_STATUS: Final = {
    State.TAKEN: "completed",
    State.SKIPPED: "not-done",
    State.UNKNOWN: "unknown",
    State.MISSED: "unknown",
}
_UCUM_SYSTEM: Final = "http://unitsofmeasure.org"
_UCUM: Final = {
    Unit.MICROGRAM: "ug",
    Unit.MILLIGRAM: "mg",
    Unit.GRAM: "g",
    Unit.MILLILITRE: "mL",
    Unit.INTERNATIONAL_UNIT: "[iU]",
    Unit.DROP: "[drp]",
}
"""Units of UCUM; what else is counted has a code in braces, which means a number of these."""
_WHEN: Final = {
    (Anchor.WAKING, "at"): "WAKE",
    (Anchor.BEDTIME, "at"): "HS",
    (Anchor.BEDTIME, "before"): "HS",
    (Anchor.BREAKFAST, "before"): "ACM",
    (Anchor.BREAKFAST, "at"): "CM",
    (Anchor.BREAKFAST, "after"): "PCM",
    (Anchor.LUNCH, "before"): "ACD",
    (Anchor.LUNCH, "at"): "CD",
    (Anchor.LUNCH, "after"): "PCD",
    (Anchor.SUPPER, "before"): "ACV",
    (Anchor.SUPPER, "at"): "CV",
    (Anchor.SUPPER, "after"): "PCV",
}
"""The codes of EventTiming, by the habit and the side of it."""
_DAYS_OF_WEEK: Final = dict(
    zip(WEEKDAYS, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), strict=True)
)
_PERIODS: Final = {"DAILY": "d", "WEEKLY": "wk", "MONTHLY": "mo", "YEARLY": "a"}
_LISTED_DAYS: Final = 366
"""How many days ahead are listed one by one if a Timing has no rule for them."""


@dataclass(frozen=True, slots=True)
class Elder:
    """Whose medicines these are, and how they are written of."""

    name: str
    words: InWords
    calendar: Calendar

    @property
    def subject(self) -> dict[str, str]:
        """The elder by name: there is no record of a patient here to refer to."""
        return {"type": "Patient", "display": self.name}


def bundle(
    elder: Elder,
    reminders: Sequence[Reminder],
    items: Sequence[Item],
    now: float,
    active: Collection[str],
) -> dict[str, Any]:
    """Write all medicines and their settled doses as a collection Bundle, JSON values only.

    Args:
        elder: Whose they are.
        reminders: Also those that were removed.
        items: Their occurrences.
        now: Unix time.
        active: The ids of those that were not removed.
    """
    medicines = [each for each in reminders if each.kind is Kind.MEDICINE]
    known = {each.reminder_id for each in medicines}
    doses = [
        item
        for item in items
        if item.occurrence.state in _STATUS and item.reminder.reminder_id in known
    ]
    given = {item.reminder.reminder_id for item in doses}
    requests = [
        _request(elder, each, _request_status(each, now, active, given), now) for each in medicines
    ]
    resources = requests + [_administration(elder, each) for each in doses]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _instant(now),
        "entry": [{"fullUrl": _urn(each["id"]), "resource": each} for each in resources],
    }


def _request_status(
    reminder: Reminder, now: float, active: Collection[str], given: Collection[str]
) -> str:
    """Give the status: what was removed before any dose was offered had been entered by mistake."""
    if reminder.reminder_id not in active:
        return "stopped" if reminder.reminder_id in given else "entered-in-error"
    schedule = reminder.schedule
    today = datetime.fromtimestamp(now, UTC).date()
    # The last day is over everywhere a day later.
    if schedule is not None and schedule.until and (today - schedule.until).days > 1:
        return "completed"
    return "on-hold" if reminder.is_paused_at(now) else "active"


def _request(elder: Elder, reminder: Reminder, status: str, now: float) -> dict[str, Any]:
    words, coming = elder.words, _coming(reminder, now)
    pauses = [e for e in reminder.pauses if e.until is None or e.until.timestamp() > now]
    text = [words.dosage(reminder), *words.otherwise(coming, pauses)]
    dosage: dict[str, Any] = {"text": words.joined(text)}
    if food := words.food(reminder.food):
        dosage["additionalInstruction"] = [{"text": food}]
    if timing := _timing(reminder, elder.calendar, now):
        dosage["timing"] = timing
    if reminder.as_needed is not None:
        dosage["asNeededBoolean"] = True
        dosage["maxDosePerPeriod"] = _most(reminder, reminder.as_needed, words)
    if reminder.route:
        dosage["route"] = {"text": reminder.route}
    if reminder.amount is not None:
        dosage["doseAndRate"] = [_dose_and_rate(reminder.amount, words)]
    pause = next((words.paused(each) for each in pauses if each.holds_at(now)), "")
    reason = {"statusReason": {"text": pause}} if status == "on-hold" else {}
    note = {"note": [{"text": reminder.note}]} if reminder.note else {}
    return {
        "resourceType": "MedicationRequest",
        "id": reminder.reminder_id,
        "status": status,
        **reason,
        "intent": "order",
        "reportedBoolean": True,
        "medicationCodeableConcept": {"text": reminder.title},
        "subject": elder.subject,
        "authoredOn": _instant(reminder.added_at),
        **note,
        "dosageInstruction": [dosage, *_on_single_days(reminder, coming, words)],
    }


def _timing(reminder: Reminder, calendar: Calendar, now: float) -> dict[str, Any]:
    """Code when it comes: as a rule if a Timing has it, else as the moments of the next year."""
    schedule, rule = reminder.schedule, reminder.as_needed
    if rule is not None:
        whole = rule.least_hours == int(rule.least_hours)
        period = int(rule.least_hours) if whole else rule.least_hours
        return {"repeat": {"frequency": 1, "period": period, "periodUnit": "h"}}
    if schedule is None:
        return {}
    if schedule.is_once and schedule.at is not None:
        return {"event": [schedule.at.isoformat()]}
    bounds = {"start": schedule.start.isoformat()}
    if schedule.until is not None:
        bounds["end"] = schedule.until.isoformat()
    repeat = _repeat(schedule, calendar.habits)
    if repeat is not None:
        return {"repeat": {"boundsPeriod": bounds, **repeat}}
    return {"repeat": {"boundsPeriod": bounds}, "event": list(_listed(reminder, calendar, now))}


def _repeat(schedule: Schedule, habits: Habits) -> dict[str, Any] | None:
    """Code the rule of a schedule; None if a Timing has no such rule."""
    if schedule.every_minutes is not None:
        return {"frequency": 1, "period": schedule.every_minutes, "periodUnit": "min"}
    if schedule.rrule is None:
        return None
    parts = rule_parts(schedule.rrule)
    period = {"period": int(parts.get("INTERVAL", "1")), "periodUnit": _PERIODS[parts["FREQ"]]}
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
    by = parts.keys() - {"FREQ", "INTERVAL", "WKST"}
    is_weekly = by == {"BYDAY"} and parts["FREQ"] == "WEEKLY" and set(days) <= set(_DAYS_OF_WEEK)
    if by and not is_weekly:
        return None
    repeat = {
        "frequency": len(schedule.times) * max(1, len(days)),
        **period,
        **_hours(schedule, habits),
    }
    if days:
        repeat["dayOfWeek"] = [_DAYS_OF_WEEK[day] for day in days]
    return repeat


def _hours(schedule: Schedule, habits: Habits) -> dict[str, Any]:
    """Code the times of day: by meals and bed if all of them are, else by the clock."""
    coded = [(_code(each, habits), side_of(each, habits)[1]) for each in schedule.times]
    codes, offsets = {code for code, _ in coded}, {minutes for _, minutes in coded}
    if None in codes or len(offsets) > 1 or len(codes) < len(coded):
        return {"timeOfDay": [f"{clock_of(each, habits):%H:%M:%S}" for each in schedule.times]}
    offset = offsets.pop()
    return {"when": [code for code, _ in coded], **({"offset": offset} if offset else {})}


def _code(each: DayTime, habits: Habits) -> str | None:
    return _WHEN.get((each.anchor, side_of(each, habits)[0])) if each.anchor is not None else None


def _listed(reminder: Reminder, calendar: Calendar, now: float) -> Iterator[str]:
    """Give the moments of the next year, with what single days and pauses change."""
    assert reminder.schedule is not None  # noqa: S101  (seen by the caller)
    today = datetime.fromtimestamp(now, calendar.zone).date()
    day = first_day(reminder.schedule, max(today, reminder.schedule.start))
    while day is not None and (day - today).days < _LISTED_DAYS:
        for _, at in moments_of(reminder, day, calendar.zone, calendar.habits):
            yield datetime.fromtimestamp(at, calendar.zone).isoformat()
        day = next_day(reminder.schedule, day)


def _most(reminder: Reminder, rule: AsNeeded, words: InWords) -> dict[str, Any]:
    """Code the most of a day: of the medicine if a dose is known, else of the times."""
    amount = reminder.amount
    numerator: dict[str, Any] = {"value": rule.daily_most}
    if amount is not None:
        most = (amount.most or amount.amount) * rule.daily_most
        numerator = _quantity(amount, most, words)
    day = {"value": 1, "unit": "d", "system": _UCUM_SYSTEM, "code": "d"}
    return {"numerator": numerator, "denominator": day}


def _on_single_days(
    reminder: Reminder, coming: Sequence[DayException], words: InWords
) -> list[dict[str, Any]]:
    """Make a dosage for each day with another hour or dose; it replaces that of the series."""
    dosages: list[dict[str, Any]] = []
    for each in coming:
        if each.is_left_out:
            continue
        at = each.at.isoformat() if each.at is not None else each.day.isoformat()
        amount = each.amount or reminder.amount
        text = words.on_one_day(each, amount)
        dosage: dict[str, Any] = {"text": text, "timing": {"event": [at]}}
        if amount is not None:
            dosage["doseAndRate"] = [_dose_and_rate(amount, words)]
        dosages.append(dosage)
    return dosages


def _coming(reminder: Reminder, now: float) -> list[DayException]:
    today = datetime.fromtimestamp(now, UTC).date()
    return [each for each in reminder.exceptions if (today - each.day).days <= 1]


def _administration(elder: Elder, item: Item) -> dict[str, Any]:
    occurrence, reminder = item.occurrence, item.reminder
    taken = occurrence.state is State.TAKEN
    at = occurrence.settled_at if taken and occurrence.settled_at else occurrence.due_at
    resource: dict[str, Any] = {
        "resourceType": "MedicationAdministration",
        "id": occurrence.occurrence_id,
        "status": _STATUS[occurrence.state],
        "medicationCodeableConcept": {"text": reminder.title},
        "subject": elder.subject,
        "effectiveDateTime": _instant(at),
        "request": {"reference": _urn(reminder.reminder_id)},
    }
    if occurrence.reason:
        resource["statusReason"] = [{"text": occurrence.reason}]
    if taken and reminder.amount is not None:
        resource["dosage"] = {
            "dose": _quantity(reminder.amount, reminder.amount.amount, elder.words)
        }
    return resource


def _dose_and_rate(amount: Amount, words: InWords) -> dict[str, Any]:
    if amount.most is None:
        return {"doseQuantity": _quantity(amount, amount.amount, words)}
    low, high = _quantity(amount, amount.amount, words), _quantity(amount, amount.most, words)
    return {"doseRange": {"low": low, "high": high}}


def _quantity(amount: Amount, value: Fraction, words: InWords) -> dict[str, Any]:
    return {
        "value": round(float(value), 4),
        # For people; a teaspoon is no tablespoon.
        "unit": amount.word or words.unit(amount.unit),
        "system": _UCUM_SYSTEM,
        "code": _UCUM.get(amount.unit, f"{{{amount.unit.value}}}"),
    }


def _urn(our_id: str) -> str:
    """Make the absolute URL that the standard wants, for what is on no server."""
    return UUID(our_id).urn


def _instant(at: float) -> str:
    return datetime.fromtimestamp(round(at), UTC).isoformat()
