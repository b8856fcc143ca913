"""What a sentence does to the reminder that is being talked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from skills.api import (
    FALLBACK,
    Clock,
    ImpossibleAmountError,
    ImpossibleTimeError,
    Leave,
    Turn,
    find_clues,
    parse_dose,
)
from skills.medication import describe
from skills.medication.dosing import take_dose, take_limits, with_leaflet, without_unclear_dose
from skills.medication.draft import SEVERAL, Draft, Item, draft_of, wishes_of
from skills.medication.plainly import unknown
from skills.medication.reading import Said, lone_number, read
from skills.medication.renaming import any_medicine, as_chosen, take_names
from skills.medication.several import begin_several, day_of
from skills.medication.splitting import parts_of
from skills.medication.timing import (
    number_behind_hour,
    number_beside_time,
    spans_of,
    take_habit,
    take_time,
    understand,
)
from skills.medication.which import is_offered, meant, reminders
from skills.medication.words import words

AFFIRM, DENY = "general_affirm", "general_deny"
_PLANS: Final = {
    "medication_add": "add",
    "medication_change": "change",
    "medication_remove": "remove",
    "medication_pause": "pause",
}
_NEVER_ANSWERS: Final = frozenset(
    {"medication_taken", "medication_skip", "medication_snooze", "medication_undo"}
)
"""About a dose that was announced meanwhile, never about the reminder that is being made."""
_BARE: Final = {"kind": "medicine"}
_SOON: Final = timedelta(hours=1)
"""No longer than this is a dose put off without a word of what is meant."""
_ANSWERS: Final = frozenset({FALLBACK, AFFIRM, DENY, *_PLANS})


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
    kept = await reminders(turn)
    own = words(turn.lang)
    if act in {"remove", "pause"} or own.has("declines", turn.text):
        # A sentence that says "not" never sets anything, however it was understood.
        return await _begin_less(turn, kept, is_pause=act == "pause")
    if act == "add":
        first, *rest = await parts_of(turn)
        fresh = await _absorb(replace_text(turn, first), Draft(rest=tuple(rest)))
        if _is_soon(turn, fresh) and not fresh.items and await is_offered(turn):
            raise Leave
        return await _settled(turn, fresh)
    if not (await meant(turn, kept, turn.text)).reminders:
        fresh = await _absorb(turn, Draft())  # "metformin, two after supper" may be a new one
        if any(item.is_medicine and item.title for item in fresh.items):
            return await _settled(turn, fresh)
    if not kept:
        return replace(Draft(), notes=(("nothing_kept", {}),))
    return await _chosen_one(turn, Draft(act=act), kept, turn.text)


async def _begin_less(turn: Turn, kept: list[dict[str, Any]], *, is_pause: bool) -> Draft:
    """Fewer reminders than there are: for a time, of a day, one, or all of them."""
    if not kept:
        raise Leave  # there is nothing that could be less
    several = await begin_several(turn, kept, is_pause=is_pause)
    if several is not None:
        return several
    at_hour = _at_the_hour(turn, kept)
    if at_hour and not (await meant(turn, kept, turn.text)).reminders:
        kept = at_hour
    return await _chosen_one(turn, Draft(act="remove"), kept, turn.text)


def _at_the_hour(turn: Turn, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that come at an hour that is said: "don't remind me at eight"."""
    try:
        clues = find_clues(turn.text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return []
    hours = {each.clue.hour % 12 for each in clues if isinstance(each.clue, Clock)}

    def comes_then(each: dict[str, Any]) -> bool:
        schedule = each.get("schedule") or {}
        at = [one["at"][:2] for one in schedule.get("times", ())]
        at += [schedule["at"][11:13]] if schedule.get("at") else []
        return any(int(hour) % 12 in hours for hour in at)

    return [each for each in kept if comes_then(each)]


async def go_on(turn: Turn, before: Draft, said: str) -> Draft:
    """Begin with the next part of a sentence whose first part was written."""
    first, *rest = before.rest
    following = await _absorb(replace_text(turn, first, intent="medication_add"), Draft())
    return (await _settled(turn, replace(following, rest=tuple(rest)))).noting("said", text=said)


def _is_soon(turn: Turn, draft: Draft) -> bool:
    at = (draft.schedule or {}).get("at")
    return at is not None and datetime.fromisoformat(at) - turn.now <= _SOON


async def _answered(turn: Turn, draft: Draft) -> Draft | None:
    if _is_a_question(turn, draft):
        return None
    if draft.asks == "which":
        if turn.intent in _NEVER_ANSWERS:
            return None
        kept = await reminders(turn)
        if draft.act in SEVERAL:
            return await begin_several(turn, kept, is_pause=True)
        return await _chosen_one(turn, draft, kept, turn.text)
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
    after = await _absorb(turn, draft)
    if after == draft and turn.intent in _PLANS:  # "no, still two", or all of it once more
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
    said = await meant(turn, [{"title": each.title, **_BARE} for each in draft.items], turn.text)
    others = await meant(turn, await reminders(turn), turn.text)
    if draft.act == "add" and (said.reminders or not (others.reminders or others.stranger)):
        raise Leave
    return draft.noting("finish_first")


async def _number_meant(turn: Turn, draft: Draft) -> Draft | None:
    """Whether a bare number was the hour or the dose."""
    own = words(turn.lang)
    said = replace(draft, number="")
    if own.only("means_time", turn.text):
        return await _absorb(replace_text(turn, own.bare_time.format(draft.number)), said)
    if own.only("means_dose", turn.text):
        return await _absorb(replace_text(turn, draft.number), replace(said, takes_number=True))
    if turn.intent == DENY:
        return said.noting("what_is_wrong")
    after = await _absorb(turn, said)
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
            return replace(draft, items=items, unlikely=None)
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
    pieces = _pieces(turn, text, await spans_of(turn, text))
    for piece in [piece for piece in pieces if any(map(str.isalnum, piece))] or [text]:
        draft = await _absorb_piece(turn, draft, piece)
    return draft


def _pieces(turn: Turn, text: str, spans: Sequence[Sequence[int]]) -> list[str]:
    """The text cut where something is taken back, unless it is a time that the language read."""
    pieces, begin = [], 0
    for found in words(turn.lang).patterns["correction"].finditer(text):
        if any(start <= found.start() < end for start, end in spans):
            continue
        pieces.append(text[begin : found.start()])
        begin = found.end()
    return [*pieces, text[begin:]]


async def _absorb_piece(turn: Turn, draft: Draft, text: str) -> Draft:
    if draft.asks == "habit" and (known := await take_habit(turn, draft, text)) is not None:
        return known
    own = words(turn.lang)
    text, when = await understand(turn, draft, text)
    if (when["problem"] or {}).get("refused") == "impossible_time":
        when["spans"] = [
            found.span() for found in own.patterns["impossible"].finditer(text.lower())
        ]
    bare = draft.asks in {"amount", "unlikely"} or draft.takes_number
    may_ask = draft.asks in {"check", "change"} and not bare
    draft = replace(draft, takes_number=False)
    behind = number_behind_hour(turn, text)
    spans = when["spans"]
    if behind is not None and not behind.is_before_name:
        spans = [*spans, (behind.start, behind.end)]
    said = read(text, turn.lang, spans, bare_number=bare, beside_name=not may_ask)
    if said.impossible:
        draft = draft.noting("impossible_amount")
    if may_ask and draft.items and not when["says"] and not said.has_dose:
        number = lone_number(turn, text, said)
        if number and any(each.is_medicine for each in draft.items):
            return replace(draft, number=number)
        if number:  # a thing to do has no dose
            return await _absorb_piece(turn, draft, own.bare_time.format(number))
    draft, cut = await take_names(turn, draft, said, text, when)
    if cut != text:
        return await _absorb_piece(turn, draft, cut)
    left = [each for each in when["leftover"] if not (behind and each["start"] == behind.start)]
    draft = without_unclear_dose(turn, take_dose(draft, said), said, left)
    draft = take_limits(turn, draft, said, text)
    is_medicine = not draft.items or draft.items[0].is_medicine
    number = "" if is_medicine else number_beside_time(when)
    if behind and not (behind.is_before_name and (said.has_dose or not is_medicine)):
        draft = draft.noting("words_left", words=behind.words)
    elif number:  # "four" of "at nine and four in the afternoon": a thing to do has no dose
        draft = draft.noting("words_left", words=number)
    elif when["says"]:
        draft = await take_time(turn, draft, text)
    draft = await _on_one_day(turn, draft, said, text)
    if said.food and any(item.is_medicine for item in draft.items):
        draft = replace(draft, food=said.food, has_changes=True)
    if said.route:
        draft = replace(draft, route=said.route, has_changes=True)
    if said.is_once and not draft.is_once and draft.act == "add":
        draft = await take_time(turn, replace(draft, is_once=True), "")
    return draft


async def _on_one_day(turn: Turn, draft: Draft, said: Said, text: str) -> Draft:
    """Another dose, or another hour, of one day: the series stays as it is."""
    schedule = draft.schedule or {}
    if draft.act != "change" or "times" not in schedule or not draft.has_changes:
        return draft
    day = draft.day or await day_of(turn, text)
    if day is None and said.is_once:
        day = _coming_day(turn, schedule)
    if day is None:
        return draft
    amount = draft.items[0].amount if said.has_dose else None
    on_day = {**(draft.on_day or {}), "day": day} | ({"amount": amount} if amount else {})
    return replace(draft, day=day, on_day=on_day)


def _coming_day(turn: Turn, schedule: dict[str, Any]) -> str:
    """Today, where it still comes today, else tomorrow."""
    last = max(each["at"] for each in schedule["times"])
    days = 0 if last > f"{turn.now:%H:%M}" else 1
    return (turn.now.date() + timedelta(days)).isoformat()


async def _settled(turn: Turn, draft: Draft) -> Draft:
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
        checked = await turn.home.request(
            "reminders.check", reminder=wish, instead_of=draft.reminder_id
        )
        refused = checked.get("refused")
        if refused == "dose_unlikely":
            return replace(draft, unlikely=checked)
        if refused == "dose_too_much":
            return _too_much(turn, draft, at, checked)
        if refused is not None:
            code = refused if refused in {"never_comes", "clock_wrong"} else "not_possible"
            return replace(draft, schedule=None, texts=()).noting(code)
        firsts.append(checked["first_at"])
    return replace(draft, first_at=min((at for at in firsts if at is not None), default=None))


def _too_much(turn: Turn, draft: Draft, at: int, refused: dict[str, Any]) -> Draft:
    """A dose that nobody takes is not written down, whatever is said of it."""
    item = draft.items[at]
    key = f"too_much_{refused['per']}"
    limit = describe.limit(turn, refused["most"], refused["limit_unit"])
    if refused["per"] == "interval":  # the days are what is wrong
        return replace(draft, schedule=None, texts=()).noting(key, what=item.title, limit=limit)
    fresh = draft.with_item(at, replace(item, amount=None, number=None))
    return fresh.noting(key, what=item.title, limit=limit)


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
    rest = words(turn.lang).without("changes_to", rest)
    return await _settled(turn, await _absorb(replace_text(turn, rest), known))


def replace_text(turn: Turn, text: str, intent: str = "") -> Turn:
    """The same turn with other words."""
    return replace(turn, text=text, intent=intent or turn.intent)


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
