"""The form in which a reminder is added, changed or removed.

It asks only for what is missing, reads all of it back, takes corrections, and writes once, at the
yes.
"""

from __future__ import annotations

from typing import Any

from skills.api import FALLBACK, Leave, Reply, ServiceError, Skill, Turn, Unclear
from skills.medication import asking
from skills.medication.doses import snooze
from skills.medication.draft import SEVERAL, Draft, Item, draft_of, wishes_of
from skills.medication.listening import go_on, listen
from skills.medication.plainly import refusal, trouble
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
    """Write what was agreed, in one transaction; raises Unclear where it was refused."""
    if draft.act in SEVERAL:
        answer = await write_several(turn, draft)
    elif draft.act == "remove":
        answer = await turn.home.request("reminders.remove", which=draft.reminder_id)
    elif draft.on_day is not None:
        answer = await turn.home.request(
            "reminders.on_day", which=draft.reminder_id, day=draft.on_day
        )
    elif draft.act == "change":
        (changes,) = wishes_of(draft)
        answer = await turn.home.request(
            "reminders.change", which=draft.reminder_id, changes=changes
        )
    else:
        # A yes that is said again after a fault adds nothing twice.
        there = [_key(each) for each in await reminders(turn)]
        fresh = [
            wish
            for wish, item in zip(wishes_of(draft), draft.items, strict=True)
            if not _is_there(await _checked(turn, wish), there, item)
        ]
        if not fresh:
            return {"result": "same"}
        answer = await turn.home.request("reminders.add_all", reminders=fresh)
    if "refused" in answer:
        raise Unclear(refusal(turn, answer))
    return {"result": draft.act}


async def _checked(turn: Turn, wish: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = await turn.home.request("reminders.check", reminder=wish)
    if "refused" in checked:
        raise Unclear(refusal(turn, checked))
    return checked


def _is_there(checked: dict[str, Any], there: list[dict[str, Any]], item: Item) -> bool:
    return bool(item.title) and _key(checked["reminder"]) in there


def _key(reminder: dict[str, Any]) -> dict[str, Any]:
    """A reminder without what every one has of its own."""
    own = {"reminder_id", "added_at", "changed_at"}
    return {name: value for name, value in reminder.items() if name not in own}
