"""The form in which a reminder is added, changed or removed.

It asks only for what is missing, reads all of it back, takes corrections, and writes once, at the
yes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skills.api import FALLBACK, Leave, Reply, ServiceError, Skill, Turn, Unclear, services
from skills.medication import asking
from skills.medication.doses import snooze
from skills.medication.draft import SEVERAL, Draft, draft_of, wishes_of
from skills.medication.listening import go_on, listen
from skills.medication.plainly import trouble
from skills.medication.settling import check_of
from skills.medication.several import write_several
from skills.medication.which import reminders

AFFIRM, DENY = "general_affirm", "general_deny"
BEGINNING = ("medication_add", "medication_change", "medication_pause")


def register(skill: Skill) -> None:
    """Add the form."""
    form = skill.form("plan")

    @form.slot(takes=(FALLBACK, *BEGINNING))
    async def draft(turn: Turn) -> dict[str, Any] | None:
        known = draft_of(turn.slots.get("draft"))
        if turn.intent == AFFIRM and known is not None and known.rest and known.asks == "check":
            following = await _next(turn, known)
            return following.to_json() if following is not None else None
        heard = await _heard(turn)
        return heard.to_json() if heard is not None else None

    @form.slot(takes=(AFFIRM, DENY))
    async def agreed(turn: Turn) -> dict[str, Any] | None:
        known = draft_of(turn.slots.get("draft"))
        if turn.intent != AFFIRM or known is None or known.asks != "check":
            return None
        if known.rest:
            return None  # written by the other slot, which then goes on with what is left
        if await _heard(turn) is not None:
            return None  # "yes, but two": read back once more
        try:
            return await _write(turn, known)
        except (ServiceError, TimeoutError) as error:
            raise Unclear(trouble(turn, error)) from error

    @form.question("agreed")
    async def ask(turn: Turn) -> str:
        known = draft_of(turn.slots.get("draft")) or Draft()
        return asking.question(turn, known)

    @form.done
    async def plan_done(turn: Turn) -> Reply:
        known, outcome = draft_of(turn.slots.get("draft")), turn.slots.get("agreed")
        if turn.left and known is None:  # it was about a dose, and no plan at all
            said = await snooze(turn)
        elif turn.left or known is None or not isinstance(outcome, dict):
            said = turn.render("left")
        else:
            said = asking.told(turn, known, outcome)
        # A slot that stays filled would end the next plan before it begins.
        return Reply(said, set={"draft": None, "agreed": None})


async def _next(turn: Turn, known: Draft) -> Draft | None:
    """Write what was agreed, and go on with the next part of the same sentence."""
    heard = await _heard(turn)
    if heard is not None:
        return heard  # "yes, but two": read back once more
    try:
        outcome = await _write(turn, known)
        return await go_on(turn, known, asking.told(turn, known, outcome))
    except (ServiceError, TimeoutError) as error:
        raise Unclear(trouble(turn, error)) from error


async def _heard(turn: Turn) -> Draft | None:
    try:
        return await listen(turn)
    except Leave:
        raise
    except (ServiceError, TimeoutError) as error:
        raise Unclear(trouble(turn, error)) from error


async def _write(turn: Turn, draft: Draft) -> dict[str, Any]:
    """Write what was agreed, in one transaction; raises Refusal if it was refused."""
    if draft.act in SEVERAL:
        await write_several(turn, draft)
    elif draft.act == "remove":
        await turn.home.request(services.RemoveReminder(draft.reminder_id))
    elif draft.on_day is not None:
        day = services.value_of(services.DayException, draft.on_day)
        await turn.home.request(services.ChangeDay(draft.reminder_id, day))
    elif draft.act == "change":
        (wish,) = wishes_of(draft)
        changes = services.value_of(services.ReminderChanges, wish)
        await turn.home.request(services.ChangeReminder(draft.reminder_id, changes))
    else:
        # A yes that is said again after a fault adds nothing twice.
        there = [_key(each) for each in await reminders(turn)]
        fresh = []
        for wish, item in zip(wishes_of(draft), draft.items, strict=True):
            check = check_of(wish)
            made = (await turn.home.request(check)).reminder
            if not item.title or _key(made) not in there:
                fresh.append(check.reminder)
        if not fresh:
            return {"result": "same"}
        await turn.home.request(services.AddReminders(tuple(fresh)))
    return {"result": draft.act}


def _key(reminder: services.Reminder) -> services.Reminder:
    """A reminder without what every one has of its own."""
    return replace(reminder, reminder_id="", added_at=0.0, changed_at=0.0)
