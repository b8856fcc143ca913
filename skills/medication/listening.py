"""What a sentence does to the reminder that is being talked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from skills.api import (
    FALLBACK,
    Anchor,
    Clock,
    ImpossibleTimeError,
    Leave,
    Turn,
    find_clues,
    parse_number,
)
from skills.medication.draft import Draft, Item, draft_of, wishes_of
from skills.medication.naming import chosen, find, items_of, replace_dose
from skills.medication.plainly import unknown
from skills.medication.reading import Said, number_in, read
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
_ANSWERS: Final = frozenset({FALLBACK, AFFIRM, DENY, "medication_add", "medication_change"})
_USUAL_HOURS: Final = {
    Anchor.WAKING: 6.5,
    Anchor.BREAKFAST: 7.5,
    Anchor.LUNCH: 12,
    Anchor.NAP: 13,
    Anchor.SUPPER: 18,
    Anchor.BEDTIME: 21.5,
}
"""Which of two hours on the clock is meant: the nearer one."""
_MOST_TEXTS: Final = 12
_MEALS: Final = frozenset({"breakfast", "lunch", "supper"})


async def listen(turn: Turn) -> Draft | None:
    """The reminder as it is after this sentence; None where the sentence is not about it.

    Raises:
        Leave: the elder does not want it any more.
    """
    before = draft_of(turn.slots.get("draft"))
    if before is None:
        return await _begin(turn)
    before = replace(before, notes=())
    if words(turn.lang).has("leaves", turn.text):
        raise Leave
    after = await _answered(turn, before)
    if after is None or after == before:
        return None
    return await _settled(turn, after)


async def _begin(turn: Turn) -> Draft:
    act = _PLANS.get(turn.intent, "add")
    if act == "add":
        return await _settled(turn, await _absorb(turn, Draft()))
    kept = await reminders(turn)
    if act == "change" and not (await meant(turn, kept, turn.text)).reminders:
        fresh = await _absorb(turn, Draft())  # "metformin, two after supper" may be a new one
        if any(item.is_medicine and item.title for item in fresh.items):
            return await _settled(turn, fresh)
    if not kept:
        return replace(Draft(), notes=(("nothing_kept", {}),))
    return await _chosen_one(turn, Draft(act=act), kept, turn.text)


async def _answered(turn: Turn, draft: Draft) -> Draft | None:
    if draft.asks == "which":
        if turn.intent in _NEVER_ANSWERS:
            return None
        return await _chosen_one(turn, draft, await reminders(turn), turn.text)
    if draft.act == "remove" or (turn.intent in _NEVER_ANSWERS and draft.asks != "when"):
        return None
    if turn.intent in {AFFIRM, DENY}:
        simple = await _yes_or_no(turn, draft, is_yes=turn.intent == AFFIRM)
        if simple is not None:
            return simple
    after = await _absorb(turn, draft)
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
            return draft.with_item(at, await _as_chosen(turn, item, item.candidates[0]["title"]))
        case "unknown" if is_yes:
            return draft.with_item(at, replace(item, is_unknown=False))
        case "unlikely" if is_yes:
            return replace(draft, is_confirmed=True)
    if is_yes:
        return None
    changed = await _absorb(turn, draft)  # "no, it's metformin"
    if changed != draft:
        return changed
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


async def _absorb(turn: Turn, draft: Draft) -> Draft:
    """Take in what a sentence says; of what it takes back itself, the last counts."""
    own = words(turn.lang)
    text = own.patterns["breaks"].sub("，", turn.text)
    pieces = own.patterns["correction"].split(text)
    for piece in [piece for piece in pieces if any(map(str.isalnum, piece))] or [text]:
        draft = await _absorb_piece(turn, draft, piece)
    return draft


async def _absorb_piece(turn: Turn, draft: Draft, text: str) -> Draft:
    if draft.asks == "habit" and (known := await _habit(turn, draft, text)) is not None:
        return known
    text, when = await _understood(turn, draft, text)
    bare = draft.asks in {"amount", "check", "unlikely", "change"}
    said = read(text, turn.lang, when["spans"], bare_number=bare)
    if said.impossible:
        draft = draft.noting("impossible_amount")
    draft, cut = await _named(turn, draft, said, text, when)
    if cut != text:
        return await _absorb_piece(turn, draft, cut)
    draft = _dosed(draft, said)
    draft = _limited(turn, draft, said, text)
    if when["says"]:
        draft = await _timed(turn, draft, text)
    if said.food and any(item.is_medicine for item in draft.items):
        draft = replace(draft, food=said.food, has_changes=True)
    if said.route:
        draft = replace(draft, route=said.route, has_changes=True)
    if said.is_once and not draft.is_once:
        draft = await _timed(turn, replace(draft, is_once=True), "")
    return draft


# ------------------------------------------------------------------------------- names


async def _named(
    turn: Turn, draft: Draft, said: Said, text: str, when: dict[str, Any]
) -> tuple[Draft, str]:
    """Take in what is named; also the part of the text that is about it alone."""
    found = await items_of(turn, said) if said.whole.phrase or said.parts else ()
    if not found:
        return draft, text
    asks = draft.asks
    if not draft.items and draft.act == "add":
        if len(found) > 1 and (cut := _own_time(text, found, when)) is not None:
            first = replace(draft, items=(), later=tuple(item.title for item in found[1:]))
            return first.noting("one_by_one", what=found[0].title), cut
        return replace(draft, items=found), text
    at = next((at for at, item in enumerate(draft.items) if _is_open(item)), 0)
    if asks == "what":
        if found[0].is_generic:  # asked once: then it is all of them
            generic = Item(turn.render("any_medicine"), is_generic=True, amount=found[0].amount)
            return draft.with_item(at, generic), text
        item = found[0]
        if draft.items[at].is_generic and not item.is_medicine:
            item = Item(item.title, is_unknown=True)
        return draft.with_item(at, item), text
    if asks in {"name", "unknown"}:
        return draft.with_item(at, await _renamed(turn, draft.items[at], found[0])), text
    known = [item for item in found if item.is_medicine and not item.is_unknown and item.title]
    is_other = len(known) == 1 and not _is_named(known[0], draft.items[0])
    if is_other and len(draft.items) == 1 and draft.act == "add":
        return draft.with_item(0, _with_dose_of(known[0], draft.items[0])), text
    return draft, text


def _is_named(found: Item, item: Item) -> bool:
    """Whether a name, or what it may have been, is that of an item."""
    names = {found.title, *(each["title"] for each in found.candidates)}
    return item.title.casefold() in {name.casefold() for name in names}


def _is_open(item: Item) -> bool:
    return not item.title or bool(item.candidates) or item.is_unknown


async def _renamed(turn: Turn, item: Item, found: Item) -> Item:
    """An answer to "did you mean …?"."""
    titles = [each["title"] for each in item.candidates]
    named = found.title.casefold()
    picked = next((title for title in titles if title.casefold() in named), None)
    if picked is not None:
        return await _as_chosen(turn, item, picked)
    if found.title == item.title:  # said once more: then it is so
        return replace(item, candidates=(), is_unknown=False)
    return _with_dose_of(found, item) if found.title else item


async def _as_chosen(turn: Turn, item: Item, title: str) -> Item:
    found = await find(turn, title)
    match = next((each for each in found["matches"] if each["score"] == 1), None)
    if match is None:
        return replace(item, title=title, candidates=())
    return chosen(item, match, is_read_back=bool(match["confused_with"]))


def _with_dose_of(item: Item, before: Item) -> Item:
    if item.amount is not None:
        return item
    return replace(item, amount=before.amount, any_amount=before.any_amount)


def _own_time(text: str, found: tuple[Item, ...], when: dict[str, Any]) -> str | None:
    """The part about the first of several medicines, where each has a time of its own."""
    second = text.casefold().find(found[1].title.casefold())
    first = text.casefold().find(found[0].title.casefold())
    if second <= first:
        return None
    spans = when["spans"]
    between = any(first < start < second for start, _ in spans)
    behind = any(start > second for start, _ in spans)
    return text[:second] if between and behind else None


# ------------------------------------------------------------------------------- doses


def _dosed(draft: Draft, said: Said) -> Draft:
    if said.any_amount and draft.asks == "amount":
        items = tuple(replace(item, any_amount=True) for item in draft.items)
        return replace(draft, items=items)
    if not said.has_dose or not draft.items or said.parts:
        return draft
    if not any(item.is_medicine for item in draft.items):
        return draft
    at = next((at for at, item in enumerate(draft.items) if item.title in said.whole.title), None)
    if at is None or not said.whole.title:
        at = next((at for at, item in enumerate(draft.items) if item.needs_amount), None)
    if at is None:
        if len(draft.items) > 1:
            return draft.noting("which_dose")
        at = 0
    changed = replace_dose(draft.items[at], said.whole)
    if changed == draft.items[at]:
        return draft
    fresh = replace(draft, has_changes=True, unlikely=False, is_confirmed=False)
    return fresh.with_item(at, changed)


def _limited(turn: Turn, draft: Draft, said: Said, text: str) -> Draft:
    """How far apart and how often, for a medicine as needed."""
    hours, most = said.least_hours, said.daily_most
    own = words(turn.lang)
    if draft.asks == "limits":
        if draft.least_hours is None and hours is None:
            hours = number_in(own.groups("hours_alone", text), turn.lang)
        if draft.daily_most is None and most is None:
            times = number_in(own.groups("times_alone", text), turn.lang)
            if times is None and draft.least_hours is not None:
                times = number_in(text, turn.lang)
            most = int(times) if times is not None else None
    is_medicine = any(item.is_medicine for item in draft.items)
    if not (said.is_as_needed or draft.is_as_needed) or not is_medicine:
        return draft
    leaflet = draft.items[0].limit or {}
    hours = hours or draft.least_hours or leaflet.get("min_hours")
    most = most or draft.daily_most or _whole(leaflet.get("daily_max"))
    if (hours is not None and not 0 < hours <= 168) or (most is not None and not 1 <= most <= 48):
        return draft.noting("not_possible")
    return replace(draft, is_as_needed=True, least_hours=hours, daily_most=most)


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None else None


# ------------------------------------------------------------------------------- times


async def _understood(turn: Turn, draft: Draft, text: str) -> tuple[str, dict[str, Any]]:
    """The sentence's words about time; a number alone answers "at what time"."""
    when = await _when(turn, draft, [*draft.texts, text])
    own = words(turn.lang)
    timed = ""
    if draft.asks == "meal":
        meals = [pattern.search(text.lower()) for pattern, _ in own.habits]
        named = [found[0] for found in meals if found is not None]
        timed = " ".join(own.at_meal[draft.food or "with"].format(each) for each in named)
    elif not when["says"] and draft.asks == "when":
        timed = own.bare_time.format(own.core(text))
    if timed:
        again = await _when(turn, draft, [*draft.texts, timed])
        if again["says"] and not again["problem"]:
            return timed, again
    return text, when


async def _when(turn: Turn, draft: Draft, texts: list[str]) -> dict[str, Any]:
    is_task = bool(draft.items) and not any(item.is_medicine for item in draft.items)
    understood: dict[str, Any] = await turn.home.request(
        "reminders.understand",
        texts=texts[-_MOST_TEXTS:],
        lang=turn.lang,
        is_daily=not is_task and not draft.is_once,
    )
    if "refused" in understood:  # a clock that was never set
        return {
            "says": True,
            "spans": [],
            "schedule": None,
            "problem": understood,
            "days": None,
            "names_day": False,
            "names_part": False,
        }
    return understood


async def _timed(turn: Turn, draft: Draft, text: str) -> Draft:
    """The draft with a sentence about time."""
    texts = (*draft.texts, text) if text else draft.texts
    when = await _when(turn, draft, list(texts))
    problem, schedule = when["problem"], when["schedule"]
    before = draft.schedule
    if draft.act == "change" and before is not None:
        if (problem or {}).get("refused") == "meal_missing":
            when = await _at_its_meals(turn, draft, text)
        return _rescheduled(draft, when)
    refused = (problem or {}).get("refused")
    if refused in {"impossible_time", "never_comes", "invalid", "clock_wrong"}:
        note = "too_often" if refused == "invalid" else str(refused)
        return draft.noting(note)
    return replace(
        draft,
        texts=texts,
        schedule=schedule,
        when_problem=problem,
        has_changes=True,
        was_refused=False,
    )


async def _at_its_meals(turn: Turn, draft: Draft, text: str) -> dict[str, Any]:
    """Read "change it to before food" as before the meals that it has been at."""
    own = words(turn.lang)
    side = own.at_meal[own.of(own.food, text) or "with"]
    anchors = [each.get("anchor") for each in (draft.schedule or {}).get("times", ())]
    meals = [turn.render(f"anchor_{anchor}") for anchor in anchors if anchor in _MEALS]
    return await _when(turn, draft, [" ".join(side.format(meal) for meal in meals)])


def _rescheduled(draft: Draft, when: dict[str, Any]) -> Draft:
    """A reminder that is there with another time, or on other days, and all else as it was."""
    before, schedule, days = draft.schedule or {}, when["schedule"], when["days"]
    refused = (when["problem"] or {}).get("refused")
    if refused == "time_missing" and days is None:
        return draft  # "change it to after food": at the hours that it has
    kept = {name: before[name] for name in ("times", "start", "until") if name in before}
    if schedule is not None and days is None and "times" in schedule and "times" in before:
        schedule = {**before, "times": schedule["times"]}
    elif schedule is not None and "at" in schedule and "at" in before and not when["names_day"]:
        at = _on_the_day_of(before["at"], schedule["at"], is_sure=when["names_part"])
        schedule = {**schedule, "at": at}
    elif refused == "time_missing" and days is not None and "times" in before:
        schedule = {**kept, **days}
    elif schedule is None:
        return draft.noting("too_often" if refused == "invalid" else refused or "time_missing")
    return replace(draft, schedule=schedule, has_changes=True, was_refused=False)


def _on_the_day_of(before: str, said: str, *, is_sure: bool) -> str:
    """Another hour of the same day; of the two on the clock the nearer, unless it was said."""
    old, new = datetime.fromisoformat(before), datetime.fromisoformat(said)
    at = old.replace(hour=new.hour, minute=new.minute)
    other = at.replace(hour=(at.hour + 12) % 24)
    return (at if is_sure or abs(at - old) <= abs(other - old) else other).isoformat()


async def _habit(turn: Turn, draft: Draft, text: str) -> Draft | None:
    """The elder's own time of a meal or of going to bed, kept for good."""
    (habit,) = draft.unknown_habits
    at = habit_time(turn, habit, text)
    if at is None:
        return None
    await keep_habit(turn, habit, at)
    return await _timed(turn, replace(draft, unknown_habits=()), "")


def habit_time(turn: Turn, habit: str, text: str) -> str | None:
    """The time of day that is said of a habit, HH:MM."""
    try:
        clocks = [
            found.clue
            for found in find_clues(text, turn.lang, turn.now.date())
            if isinstance(found.clue, Clock)
        ]
        if not clocks:
            clocks = _bare_hour(turn, text)
        if not clocks:
            return None
        said = clocks[-1]
        usual = _USUAL_HOURS[Anchor(habit)]
        hours = [said.hour] if said.hour > 12 else [said.hour % 12, said.hour % 12 + 12]
        if said.part is not None:
            hours = [said.part.hour(said.hour)]
    except ImpossibleTimeError:
        return None
    hour = min(hours, key=lambda each: abs(each - usual)) % 24
    return f"{hour:02}:{said.minute:02}"


def _bare_hour(turn: Turn, text: str) -> list[Clock]:
    """A number that is the whole answer."""
    core = words(turn.lang).core(text)
    number = parse_number(core, turn.lang)
    is_all = number is not None and (number.start, number.end) == (0, len(core))
    return [Clock(int(number.value))] if number is not None and is_all else []


async def keep_habit(turn: Turn, habit: str, at: str) -> None:
    """Write one of the elder's own times."""
    habits = await turn.home.profile.get("habits")
    known = habits if isinstance(habits, dict) else {}
    await turn.home.profile.set("habits", {**known, habit: at})


# ---------------------------------------------------------------------- what it comes to


async def _settled(turn: Turn, draft: Draft) -> Draft:
    """See whether the reminders can be kept so, and from when."""
    if draft.act == "remove" or not draft.items:
        return draft
    if draft.schedule is not None and draft.act == "add":
        habits = await turn.home.profile.get("habits")
        known = set(habits) if isinstance(habits, dict) else set()
        anchors = {each.get("anchor") for each in draft.schedule.get("times", ())} - {None}
        draft = replace(draft, unknown_habits=tuple(sorted(anchors - known)))
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
        return draft.noting("you_have", known=turn.spoken.listing(titles[:6]))
    known = _of_reminder(draft, found[0])
    if len(found) > 1:
        known = known.noting("first_of_several", count=turn.spoken.number(str(len(found))))
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
