"""Medicines and doses as FHIR R4B: one Bundle of MedicationRequest and MedicationAdministration.

Statuses follow the standard's meaning: nobody knows of a dose that was announced and unanswered,
nor of one that could not be announced, so both are "unknown", never "not-done". What is paused is
"on-hold". A Timing has no exceptions: days left out and pauses are told in the dosage's words, and
a day with another hour or dose is a dosage of its own with the moment as its `event`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from assistant.language import Unit
from assistant.reminders.model import Item
from assistant.services.reminder import Amount, DayException, Kind, Pause, Reminder, State

_STATUS: Final = {
    State.TAKEN: "completed",
    State.SKIPPED: "not-done",
    State.UNKNOWN: "unknown",
    State.MISSED: "unknown",
}
_UCUM: Final = {
    Unit.MICROGRAM: "ug",
    Unit.MILLIGRAM: "mg",
    Unit.GRAM: "g",
    Unit.MILLILITRE: "mL",
    Unit.INTERNATIONAL_UNIT: "[iU]",
}
_PATIENT: Final = {"display": "elder"}


def bundle(
    reminders: Sequence[Reminder], items: Sequence[Item], now: float, active: Collection[str]
) -> dict[str, Any]:
    """Write all medicines and their settled doses as a collection Bundle, JSON values only.

    Args:
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
        _request(each, _request_status(each, now, active, given), now) for each in medicines
    ]
    resources = requests + [_administration(each) for each in doses]
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


def _request(reminder: Reminder, status: str, now: float) -> dict[str, Any]:
    dosage: dict[str, Any] = {
        "text": "; ".join([_dosage_text(reminder), *_otherwise(reminder, now)])
    }
    if reminder.as_needed is not None:
        dosage["asNeededBoolean"] = True
        dosage["maxDosePerPeriod"] = {
            "numerator": {"value": reminder.as_needed.daily_most},
            "denominator": {"value": 1, "unit": "d"},
        }
    schedule = reminder.schedule
    if schedule is not None:
        bounds = {"start": schedule.start.isoformat()}
        if schedule.until is not None:
            bounds["end"] = schedule.until.isoformat()
        repeat: dict[str, Any] = {"boundsPeriod": bounds}
        if schedule.rrule == "FREQ=DAILY" and not any(each.anchor for each in schedule.times):
            repeat |= {"frequency": len(schedule.times), "period": 1, "periodUnit": "d"}
            repeat["timeOfDay"] = [f"{each.at:%H:%M:%S}" for each in schedule.times]
        elif schedule.every_minutes is not None:
            repeat |= {"frequency": 1, "period": schedule.every_minutes, "periodUnit": "min"}
        dosage["timing"] = {"repeat": repeat}
    if reminder.amount is not None:
        dosage["doseAndRate"] = [_dose_and_rate(reminder.amount)]
    if reminder.route:
        dosage["route"] = {"text": reminder.route}
    pause = next((_paused(each) for each in reminder.pauses if each.holds_at(now)), "")
    reason = {"statusReason": {"text": pause}} if status == "on-hold" else {}
    return {
        "resourceType": "MedicationRequest",
        "id": reminder.reminder_id,
        "status": status,
        **reason,
        "intent": "order",
        "reportedBoolean": True,
        "medicationCodeableConcept": {"text": reminder.title},
        "subject": _PATIENT,
        "authoredOn": _instant(reminder.added_at),
        "dosageInstruction": [dosage, *_on_single_days(reminder, now)],
    }


def _otherwise(reminder: Reminder, now: float) -> list[str]:
    """Say in words which days are left out and which pauses are not over."""
    left_out = [
        f"not on {each.day.isoformat()} {each.slot}".rstrip()
        for each in _coming(reminder, now)
        if each.is_left_out
    ]
    pauses = [e for e in reminder.pauses if e.until is None or e.until.timestamp() > now]
    return [*left_out, *(_paused(each) for each in pauses)]


def _paused(pause: Pause) -> str:
    until = f" until {pause.until.isoformat()}" if pause.until is not None else ""
    return f"paused from {pause.since.isoformat()}{until}"


def _on_single_days(reminder: Reminder, now: float) -> list[dict[str, Any]]:
    """Make a dosage for each day with another hour or dose; it replaces that of the series."""
    dosages: list[dict[str, Any]] = []
    for each in _coming(reminder, now):
        if each.is_left_out:
            continue
        at = each.at.isoformat() if each.at is not None else each.day.isoformat()
        instead = f"{each.day.isoformat()} {each.slot}".rstrip()
        dosage: dict[str, Any] = {"text": f"instead of {instead}", "timing": {"event": [at]}}
        amount = each.amount or reminder.amount
        if amount is not None:
            dosage["doseAndRate"] = [_dose_and_rate(amount)]
        dosages.append(dosage)
    return dosages


def _coming(reminder: Reminder, now: float) -> list[DayException]:
    today = datetime.fromtimestamp(now, UTC).date()
    return [each for each in reminder.exceptions if (today - each.day).days <= 1]


def _administration(item: Item) -> dict[str, Any]:
    occurrence, reminder = item.occurrence, item.reminder
    taken = occurrence.state is State.TAKEN
    at = occurrence.settled_at if taken and occurrence.settled_at else occurrence.due_at
    resource: dict[str, Any] = {
        "resourceType": "MedicationAdministration",
        "id": occurrence.occurrence_id,
        "status": _STATUS[occurrence.state],
        "medicationCodeableConcept": {"text": reminder.title},
        "subject": _PATIENT,
        "effectiveDateTime": _instant(at),
        "request": {"reference": _urn(reminder.reminder_id)},
    }
    if occurrence.reason:
        resource["statusReason"] = [{"text": occurrence.reason}]
    if taken and reminder.amount is not None:
        resource["dosage"] = {"dose": _quantity(reminder.amount, reminder.amount.amount)}
    return resource


def _dose_and_rate(amount: Amount) -> dict[str, Any]:
    if amount.most is None:
        return {"doseQuantity": _quantity(amount, amount.amount)}
    low, high = _quantity(amount, amount.amount), _quantity(amount, amount.most)
    return {"doseRange": {"low": low, "high": high}}


def _quantity(amount: Amount, value: Any) -> dict[str, Any]:
    unit = amount.word or amount.unit.value  # for people; a teaspoon is no tablespoon
    quantity: dict[str, Any] = {"value": round(float(value), 4), "unit": unit}
    if amount.unit in _UCUM:
        quantity |= {"system": "http://unitsofmeasure.org", "code": _UCUM[amount.unit]}
    return quantity


def _dosage_text(reminder: Reminder) -> str:
    schedule = reminder.schedule
    if schedule is None:
        return "as needed"
    rule = schedule.rrule or schedule.solar_term or ("lunar" if schedule.lunar else "")
    times = " ".join(f"{each.at:%H:%M}" for each in schedule.times)
    words = (rule, times, f"{reminder.food.value} food" if reminder.food else "", reminder.note)
    return " ".join(word for word in words if word) or "once"


def _urn(our_id: str) -> str:
    """Make the absolute URL that the standard wants, for what is on no server."""
    return UUID(our_id).urn


def _instant(at: float) -> str:
    return datetime.fromtimestamp(round(at), UTC).isoformat()
