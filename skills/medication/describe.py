"""Schedules, doses and medicines in words: `replies.yml` has them, this puts them together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from skills.api import Dose, Turn, Unit, services
from skills.medication.draft import Draft, Item

_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALL_BUT: Final = frozenset({5, 6})
"""So many days a week are said by those that are left out."""
_MEALS: Final = frozenset({"breakfast", "lunch", "supper"})
_MANY_TIMES: Final = 7
"""From here on times at one distance are not listed one by one, but counted."""
_MOST_WEEKS: Final = 2
_NAMED_DAYS: Final = 3
"""So few days are named one by one."""
_MINUTES_OF_AN_HOUR: Final = 60
_IN_EVERY_MONTH: Final = 28
_LONGEST_LUNAR: Final = 30
_ANY_MONDAY: Final = date(2026, 1, 5)


def clock(turn: Turn, at: float | datetime | str) -> str:
    """A moment: its day, unless that is today, and its time."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    local = at if isinstance(at, datetime) else datetime.fromtimestamp(at, turn.now.tzinfo)
    said = turn.spoken.time_of_day(local.time())
    if local.date() == turn.now.date():
        return turn.render("at_time", time=said)
    day = turn.spoken.relative_day(local.date(), turn.now.date())
    return turn.render("day_time", day=day, time=said)


def amount(turn: Turn, value: services.Amount | services.Stock | services.StockTold) -> str:
    """How much of a medicine."""
    if value.amount == 0:
        return turn.render("none_left")
    if not isinstance(value, services.Amount):
        return turn.spoken.dose(Dose(value.amount, value.unit, None, 0, 0))
    dose = Dose(value.amount, value.unit, value.most, 0, 0, word=value.word)
    if value.strength is None:
        return turn.spoken.dose(dose)
    strength = amount(turn, services.Stock(value.strength.amount, value.strength.unit))
    return turn.render("of_strength", amount=turn.spoken.dose(dose), strength=strength)


def limit(turn: Turn, value: str, unit: str) -> str:
    """What is usual: an amount, or a number alone; less than a milligram in micrograms."""
    said = Fraction(value)
    if not unit:
        return turn.spoken.number(f"{float(said):g}")
    if unit == Unit.MILLIGRAM.value and said < 1:
        said, unit = said * 1000, Unit.MICROGRAM.value
    return turn.spoken.dose(Dose(said, Unit(unit), None, 0, 0))


def acted(turn: Turn, key: str, items: Sequence[services.DueItem], **slots: Any) -> str:
    """A sentence on doses: pills are taken, insulin and drops are used, anything else is done."""
    acts = {item.act for item in items}
    act = acts.pop() if len(acts) == 1 else services.Act.USE
    return turn.render(key if act is services.Act.TAKE else f"{key}_{act}", **slots)


def thing(turn: Turn, title: str, dose: services.Amount | None = None, food: str = "") -> str:
    """A medicine or a thing to do, with its dose and how it goes with food."""
    said = turn.render("dose", what=title, amount=amount(turn, dose)) if dose else title
    return turn.render(f"food_{food}", what=said) if food else said


def item(turn: Turn, one: Item, draft: Draft) -> str:
    """An item of a draft as it is read back."""
    title = turn.render("with_class", what=one.title, group=one.plain_class)
    dose = services.value_of(services.Amount, one.amount) if one.amount else None
    said = thing(turn, title if one.plain_class else one.title, dose)
    meals = {each.get("anchor") for each in (draft.schedule or {}).get("times", ())} & _MEALS
    if draft.food and one.is_medicine and not meals:
        said = turn.render(f"food_{draft.food}", what=said)
    return turn.render("route", what=said, route=draft.route) if draft.route else said


def reminder(turn: Turn, kept: services.Reminder) -> str:
    """A kept reminder in one phrase: when and what."""
    what = thing(turn, kept.title, kept.amount, kept.food.value)
    if kept.as_needed is not None:
        rule = limits(turn, kept.as_needed.least_hours, kept.as_needed.daily_most)
        return turn.render("as_needed", what=what, **rule)
    said = turn.render("when_what", when=when(turn, services.to_json(kept.schedule)), what=what)
    for pause in kept.pauses:
        until = pause.until
        if pause.since <= turn.now and (not until or until > turn.now):
            if until is None:
                return turn.render("paused_now_open", what=said)
            day = turn.spoken.relative_day(until.date(), turn.now.date())
            return turn.render("paused_now", what=said, day=day)
    return said


def count(turn: Turn, many: int) -> str:
    """How many of something: 两个, not 二个."""
    return turn.render("two") if many == 2 else _number(turn, many)


def times(turn: Turn, many: int) -> str:
    """How often: "once", "four times"."""
    return turn.render("once_only") if many == 1 else turn.render("times", count=count(turn, many))


def limits(turn: Turn, least_hours: float, daily_most: int) -> dict[str, str]:
    """The slots of a rule as needed."""
    return {
        "hours": turn.spoken.duration(timedelta(hours=least_hours)),
        "most": times(turn, daily_most),
    }


def when(turn: Turn, schedule: dict[str, Any]) -> str:
    """A schedule: on which days, at what times, for how long."""
    rule = _rule(schedule.get("rrule"))
    minutes = schedule.get("every_minutes")
    if rule.get("FREQ") in {"MINUTELY", "HOURLY"}:
        unit = 60 if rule["FREQ"] == "HOURLY" else 1
        minutes = int(rule.get("INTERVAL", "1")) * unit
    if minutes is not None:
        return turn.render("every", length=_length(turn, int(minutes)))
    if schedule.get("at"):
        at = datetime.fromisoformat(schedule["at"])
        return turn.spoken.moment(at, turn.now)
    if days := _named_days(schedule, rule):
        said = [turn.spoken.relative_day(day, turn.now.date()) for day in days]
        return _on_days(turn, turn.spoken.listing(said), schedule["times"])
    said = _on_days(turn, _days(turn, schedule, rule), schedule["times"])
    if schedule.get("course_days"):
        length = turn.spoken.duration(timedelta(days=schedule["course_days"]))
        said = turn.render("course", when=said, length=length)
    elif schedule.get("until") and schedule.get("until") != schedule.get("start"):
        until = date.fromisoformat(schedule["until"])
        said = turn.render("until", when=said, day=turn.spoken.day(until))
    start = date.fromisoformat(schedule["start"]) if schedule.get("start") else turn.now.date()
    if start > turn.now.date() and schedule.get("start") != schedule.get("until"):
        day = turn.spoken.relative_day(start, turn.now.date())
        said = turn.render("from_day", when=said, day=day)
    return said


def _named_days(schedule: dict[str, Any], rule: dict[str, str]) -> list[date]:
    """The few days of "tomorrow and on Friday"; none, if there are more or it does not end."""
    if not schedule.get("start") or not schedule.get("until") or rule.get("INTERVAL", "1") != "1":
        return []
    weekdays = [name for name in rule.get("BYDAY", "").split(",") if name]
    if not weekdays or not set(weekdays) <= set(_WEEKDAYS) or rule.get("FREQ") != "WEEKLY":
        return []
    start, until = (date.fromisoformat(schedule[end]) for end in ("start", "until"))
    if (until - start).days > _MOST_WEEKS * len(_WEEKDAYS):
        return []
    days = [start + timedelta(ahead) for ahead in range((until - start).days + 1)]
    named = [day for day in days if _WEEKDAYS[day.weekday()] in weekdays]
    return named if len(named) <= _NAMED_DAYS else []


def _on_days(turn: Turn, days: str, times: Sequence[dict[str, Any]]) -> str:
    """The days with their times; many at one distance as first, last, how far apart, how many."""
    named = [_time(turn, each) for each in times]
    step = _step_minutes(times)
    if step is None:
        return turn.render("day_time", day=days, time=turn.spoken.listing(named))
    return turn.render(
        "day_window",
        day=days,
        length=_length(turn, step),
        first=named[0],
        last=named[-1],
        many=_number(turn, len(times)),
    )


def _length(turn: Turn, minutes: int) -> str:
    """How far apart: "every hour", "every two hours"."""
    if minutes == _MINUTES_OF_AN_HOUR:
        return turn.render("each_hour")
    return turn.spoken.duration(timedelta(minutes=minutes))


def _step_minutes(times: Sequence[dict[str, Any]]) -> int | None:
    """How far apart many times are, if all are so; None if they are to be named."""
    if len(times) < _MANY_TIMES or any(each.get("anchor") for each in times):
        return None
    at = [time.fromisoformat(each["at"]) for each in times]
    minutes = [each.hour * 60 + each.minute for each in at]
    steps = {after - before for before, after in pairwise(minutes)}
    return steps.pop() if len(steps) == 1 else None


def _days(turn: Turn, schedule: dict[str, Any], rule: dict[str, str]) -> str:
    start, until = schedule.get("start"), schedule.get("until")
    if start and start == until:
        return turn.spoken.relative_day(date.fromisoformat(start), turn.now.date())
    if schedule.get("lunar"):
        lunar = schedule["lunar"]
        days = turn.spoken.listing([_number(turn, day) for day in lunar["days"]])
        if lunar.get("month") is None:
            said = turn.render("each_lunar_month", days=days)
        else:
            said = turn.render("each_lunar_year", month=_number(turn, lunar["month"]), days=days)
        return turn.render("or_last", days=said) if _LONGEST_LUNAR in lunar["days"] else said
    if schedule.get("solar_term"):
        return turn.render("each_term", term=schedule["solar_term"])
    numbers = [int(day) for day in rule.get("BYMONTHDAY", "").split(",") if day]
    if rule.get("BYSETPOS"):  # see `or_last_day` of the reminders
        wanted = [numbers[int(at) - 1 if int(at) > 0 else -1] for at in rule["BYSETPOS"].split(",")]
        plain = {**rule, "BYMONTHDAY": ",".join(map(str, wanted)), "BYSETPOS": ""}
        return turn.render("or_last", days=_by_rule(turn, plain))
    if max(numbers, default=0) > _IN_EVERY_MONTH and rule.get("BYMONTH", "2") == "2":
        return turn.render("if_there", days=_by_rule(turn, rule))
    return _by_rule(turn, rule)


def _by_rule(turn: Turn, rule: dict[str, str]) -> str:
    every = int(rule.get("INTERVAL", "1"))
    names = [_weekday(turn, name) for name in rule.get("BYDAY", "").split(",") if name]
    month_days = [_month_day(turn, day) for day in rule.get("BYMONTHDAY", "").split(",") if day]
    key = {"DAILY": "days", "WEEKLY": "weeks", "MONTHLY": "months", "YEARLY": "years"}[rule["FREQ"]]
    listed = turn.spoken.listing(names or month_days)
    if rule.get("BYMONTH") and month_days:
        day = date(2024, int(rule["BYMONTH"].split(",")[0]), max(1, int(rule["BYMONTHDAY"])))
        return turn.render("each_years", on=turn.spoken.day(day))
    if every == 1 and key == "weeks" and len(names) in _ALL_BUT:
        off = [_weekday(turn, name) for name in _WEEKDAYS if name not in rule["BYDAY"].split(",")]
        return turn.render("each_day_but", on=turn.spoken.listing(off))
    if every == 1:
        return turn.render(f"each_{key}", on=listed) if listed else turn.render(f"every_{key}")
    number = count(turn, every)
    if listed:
        return turn.render(f"each_n_{key}", count=number, on=listed)
    return turn.render(f"every_n_{key}", count=number)


def _time(turn: Turn, each: dict[str, Any]) -> str:
    said = turn.spoken.time_of_day(time.fromisoformat(each["at"]))
    anchor = each.get("anchor")
    if not anchor:
        return said
    offset = int(each.get("offset_minutes", 0))
    side = "before" if offset < 0 else "after" if offset > 0 else "at"
    return turn.render(f"{side}_anchor", anchor=turn.render(f"anchor_{anchor}"), time=said)


def _weekday(turn: Turn, name: str) -> str:
    """MO, 1MO, -1FR."""
    said = turn.spoken.weekday(_ANY_MONDAY + timedelta(_WEEKDAYS.index(name[-2:])))
    nth = name[:-2]
    if not nth:
        return said
    if nth == "-1":
        return turn.render("last_weekday", weekday=said)
    return turn.render("nth_weekday", nth=turn.render(f"nth_{nth.lstrip('+')}"), weekday=said)


def _month_day(turn: Turn, day: str) -> str:
    if day == "-1":
        return turn.render("last_day")
    return turn.render("month_day", day=_number(turn, int(day)))


def _number(turn: Turn, number: int) -> str:
    return turn.spoken.number(str(number))


def _rule(rrule: str | None) -> dict[str, str]:
    pairs = (part.partition("=") for part in (rrule or "").upper().split(";") if part)
    return {name: value for name, _, value in pairs}
