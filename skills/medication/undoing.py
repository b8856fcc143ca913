"""Taking back: the dose that was not taken after all, and whatever was done last."""

from __future__ import annotations

from typing import Final

from skills.api import Skill, Turn, services
from skills.medication.plainly import explain_failures
from skills.medication.which import is_offered, meant, reminders, today
from skills.medication.words import words

_JUST_NOW_SECONDS: Final = 7200.0
""""I have not taken it" is about the dose that was counted last, if that was so lately."""


def register(skill: Skill) -> None:
    """Add the action."""

    @explain_failures
    async def undo(turn: Turn) -> str:
        if words(turn.lang).has("not_after_all", turn.text):
            said = await not_taken(turn)
            return said if said is not None else turn.render("not_counted")
        if not words(turn.lang).has("takes_back", turn.text):
            return turn.render("nothing_to_undo")  # taken for one, and none
        try:
            undone = await turn.home.request(services.TakeBack())
        except services.Refusal:
            return turn.render("nothing_to_undo")
        what = turn.spoken.listing(undone.titles)
        return turn.render(f"undone_{undone.kind}", what=what)

    skill.action(undo)


async def not_taken(turn: Turn) -> str | None:
    """Take back the count of a dose; None where the sentence is not about one that was counted."""
    named = await meant(turn, await reminders(turn), turn.text)
    ids = {each.reminder_id for each in named.reminders}
    taken = [
        item
        for item in await today(turn)
        if item.state is services.State.TAKEN and (not ids or item.reminder_id in ids)
    ]
    last = max((item.settled_at or 0.0 for item in taken), default=0.0)
    is_lately = turn.now.timestamp() - last <= _JUST_NOW_SECONDS
    if not taken or named.stranger or (not ids and (not is_lately or await is_offered(turn))):
        return None
    which = named.reminders[0].reminder_id if len(ids) == 1 else ""
    items = (await turn.home.request(services.CountNotTaken(which))).not_taken
    what = turn.spoken.listing(list(dict.fromkeys(item.title for item in items)))
    is_open = any(item.is_left for item in items)
    return turn.render("not_taken_open" if is_open else "not_taken_over", what=what)
