"""What a sentence answers to the question that the form has asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from skills.api import FALLBACK, ImpossibleAmountError, Leave, Turn, parse_dose, services
from skills.medication.absorbing import absorb, replace_text
from skills.medication.choosing import chosen_one
from skills.medication.draft import ACTS, SEVERAL, Draft, Item
from skills.medication.renaming import any_medicine, as_chosen
from skills.medication.several import begin_several
from skills.medication.which import meant, reminders
from skills.medication.words import words

AFFIRM, DENY = "general_affirm", "general_deny"
_NEVER_ANSWERS: Final = frozenset(
    {"medication_taken", "medication_skip", "medication_snooze", "medication_undo"}
)
"""About a dose that was announced meanwhile, never about the reminder that is being made."""
_ANSWERS: Final = frozenset({FALLBACK, AFFIRM, DENY, *ACTS})


async def answered(turn: Turn, draft: Draft) -> Draft | None:
    """The reminder as the answer leaves it; None if the sentence is no answer.

    Raises:
        Leave: the elder does not want it any more.
    """
    if _is_a_question(turn, draft):
        return None
    if draft.asks == "which":
        if turn.intent in _NEVER_ANSWERS:
            return None
        kept = await reminders(turn)
        if draft.act in SEVERAL:
            return await begin_several(turn, kept, is_pause=True)
        return await chosen_one(turn, draft, kept, turn.text)
    own = words(turn.lang)
    at = next((at for at, item in enumerate(draft.items) if item.is_generic), None)
    if draft.asks == "what" and at is not None and own.has("nameless", turn.text):
        return draft.with_item(at, any_medicine(turn, draft.items[at]))
    if turn.intent == "medication_undo" and draft.asks == "check":
        return await _yes_or_no(turn, draft, is_yes=False)
    if turn.intent in {"medication_remove", "medication_pause"} or own.has("declines", turn.text):
        return await _less_meanwhile(turn, draft)
    if draft.act in {"remove", *SEVERAL} or (
        turn.intent in _NEVER_ANSWERS and draft.asks != "when"
    ):
        return None
    if draft.asks == "number":
        return await _number_meant(turn, draft)
    if turn.intent in {AFFIRM, DENY}:
        simple = await _yes_or_no(turn, draft, is_yes=turn.intent == AFFIRM)
        if simple is not None:
            return simple
    after = await absorb(turn, draft)
    if after == draft and turn.intent in ACTS:  # "no, still two", or all of it once more
        return draft.noting("unchanged")
    return after if turn.intent in _ANSWERS or _is_the_answer(draft, after) else None


def _is_a_question(turn: Turn, draft: Draft) -> bool:
    """Whether something else is asked in the middle of it: that is answered, and it goes on."""
    is_told = turn.intent in {AFFIRM, DENY, "medication_add", "medication_change"}
    may_be = not is_told and draft.asks not in {"which", "number"}
    return may_be and words(turn.lang).has("question", turn.text)


async def _less_meanwhile(turn: Turn, draft: Draft) -> Draft | None:
    """Take "don't remind me" for a no to what is being made; anything else waits."""
    if draft.act == "remove" or draft.act in SEVERAL:
        return None
    named = [_bare(each) for each in draft.items]
    said = await meant(turn, named, turn.text)
    others = await meant(turn, await reminders(turn), turn.text)
    if draft.act == "add" and (said.reminders or not (others.reminders or others.stranger)):
        raise Leave
    return draft.noting("finish_first")


def _bare(item: Item) -> services.Reminder:
    """What is being made, as if it were kept already: to find it by its name."""
    kind = services.Kind.MEDICINE
    return services.Reminder(reminder_id="", title=item.title, kind=kind)


async def _number_meant(turn: Turn, draft: Draft) -> Draft | None:
    """Whether a bare number was the hour or the dose."""
    own = words(turn.lang)
    said = replace(draft, number="")
    if own.only("means_time", turn.text):
        return await absorb(replace_text(turn, own.bare_time.format(draft.number)), said)
    if own.only("means_dose", turn.text):
        return await absorb(replace_text(turn, draft.number), replace(said, takes_number=True))
    if turn.intent == DENY:
        return said.noting("what_is_wrong")
    after = await absorb(turn, said)
    return after if after != said else None


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
    changed = await absorb(turn, draft)  # "no, it's metformin"
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
            return replace(draft, items=items, unlikely=None)
        case "check" if not draft.was_refused:
            return replace(draft, was_refused=True).noting("what_is_wrong")
    return None


def _says_dose(turn: Turn) -> bool:
    try:
        return parse_dose(turn.text, turn.lang) is not None
    except ImpossibleAmountError:
        return True
