"""What the form asks, reads back and tells at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from skills.api import Turn
from skills.medication import describe
from skills.medication.draft import SEVERAL, Draft, Item

_DAYS_OF_A_WEEK: Final = 7
_MOST_NAMED: Final = 6
"""As many names as can be listened to in one question."""


@dataclass(frozen=True, slots=True)
class _SeveralKeys:
    """The replies about several items at once, by what is done with them."""

    remove: str
    remove_one: str
    resume: str
    leave_out: str
    pause_until: str
    pause: str
    pause_days: str
    pause_from: str


_TOLD: Final = _SeveralKeys(
    remove="removed_all",
    remove_one="removed",
    resume="resumed",
    leave_out="left_out",
    pause_until="paused_until",
    pause="paused_open",
    pause_days="paused_days",
    pause_from="paused_from",
)
_CHECKED: Final = _SeveralKeys(
    remove="check_remove_all",
    remove_one="check_remove",
    resume="check_resume",
    leave_out="check_leave_out",
    pause_until="check_pause_until",
    pause="check_pause_open",
    pause_days="check_pause_days",
    pause_from="check_pause_from",
)


def question(turn: Turn, draft: Draft) -> str:
    """What is to be said before, and the next question."""
    notes = [turn.render(key, **slots) for key, slots in draft.notes]
    return (
        turn.render("join", first=" ".join(notes), second=_next(turn, draft))
        if notes
        else _next(turn, draft)
    )


def told(turn: Turn, draft: Draft, outcome: dict[str, Any]) -> str:
    """What was written."""
    what = turn.spoken.listing([item.title for item in draft.items])
    result = outcome["result"]
    if draft.act in SEVERAL:
        return _of_several(turn, draft, _TOLD)
    if draft.on_day is not None:
        return turn.render("on_day_changed", what=what, day=_day(turn, draft.day))
    if result == "remove":
        is_medicine = any(item.is_medicine for item in draft.items)
        return turn.render("removed" if is_medicine else "removed_task", what=what)
    if result == "same":
        return turn.render("already_there", what=what)
    if draft.first_at is None:
        said = turn.render("added_as_needed", what=what)
    else:
        is_once = "at" in (draft.schedule or {})
        key = "changed" if result == "change" else "added_once" if is_once else "added"
        said = turn.render(key, what=what, first=describe.clock(turn, draft.first_at))
    return said


def _of_several(turn: Turn, draft: Draft, keys: _SeveralKeys) -> str:
    """What is done with several items at once, in one of the two wordings of it."""
    what = _titles_of_several(turn, draft)
    match draft.act:
        case "remove_all" if len(draft.ids) == 1:
            return turn.render(keys.remove_one, what=what)
        case "remove_all":
            count = describe.count(turn, len(draft.ids))
            return turn.render(keys.remove, what=what, count=count)
        case "resume":
            return turn.render(keys.resume, what=what)
        case _ if draft.day and draft.until and _are_days(draft.day, draft.until):
            first, day = _first(turn, draft.day), _until(turn, draft.until)
            return turn.render(keys.pause_days, what=what, first=first, day=day)
        case _ if draft.day and draft.until:
            return turn.render(keys.leave_out, what=what, day=_day(turn, draft.day))
        case _ if draft.day:
            return turn.render(keys.pause_from, what=what, first=_first(turn, draft.day))
        case _ if draft.until:
            return turn.render(keys.pause_until, what=what, day=_until(turn, draft.until))
        case _:
            return turn.render(keys.pause, what=what)


def _are_days(first: str, end: str) -> bool:
    """Whether it is more than one day from the first to the moment at which it ends."""
    days = datetime.fromisoformat(end).date() - datetime.fromisoformat(first).date()
    return days > timedelta(1)


def _first(turn: Turn, day: str) -> str:
    """The day on which a pause begins: "tomorrow", "Thursday"."""
    at = datetime.fromisoformat(day).date()
    is_next = at - turn.now.date() <= timedelta(1)
    return turn.spoken.relative_day(at, turn.now.date()) if is_next else _until(turn, day)


def _titles_of_several(turn: Turn, draft: Draft) -> str:
    titles = list(dict.fromkeys(item.title for item in draft.items))
    what = turn.spoken.listing(titles[:_MOST_NAMED])
    if len(titles) <= _MOST_NAMED:
        return what
    more = describe.count(turn, len(titles) - _MOST_NAMED)
    return turn.render("and_more", what=what, count=more)


def _until(turn: Turn, moment: str) -> str:
    """The day on which a pause ends: its weekday, where that is plain, else its date."""
    day = datetime.fromisoformat(moment).date()
    is_near = (day - turn.now.date()).days < _DAYS_OF_A_WEEK
    return turn.spoken.weekday(day) if is_near else turn.spoken.day(day)


def _day(turn: Turn, day: str) -> str:
    return turn.spoken.relative_day(datetime.fromisoformat(day).date(), turn.now.date())


def _next(turn: Turn, draft: Draft) -> str:
    match draft.asks:
        case "what":
            generic = any(item.is_generic for item in draft.items)
            return turn.render("ask_which_medicine" if generic else "ask_what")
        case "name":
            return _ask_name(turn, next(item for item in draft.items if item.candidates))
        case "unknown":
            item = next(item for item in draft.items if item.is_unknown)
            return turn.render("ask_unknown", what=item.title)
        case "limits":
            return _ask_limits(turn, draft)
        case "days":
            count = (draft.when_problem or {}).get("count", 1)
            return turn.render("ask_days", count=describe.count(turn, int(count)))
        case "meal":
            return turn.render("ask_meal", what=_titles(turn, draft))
        case "when":
            return turn.render("ask_when", what=_titles(turn, draft))
        case "habit":
            (habit,) = draft.unknown_habits
            return turn.render("ask_habit", habit=turn.render(f"habit_{habit}"))
        case "amount":
            item = next(item for item in draft.items if item.needs_amount)
            return turn.render("ask_amount", what=item.title)
        case "unlikely":
            return _ask_unlikely(turn, draft)
        case "number":
            return turn.render("ask_number", number=draft.number)
        case "which":
            return turn.render(f"ask_which_{draft.act}")
        case "change":
            return turn.render("ask_change", what=_titles(turn, draft))
        case _:
            return _check(turn, draft)


def _ask_name(turn: Turn, item: Item) -> str:
    said = [
        turn.render("with_class", what=each["title"], group=each["class"])
        for each in item.candidates
    ]
    if len(said) == 1:
        return turn.render("ask_name", what=said[0])
    return turn.render("ask_names", first=turn.spoken.listing(said[:-1]), last=said[-1])


def _ask_unlikely(turn: Turn, draft: Draft) -> str:
    unusual = draft.unlikely or {}
    if not unusual.get("usual_least"):
        return turn.render("ask_unlikely", what=_read_back(turn, draft))
    unit = unusual["unit"]
    slots = {
        name: describe.limit(turn, unusual[name], unit)
        for name in ("amount", "usual_least", "usual_most")
    }
    key = f"ask_unusual_{unusual['per']}"
    if unusual["per"] == "once" and slots["usual_least"] == slots["usual_most"]:
        key += "_one"
    return turn.render(
        key,
        what=unusual["title"],
        amount=slots["amount"],
        least=slots["usual_least"],
        most=slots["usual_most"],
    )


def _ask_limits(turn: Turn, draft: Draft) -> str:
    what = _titles(turn, draft)
    if draft.least_hours is None:
        return turn.render("ask_hours", what=what)
    return turn.render("ask_most", what=what)


def _check(turn: Turn, draft: Draft) -> str:
    if draft.act in SEVERAL:
        return _of_several(turn, draft, _CHECKED)
    what = _read_back(turn, draft)
    if draft.on_day is not None:
        at = draft.on_day.get("at")
        usual = describe.when(turn, draft.schedule or {})
        said = what
        if at is not None:
            time = turn.spoken.time_of_day(datetime.fromisoformat(at).time())
            said = turn.render("when_what", when=turn.render("at_time", time=time), what=what)
        return turn.render("check_on_day", day=_day(turn, draft.day), said=said, usual=usual)
    if draft.act == "remove":
        if draft.schedule is not None:  # of two with one name this tells which
            when = describe.when(turn, draft.schedule)
            what = turn.render("when_what", when=when, what=what)
        return turn.render("check_remove", what=what)
    if draft.is_as_needed:
        rule = describe.limits(turn, draft.least_hours or 0.0, draft.daily_most or 0)
        said = turn.render("as_needed", what=what, **rule)
    elif draft.schedule is not None:
        when = describe.when(turn, draft.schedule)
        if draft.left_out:
            days = turn.spoken.listing([_day(turn, day) for day in draft.left_out])
            when = turn.render("but_not", when=when, days=days)
        said = turn.render("when_what", when=when, what=what)
    else:
        said = what
    is_task = not any(item.is_medicine for item in draft.items)
    return turn.render("check_task" if is_task else "check", said=said)


def _read_back(turn: Turn, draft: Draft) -> str:
    return turn.spoken.listing([describe.item(turn, item, draft) for item in draft.items])


def _titles(turn: Turn, draft: Draft) -> str:
    return turn.spoken.listing([item.title for item in draft.items if item.title])
