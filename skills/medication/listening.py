"""What a sentence does to the reminder that is being talked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from skills.api import FALLBACK, ImpossibleAmountError, Leave, Turn, parse_dose
from skills.medication import describe
from skills.medication.doses import is_offered
from skills.medication.dosing import take_dose, take_limits, with_leaflet
from skills.medication.draft import Draft, Item, draft_of, wishes_of
from skills.medication.plainly import unknown
from skills.medication.reading import read
from skills.medication.renaming import any_medicine, as_chosen, take_names
from skills.medication.timing import take_habit, take_time, understand
from skills.medication.which import meant, reminders
from skills.medication.words import words

AFFIRM, DENY = "general_affirm", "general_deny"
_PLANS: Final = {
    "medication_add": "add",
    "medication_change": "change",
    "medication_remove": "remove",
}
_NEVER_ANSWERS: Final = frozenset({"medication_taken", "medication_skip", "medication_snooze"})
"""About a dose that was announced meanwhile, never about the reminder that is being made."""
_SOON: Final = timedelta(hours=1)
"""No longer than this is a dose put off without a word of what is meant."""
_ANSWERS: Final = frozenset({FALLBACK, AFFIRM, DENY, "medication_add", "medication_change"})


async def listen(turn: Turn) -> Draft | None:
    """The reminder as it is after this sentence; None where the sentence is not about it.

    Raises:
        Leave: the elder does not want it any more, or never wanted a new one: "remind me in five
            minutes", said to an announcement, puts that off.
    """
    before = draft_of(turn.slots.get("draft"))
    if before is None:
        return await _begin(turn)
    before = replace(before, notes=())
    own = words(turn.lang)
    # "Cancel the newspaper" may be the thing to be reminded of.
    if own.only("leaves", turn.text) or (before.asks != "what" and own.has("leaves", turn.text)):
        raise Leave
    after = await _answered(turn, before)
    if after is None or after == before:
        return None
    return await _settled(turn, after)


async def _begin(turn: Turn) -> Draft:
    act = _PLANS.get(turn.intent, "add")
    if act == "add":
        fresh = await _absorb(turn, Draft())
        if _is_soon(turn, fresh) and not fresh.items and await is_offered(turn):
            raise Leave
        return await _settled(turn, fresh)
    kept = await reminders(turn)
    if act == "change" and not (await meant(turn, kept, turn.text)).reminders:
        fresh = await _absorb(turn, Draft())  # "metformin, two after supper" may be a new one
        if any(item.is_medicine and item.title for item in fresh.items):
            return await _settled(turn, fresh)
    if not kept:
        return replace(Draft(), notes=(("nothing_kept", {}),))
    return await _chosen_one(turn, Draft(act=act), kept, turn.text)


def _is_soon(turn: Turn, draft: Draft) -> bool:
    at = (draft.schedule or {}).get("at")
    return at is not None and datetime.fromisoformat(at) - turn.now <= _SOON


async def _answered(turn: Turn, draft: Draft) -> Draft | None:
    if draft.asks == "which":
        if turn.intent in _NEVER_ANSWERS:
            return None
        return await _chosen_one(turn, draft, await reminders(turn), turn.text)
    at = next((at for at, item in enumerate(draft.items) if item.is_generic), None)
    if draft.asks == "what" and at is not None and words(turn.lang).has("nameless", turn.text):
        return draft.with_item(at, any_medicine(turn, draft.items[at]))
    if turn.intent == "medication_remove":
        return draft.noting("finish_first") if draft.act != "remove" else None
    if draft.act == "remove" or (turn.intent in _NEVER_ANSWERS and draft.asks != "when"):
        return None
    if turn.intent in {AFFIRM, DENY}:
        simple = await _yes_or_no(turn, draft, is_yes=turn.intent == AFFIRM)
        if simple is not None:
            return simple
    after = await _absorb(turn, draft)
    if after == draft and turn.intent in _PLANS:  # "no, still two", or all of it once more
        return draft.noting("unchanged")
    return after if turn.intent in _ANSWERS or _is_the_answer(draft, after) else None


def _is_the_answer(before: Draft, after: Draft) -> bool:
    """Whether a sentence that was taken for something else answers what was asked."""
    return after.asks != before.asks or bool(after.notes)


async def _yes_or_no(turn: Turn, draft: Draft, *, is_yes: bool) -> Draft | None:
    """A plain yes or no to a question of names or doses."""
    at, item = next(
        ((at, item) for at, item in enumerate(draft.items) if item.candidates or item.is_unknown),
        (0, Item("")),
    )
    match draft.asks:
        case "name" if is_yes and len(item.candidates) == 1:
            return draft.with_item(at, await as_chosen(turn, item, item.candidates[0]["title"]))
        case "unknown" if is_yes:
            return draft.with_item(at, replace(item, is_unknown=False))
        case "unlikely" if is_yes:
            return replace(draft, is_confirmed=True)
    if is_yes:
        return None
    changed = await _absorb(turn, draft)  # "no, it's metformin"
    if changed != draft:
        return changed
    if _says_dose(turn):  # "no, still two"
        return draft.noting("unchanged")
    match draft.asks:
        case "name":
            return draft.with_item(at, replace(item, candidates=(), is_unknown=True))
        case "unknown":
            return draft.with_item(at, replace(item, title="", is_unknown=False, is_generic=True))
        case "unlikely":
            items = tuple(replace(each, amount=None) for each in draft.items)
            return replace(draft, items=items, unlikely=False)
        case "check" if not draft.was_refused:
            return replace(draft, was_refused=True).noting("what_is_wrong")
    return None


def _says_dose(turn: Turn) -> bool:
    try:
        return parse_dose(turn.text, turn.lang) is not None
    except ImpossibleAmountError:
        return True


async def _absorb(turn: Turn, draft: Draft) -> Draft:
    """Take in what a sentence says; of what it takes back itself, the last counts."""
    own = words(turn.lang)
    text = own.patterns["breaks"].sub("，", turn.text)
    pieces = own.patterns["correction"].split(text)
    for piece in [piece for piece in pieces if any(map(str.isalnum, piece))] or [text]:
        draft = await _absorb_piece(turn, draft, piece)
    return draft


async def _absorb_piece(turn: Turn, draft: Draft, text: str) -> Draft:
    if draft.asks == "habit" and (known := await take_habit(turn, draft, text)) is not None:
        return known
    own = words(turn.lang)
    text, when = await understand(turn, draft, text)
    if (when["problem"] or {}).get("refused") == "impossible_time":
        when["spans"] = [
            found.span() for found in own.patterns["impossible"].finditer(text.lower())
        ]
    bare = draft.asks in {"amount", "check", "unlikely", "change"}
    said = read(text, turn.lang, when["spans"], bare_number=bare)
    if said.impossible:
        draft = draft.noting("impossible_amount")
    draft, cut = await take_names(turn, draft, said, text, when)
    if cut != text:
        return await _absorb_piece(turn, draft, cut)
    draft = take_dose(draft, said)
    draft = take_limits(turn, draft, said, text)
    if when["says"]:
        draft = await take_time(turn, draft, text)
    if said.food and any(item.is_medicine for item in draft.items):
        draft = replace(draft, food=said.food, has_changes=True)
    if said.route:
        draft = replace(draft, route=said.route, has_changes=True)
    if said.is_once and not draft.is_once:
        draft = await take_time(turn, replace(draft, is_once=True), "")
    return draft


async def _settled(turn: Turn, draft: Draft) -> Draft:
    """See whether the reminders can be kept so, and from when."""
    if draft.act == "remove" or not draft.items:
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
        checked = await turn.home.request("reminders.check", reminder=wish)
        refused = checked.get("refused")
        if refused == "dose_unlikely":
            if not draft.items[at].is_high_risk:
                return replace(draft, unlikely=True)
            item = replace(draft.items[at], amount=None)
            return draft.with_item(at, item).noting("high_risk_dose", what=item.title)
        if refused is not None:
            code = refused if refused in {"never_comes", "clock_wrong"} else "not_possible"
            return replace(draft, schedule=None, texts=()).noting(code)
        firsts.append(checked["first_at"])
    return replace(draft, first_at=min((at for at in firsts if at is not None), default=None))


async def _chosen_one(turn: Turn, draft: Draft, kept: list[dict[str, Any]], text: str) -> Draft:
    """Which reminder is to be changed or removed."""
    asked = await meant(turn, kept, text)
    titles = [each["title"] for each in kept]
    found = list(asked.reminders) or (kept if len(kept) == 1 and not asked.stranger else [])
    if not found:
        if asked.stranger:
            return draft.noting("said", text=unknown(turn, asked.stranger, titles))
        return draft.noting("you_have", known=turn.spoken.listing(list(dict.fromkeys(titles))[:6]))
    known = _of_reminder(draft, found[0])
    if len(found) > 1:
        known = known.noting("first_of_several", count=describe.count(turn, len(found)))
    if draft.act == "remove":
        return known
    rest = text.casefold().replace(found[0]["title"].casefold(), " ")
    return await _settled(turn, await _absorb(replace_text(turn, rest), known))


def replace_text(turn: Turn, text: str) -> Turn:
    """The same turn with other words."""
    return replace(turn, text=text)


def _of_reminder(draft: Draft, kept: dict[str, Any]) -> Draft:
    """A draft of what is kept already."""
    schedule = dict(kept["schedule"]) if kept.get("schedule") else None
    if schedule is not None and schedule.get("every_minutes"):
        schedule["rrule"] = f"FREQ=MINUTELY;INTERVAL={schedule.pop('every_minutes')}"
    rule = kept.get("as_needed")
    item = Item(
        kept["title"],
        is_medicine=kept.get("kind") == "medicine",
        amount=kept.get("amount"),
        any_amount=kept.get("amount") is None,
        is_high_risk=kept.get("risk", "normal") != "normal",
    )
    return replace(
        draft,
        reminder_id=kept["reminder_id"],
        items=(item,),
        schedule=schedule,
        is_as_needed=rule is not None,
        least_hours=rule["least_hours"] if rule else None,
        daily_most=rule["daily_most"] if rule else None,
        food=kept.get("food", ""),
        route=kept.get("route", ""),
    )
