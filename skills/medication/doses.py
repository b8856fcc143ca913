"""Doses: taken, later, left out; and what of today is taken or still to come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from skills.api import ImpossibleAmountError, Skill, Turn, Unit, are_counted_alike, parse_dose
from skills.medication import describe, undoing
from skills.medication.plainly import explain_failures, refusal, unknown
from skills.medication.which import OFFERED, Meant, meant, reminders
from skills.medication.words import words

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
            return unknown(turn, named.stranger, [each["title"] for each in kept])
        if await _is_only_of_tasks(turn, named):
            return turn.render("nothing_open")
        told = [
            await turn.home.request("reminders.taken", which=which)
            for which in await _ids(turn, named)
        ]
        counted = [dose for answer in told for dose in answer.get("taken", ())]
        if not counted:
            if told[0]["refused"] == "nothing_open" and told[0].get("next_at") is not None:
                return turn.render(
                    "nothing_open_taken", time=describe.clock(turn, told[0]["next_at"])
                )
            return refusal(turn, told[0])
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
        answers = [
            await turn.home.request("reminders.skip", which=which, reason=reason)
            for which in await _ids(turn, named)
        ]
        skipped = [item for answer in answers for item in answer.get("skipped", ())]
        if not skipped:
            return refusal(turn, answers[0])
        what = turn.spoken.listing([item["title"] for item in skipped])
        said = describe.acted(turn, "skipped", skipped, what=what)
        risky = {each["reminder_id"] for each in kept if each.get("risk", "normal") != "normal"}
        if any(item["reminder_id"] in risky for item in skipped):
            return turn.render("join", first=said, second=turn.render("skipped_high_risk"))
        return said

    for action in (taken, snooze, skip, explain_failures(query)):
        skill.action(action)


@explain_failures
async def snooze(turn: Turn) -> str:
    """What is offered comes again in ten minutes, or when it was said."""
    named = await meant(turn, await reminders(turn), turn.text)
    when = await turn.home.request(
        "reminders.understand", texts=[turn.text], lang=turn.lang, is_daily=False
    )
    if (when.get("problem") or {}).get("refused") in {"impossible_time", "never_comes"}:
        return turn.render("snooze_when")
    more = {"until": when["at"]} if when.get("at") else {}
    ids = await _ids(turn, named)
    answers = [await turn.home.request("reminders.snooze", which=which, **more) for which in ids]
    snoozed = [item for answer in answers for item in answer.get("snoozed", ())]
    if not snoozed and answers[0].get("refused") == "invalid":
        return turn.render("snooze_when")
    if not snoozed:
        is_nothing = answers[0]["refused"] in {"nothing_open", "already_taken"}
        return turn.render("snooze_nothing") if is_nothing else refusal(turn, answers[0])
    what = turn.spoken.listing([item["title"] for item in snoozed])
    if more:
        return turn.render("snoozed_until", what=what, time=describe.clock(turn, when["at"]))
    return turn.render("snoozed", what=what)


async def _is_only_of_tasks(turn: Turn, named: Meant) -> bool:
    """Whether a medicine is spoken of without its name, and what is offered is none."""
    if named.reminders or not words(turn.lang).has("asks_medicine", turn.text):
        return False
    today = await turn.home.request("reminders.today")
    kinds = {item["kind"] for item in today if item["state"] in OFFERED}
    return bool(kinds) and "medicine" not in kinds


async def _ids(turn: Turn, named: Meant) -> list[str]:
    """Which doses are meant: those offered now, where several reminders bear the name."""
    if not named.reminders:
        return [""]
    ids = [each["reminder_id"] for each in named.reminders]
    if len(ids) == 1:
        return ids
    today = await turn.home.request("reminders.today")
    offered = {item["reminder_id"] for item in today if item["state"] in OFFERED}
    return [each for each in ids if each in offered] or ids[:1]


def _counted(turn: Turn, doses: list[dict[str, Any]], kept: list[dict[str, Any]]) -> str:
    by_id = {each["reminder_id"]: each for each in kept}
    phrases = []
    for dose in doses:
        reminder = by_id.get(dose["reminder_id"], {})
        phrases.append(describe.thing(turn, dose["title"], reminder.get("amount")))
    said = describe.acted(turn, "taken", doses, what=turn.spoken.listing(phrases))
    left = [dose for dose in doses if dose.get("left")]
    if left:
        rest = turn.spoken.listing(
            [
                turn.render(
                    "left_of", what=dose["title"], amount=describe.amount(turn, dose["left"])
                )
                for dose in left
            ]
        )
        said = turn.render("join", first=said, second=turn.render("left_now", what=rest))
    if len(doses) == 1 and _is_more(turn, by_id.get(doses[0]["reminder_id"], {})):
        planned = describe.amount(turn, by_id[doses[0]["reminder_id"]]["amount"])
        said = turn.render(
            "join", first=said, second=turn.render("more_than_planned", planned=planned)
        )
    return said


async def _with_open(turn: Turn, said: str) -> str:
    """What else is offered now: "I took it" counts only what was announced last."""
    today = await turn.home.request("reminders.today")
    still = [item for item in today if item["state"] in OFFERED and item["kind"] == "medicine"]
    if not still:
        return said
    what = turn.spoken.listing(list(dict.fromkeys(item["title"] for item in still)))
    return turn.render(
        "join", first=said, second=describe.acted(turn, "also_open", still, what=what)
    )


def _is_more(turn: Turn, reminder: dict[str, Any]) -> bool:
    """Whether the elder says to have taken more than was planned."""
    try:
        dose = parse_dose(turn.text, turn.lang)
    except ImpossibleAmountError:
        return False
    planned = reminder.get("amount")
    if dose is None or planned is None:
        return False
    most = describe.number(planned.get("most") or planned["amount"])
    return are_counted_alike(dose.unit, Unit(planned["unit"])) and dose.amount > most


def _reason(turn: Turn, named: Meant) -> str:
    """Why it is left out, as it was said."""
    rest = turn.text
    for each in named.reminders:
        rest = rest.replace(each["title"], " ")
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
        return unknown(turn, named.stranger, [each["title"] for each in kept])
    ids = {each["reminder_id"] for each in named.reminders}
    needed = [each for each in named.reminders if each.get("as_needed")]
    if needed and own.has("asks_may", turn.text):
        return await _may(turn, needed[0])
    today = [
        item
        for item in await turn.home.request("reminders.today")
        if not ids or item["reminder_id"] in ids
    ]
    if own.has("asks_taken", turn.text):
        return _were_taken(turn, [item for item in today if item["kind"] == "medicine"], kept)
    if own.has("asks_left", turn.text) and not own.has("other_day", turn.text):
        is_of_medicines = own.has("asks_medicine", turn.text)
        asked = [item for item in today if item["kind"] == "medicine" or not is_of_medicines]
        return _what_is_left(turn, asked, kept)
    if not kept:
        return turn.render("nothing_kept")
    listed = [
        each
        for each in kept
        if (not ids or each["reminder_id"] in ids) and not _is_over(turn, each)
    ]
    if not listed:
        return turn.render("nothing_kept")
    shown = [describe.reminder(turn, each) for each in listed[:_MOST_LISTED]]
    said = turn.render("list", what=turn.render("list_join").join(shown))
    if len(listed) == len(shown):
        return said
    more = describe.count(turn, len(listed) - len(shown))
    return turn.render("join", first=said, second=turn.render("list_more", count=more))


def _is_over(turn: Turn, reminder: dict[str, Any]) -> bool:
    schedule = reminder.get("schedule") or {}
    if schedule.get("at") and not schedule.get("every_minutes"):
        return datetime.fromisoformat(schedule["at"]) < turn.now
    until = schedule.get("until")
    return until is not None and date.fromisoformat(until) < turn.now.date()


async def _may(turn: Turn, reminder: dict[str, Any]) -> str:
    allowed = await turn.home.request("reminders.allowed", which=reminder["reminder_id"])
    if "refused" in allowed:
        return refusal(turn, allowed)
    rule = describe.limits(turn, reminder["as_needed"])
    return turn.render("may_take", what=reminder["title"], **rule)


def _were_taken(turn: Turn, items: list[dict[str, Any]], kept: list[dict[str, Any]]) -> str:
    now = turn.now.timestamp()
    due = [item for item in items if item["due_at"] <= now or item["state"] != "planned"]
    if not due:
        coming = [item for item in items if item["state"] == "planned"]
        if coming:
            first = min(coming, key=lambda item: item["due_at"])
            time = describe.clock(turn, first["due_at"])
            return turn.render("not_due", what=first["title"], time=time)
        return turn.render("none_today" if kept else "nothing_kept")
    return " ".join(_state(turn, item) for item in due[-6:])


def _state(turn: Turn, item: dict[str, Any]) -> str:
    """What is known of one dose; unanswered is not "not taken"."""
    due = describe.clock(turn, item["due_at"])
    settled = item.get("settled_at")
    match item["state"]:
        case "taken":
            at = describe.clock(turn, settled) if settled else due
            if at == due:
                return describe.acted(turn, "was_taken_then", [item], what=item["title"], time=at)
            return describe.acted(turn, "was_taken", [item], what=item["title"], due=due, time=at)
        case "skipped":
            return describe.acted(turn, "was_skipped", [item], what=item["title"], due=due)
        case "unknown" | "missed" as state:
            return describe.acted(turn, f"was_{state}", [item], what=item["title"], due=due)
        case _:
            return describe.acted(turn, "is_open", [item], what=item["title"], due=due)


def _what_is_left(turn: Turn, items: list[dict[str, Any]], kept: list[dict[str, Any]]) -> str:
    left = [item for item in items if item["is_left"]]
    if left:
        by_id = {each["reminder_id"]: each for each in kept}
        by_time: dict[str, list[str]] = {}
        for item in left:
            amount = by_id.get(item["reminder_id"], {}).get("amount")
            said = describe.thing(turn, item["title"], amount)
            by_time.setdefault(describe.clock(turn, item["due_at"]), []).append(said)
        listed = [
            turn.render("when_what", when=time, what=turn.spoken.listing(said))
            for time, said in by_time.items()
        ]
        return turn.render("left_today", what=turn.render("list_join").join(listed))
    if not kept:
        return turn.render("nothing_kept")
    return turn.render("nothing_left" if items else "none_today")
