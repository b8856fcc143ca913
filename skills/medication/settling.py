"""Whether a draft can be kept as it is, and when it comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skills.api import Turn, services
from skills.medication import describe
from skills.medication.dosing import with_leaflet
from skills.medication.draft import SEVERAL, Draft, wishes_of


async def settled(turn: Turn, draft: Draft) -> Draft:
    """See whether the reminders can be kept so, and from when."""
    if draft.act in {"remove", *SEVERAL} or not draft.items or draft.number:
        return draft
    if draft.schedule is not None and draft.act == "add":
        habits = await turn.home.profile.get("habits")
        known = set(habits) if isinstance(habits, dict) else set()
        anchors = {each.get("anchor") for each in draft.schedule.get("times", ())} - {None}
        draft = replace(draft, unknown_habits=tuple(sorted(anchors - known)))
    if draft.is_as_needed:
        draft = with_leaflet(draft)
    if draft.asks != "check":
        return draft
    firsts = []
    for at, wish in enumerate(wishes_of(draft)):
        try:
            checked = await turn.home.request(check_of(wish, draft.reminder_id))
        except services.DoseUnlikelyRefused as refusal:
            return replace(draft, unlikely=refusal.to_dict())
        except services.DoseTooMuchRefused as refusal:
            return _too_much(turn, draft, at, refusal)
        except (services.NeverComesRefused, services.ClockWrongRefused) as refusal:
            return replace(draft, schedule=None, texts=()).noting(refusal.code)
        except services.Refusal:
            return replace(draft, schedule=None, texts=()).noting("not_possible")
        firsts.append(checked.first_at)
    return replace(draft, first_at=min((at for at in firsts if at is not None), default=None))


def check_of(wish: dict[str, Any], instead_of: str = "") -> services.CheckReminder:
    """Ask what would be kept of a wish of a draft; raises InvalidRefused."""
    return services.CheckReminder(services.value_of(services.ReminderWish, wish), instead_of)


def _too_much(turn: Turn, draft: Draft, at: int, refused: services.DoseTooMuchRefused) -> Draft:
    """A dose that nobody takes is not written down, whatever is said of it."""
    item = draft.items[at]
    key = f"too_much_{refused.per}"
    limit = describe.limit(turn, refused.most, refused.limit_unit)
    if refused.per == "interval":  # the days are what is wrong
        return replace(draft, schedule=None, texts=()).noting(key, what=item.title, limit=limit)
    fresh = draft.with_item(at, replace(item, amount=None, number=None))
    return fresh.noting(key, what=item.title, limit=limit)
