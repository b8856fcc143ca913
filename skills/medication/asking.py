"""What the form asks, reads back and tells at its end."""

from __future__ import annotations

from typing import Any

from skills.api import Turn
from skills.medication import describe
from skills.medication.draft import Draft, Item


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
    if not draft.later:
        return said
    later = turn.render("then_tell", what=turn.spoken.listing(draft.later))
    return turn.render("join", first=said, second=later)


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
            return turn.render("ask_unlikely", what=_read_back(turn, draft))
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


def _ask_limits(turn: Turn, draft: Draft) -> str:
    what = _titles(turn, draft)
    if draft.least_hours is None:
        return turn.render("ask_hours", what=what)
    return turn.render("ask_most", what=what)


def _check(turn: Turn, draft: Draft) -> str:
    what = _read_back(turn, draft)
    if draft.act == "remove":
        return turn.render("check_remove", what=what)
    if draft.is_as_needed:
        rule = {"least_hours": draft.least_hours, "daily_most": draft.daily_most}
        said = turn.render("as_needed", what=what, **describe.limits(turn, rule))
    elif draft.schedule is not None:
        when = describe.when(turn, draft.schedule)
        said = turn.render("when_what", when=when, what=what)
    else:
        said = what
    is_task = not any(item.is_medicine for item in draft.items)
    return turn.render("check_task" if is_task else "check", said=said)


def _read_back(turn: Turn, draft: Draft) -> str:
    return turn.spoken.listing([describe.item(turn, item, draft) for item in draft.items])


def _titles(turn: Turn, draft: Draft) -> str:
    return turn.spoken.listing([item.title for item in draft.items if item.title])
