"""Doses: taken, later, left out; and what of today is taken or still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from skills.api import ImpossibleAmountError, Skill, Turn, are_counted_alike, parse_dose, services
from skills.medication import describe, undoing
from skills.medication.plainly import explain_failures, refusal, unknown
from skills.medication.which import Meant, meant, reminders, today
from skills.medication.words import words

Reminder = services.Reminder
R = TypeVar("R")
_MOST_LISTED: Final = 8
"""As many as can be listened to."""


def register(skill: Skill) -> None:
    """Add the actions."""

    @explain_failures
    async def taken(turn: Turn) -> str:
        own = words(turn.lang)
        if own.has("asks_taken", turn.text):  # however it was understood, nothing is counted
            return await query(turn)
        if own.has("not_taken", turn.text):
            return await undoing.not_taken(turn) or turn.render("not_counted")
        kept = await reminders(turn)
        named = await meant(turn, kept, turn.text)
        if named.stranger:
            return unknown(turn, named.stranger, [each.title for each in kept])
        if await _is_only_of_tasks(turn, named):
            return turn.render("nothing_open")
        told = await _each(turn, [services.CountTaken(which) for which in await _ids(turn, named)])
        counted = [dose for answer in told.done for dose in answer.taken]
        if not counted:
            why = told.refused[0]
            if isinstance(why, services.NothingOpenRefused) and why.next_at is not None:
                return turn.render("nothing_open_taken", time=describe.clock(turn, why.next_at))
            return refusal(turn, why)
        said = _counted(turn, counted, kept)
        return said if named.reminders else await _with_open(turn, said)

    @explain_failures
    async def skip(turn: Turn) -> str:
        if words(turn.lang).has("not_after_all", turn.text):
            said = await undoing.not_taken(turn)
            if said is not None:
                return said
        if not words(turn.lang).has("refuses", turn.text):
            return turn.render("skip_unclear")
        kept = await reminders(turn)
        named = await meant(turn, kept, turn.text)
        if await _is_only_of_tasks(turn, named):
            return turn.render("nothing_open")
        reason = _reason(turn, named)
        told = await _each(
            turn, [services.SkipDoses(which, reason) for which in await _ids(turn, named)]
        )
        skipped = [item for answer in told.done for item in answer.skipped]
        if not skipped:
            return refusal(turn, told.refused[0])
        what = turn.spoken.listing([item.title for item in skipped])
        said = describe.acted(turn, "skipped", skipped, what=what)
        risky = {each.reminder_id for each in kept if each.risk is not services.Risk.NORMAL}
        if any(item.reminder_id in risky for item in skipped):
            return turn.render("join", first=said, second=turn.render("skipped_high_risk"))
        return said

    for action in (taken, snooze, skip, explain_failures(query)):
        skill.action(action)


@explain_failures
async def snooze(turn: Turn) -> str:
    """What is offered comes again in ten minutes, or when it was said."""
    named = await meant(turn, await reminders(turn), turn.text)
    try:
        when = await turn.home.request(services.UnderstandWhen((turn.text,), turn.lang))
    except services.ClockWrongRefused:
        when = services.Understood()
    if isinstance(when.problem, services.ImpossibleTimeRefused | services.NeverComesRefused):
        return turn.render("snooze_when")
    told = await _each(
        turn, [services.SnoozeDoses(which, until=when.at) for which in await _ids(turn, named)]
    )
    snoozed = [item for answer in told.done for item in answer.snoozed]
    if not snoozed:
        match told.refused[0]:
            case services.InvalidRefused():
                return turn.render("snooze_when")
            case services.NothingOpenRefused() | services.AlreadyTakenRefused():
                return turn.render("snooze_nothing")
            case why:
                return refusal(turn, why)
    what = turn.spoken.listing([item.title for item in snoozed])
    if when.at is not None:
        return turn.render("snoozed_until", what=what, time=describe.clock(turn, when.at))
    return turn.render("snoozed", what=what)


@dataclass(frozen=True, slots=True)
class _Told(Generic[R]):
    """What became of the same request for several reminders."""

    done: tuple[R, ...]
    refused: tuple[services.Refusal, ...]


async def _each(turn: Turn, requests: Sequence[services.Request[R]]) -> _Told[R]:
    """Make requests one after the other, whichever of them is refused."""
    done, refused = [], []
    for request in requests:
        try:
            done.append(await turn.home.request(request))
        except services.Refusal as refusal:
            refused.append(refusal)
    return _Told(tuple(done), tuple(refused))


async def _is_only_of_tasks(turn: Turn, named: Meant) -> bool:
    """Whether a medicine is spoken of without its name, and what is offered is none."""
    if named.reminders or not words(turn.lang).has("asks_medicine", turn.text):
        return False
    kinds = {item.kind for item in await today(turn) if item.state in services.OFFERED}
    return bool(kinds) and services.Kind.MEDICINE not in kinds


async def _ids(turn: Turn, named: Meant) -> list[str]:
    """Which doses are meant: those offered now, where several reminders bear the name."""
    if not named.reminders:
        return [""]
    ids = [each.reminder_id for each in named.reminders]
    if len(ids) == 1:
        return ids
    offered = {item.reminder_id for item in await today(turn) if item.state in services.OFFERED}
    return [each for each in ids if each in offered] or ids[:1]


def _counted(turn: Turn, doses: list[services.CountedItem], kept: Sequence[Reminder]) -> str:
    planned = {each.reminder_id: each.amount for each in kept}
    phrases = [describe.thing(turn, dose.title, planned.get(dose.reminder_id)) for dose in doses]
    said = describe.acted(turn, "taken", doses, what=turn.spoken.listing(phrases))
    left = [
        turn.render("left_of", what=dose.title, amount=describe.amount(turn, dose.left))
        for dose in doses
        if dose.left is not None
    ]
    if left:
        rest = turn.spoken.listing(left)
        said = turn.render("join", first=said, second=turn.render("left_now", what=rest))
    usual = planned.get(doses[0].reminder_id)
    if len(doses) == 1 and usual is not None and _is_more(turn, usual):
        more = turn.render("more_than_planned", planned=describe.amount(turn, usual))
        said = turn.render("join", first=said, second=more)
    return said


async def _with_open(turn: Turn, said: str) -> str:
    """What else is offered now: "I took it" counts only what was announced last."""
    still = [
        item
        for item in await today(turn)
        if item.state in services.OFFERED and item.kind is services.Kind.MEDICINE
    ]
    if not still:
        return said
    what = turn.spoken.listing(list(dict.fromkeys(item.title for item in still)))
    return turn.render(
        "join", first=said, second=describe.acted(turn, "also_open", still, what=what)
    )


def _is_more(turn: Turn, planned: services.Amount) -> bool:
    """Whether the elder says to have taken more than was planned."""
    try:
        dose = parse_dose(turn.text, turn.lang)
    except ImpossibleAmountError:
        return False
    if dose is None:
        return False
    most = planned.most or planned.amount
    return are_counted_alike(dose.unit, planned.unit) and dose.amount > most


def _reason(turn: Turn, named: Meant) -> str:
    """Why it is left out, as it was said."""
    rest = turn.text
    for each in named.reminders:
        rest = rest.replace(each.title, " ")
    own = words(turn.lang)
    rest = own.without("skip_words", rest)
    reason = own.patterns["reason_words"].sub(" ", rest) if len(rest) < 4 else rest
    return " ".join(reason.strip(" ,，。.").split())[:120]


async def query(turn: Turn) -> str:
    """What is taken, what of today is left, whether it was taken, whether it may be taken."""
    own = words(turn.lang)
    if own.has("asks_together", turn.text):
        return turn.render("ask_together")
    kept = await reminders(turn)
    named = await meant(turn, kept, turn.text)
    if named.stranger:
        return unknown(turn, named.stranger, [each.title for each in kept])
    ids = {each.reminder_id for each in named.reminders}
    needed = [each for each in named.reminders if each.as_needed]
    if needed and needed[0].as_needed and own.has("asks_may", turn.text):
        return await _may(turn, needed[0], needed[0].as_needed)
    items = [item for item in await today(turn) if not ids or item.reminder_id in ids]
    doses = [item for item in items if item.kind is services.Kind.MEDICINE]
    if own.has("asks_taken", turn.text):
        return _were_taken(turn, doses, kept)
    if own.has("asks_left", turn.text) and not own.has("other_day", turn.text):
        is_of_medicines = own.has("asks_medicine", turn.text)
        return _what_is_left(turn, doses if is_of_medicines else items, kept)
    if not kept:
        return turn.render("nothing_kept")
    listed = [
        each for each in kept if (not ids or each.reminder_id in ids) and not _is_over(turn, each)
    ]
    if not listed:
        return turn.render("nothing_kept")
    shown = [describe.reminder(turn, each) for each in listed[:_MOST_LISTED]]
    said = turn.render("list", what=turn.render("list_join").join(shown))
    if len(listed) == len(shown):
        return said
    more = describe.count(turn, len(listed) - len(shown))
    return turn.render("join", first=said, second=turn.render("list_more", count=more))


def _is_over(turn: Turn, reminder: Reminder) -> bool:
    schedule = reminder.schedule
    if schedule is None:
        return False
    if schedule.at is not None and schedule.every_minutes is None:
        return schedule.at < turn.now
    return schedule.until is not None and schedule.until < turn.now.date()


async def _may(turn: Turn, reminder: Reminder, rule: services.AsNeeded) -> str:
    await turn.home.request(services.AskAllowed(reminder.reminder_id))
    limits = describe.limits(turn, rule.least_hours, rule.daily_most)
    return turn.render("may_take", what=reminder.title, **limits)


def _were_taken(turn: Turn, items: list[services.DueItem], kept: Sequence[Reminder]) -> str:
    now = turn.now.timestamp()
    due = [item for item in items if item.due_at <= now or item.state is not services.State.PLANNED]
    if not due:
        if items:  # all of them are still to come
            first = min(items, key=lambda item: item.due_at)
            time = describe.clock(turn, first.due_at)
            return turn.render("not_due", what=first.title, time=time)
        return turn.render("none_today" if kept else "nothing_kept")
    return " ".join(_state(turn, item) for item in due[-6:])


def _state(turn: Turn, item: services.DueItem) -> str:
    """What is known of one dose; unanswered is not "not taken"."""
    due = describe.clock(turn, item.due_at)
    match item.state:
        case services.State.TAKEN:
            at = describe.clock(turn, item.settled_at) if item.settled_at else due
            if at == due:
                return describe.acted(turn, "was_taken_then", [item], what=item.title, time=at)
            return describe.acted(turn, "was_taken", [item], what=item.title, due=due, time=at)
        case services.State.SKIPPED:
            return describe.acted(turn, "was_skipped", [item], what=item.title, due=due)
        case services.State.UNKNOWN | services.State.MISSED as state:
            return describe.acted(turn, f"was_{state}", [item], what=item.title, due=due)
        case _:
            return describe.acted(turn, "is_open", [item], what=item.title, due=due)


def _what_is_left(turn: Turn, items: list[services.DueItem], kept: Sequence[Reminder]) -> str:
    left = [item for item in items if item.is_left]
    if left:
        amounts = {each.reminder_id: each.amount for each in kept}
        by_time: dict[str, list[str]] = {}
        for item in left:
            said = describe.thing(turn, item.title, amounts.get(item.reminder_id))
            by_time.setdefault(describe.clock(turn, item.due_at), []).append(said)
        listed = [
            turn.render("when_what", when=time, what=turn.spoken.listing(said))
            for time, said in by_time.items()
        ]
        return turn.render("left_today", what=turn.render("list_join").join(listed))
    if not kept:
        return turn.render("nothing_kept")
    return turn.render("nothing_left" if items else "none_today")
