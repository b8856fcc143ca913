"""What a sentence says of the time of a reminder that is being talked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from skills.api import (
    Clock,
    Edge,
    ImpossibleTimeError,
    LeftKind,
    Turn,
    find_clues,
    names_end,
    parse_number,
    read_sentence,
    services,
)
from skills.medication.draft import Draft
from skills.medication.habits import habit_time, keep_habit
from skills.medication.words import words

Understood = services.Understood
_MOST_TEXTS: Final = 12
_MEALS: Final = frozenset({"breakfast", "lunch", "supper"})


async def understand(turn: Turn, draft: Draft, text: str) -> tuple[str, Understood]:
    """The sentence's words about time; a number alone answers "at what time"."""
    when = await _when(turn, draft, [*draft.texts, text])
    own = words(turn.lang)
    timed = ""
    if draft.asks == "meal":
        meals = [pattern.search(text.lower()) for pattern, _ in own.habits]
        named = [found[0] for found in meals if found is not None]
        timed = " ".join(own.at_meal[draft.food or "with"].format(each) for each in named)
    elif not when.says and draft.asks == "when":
        timed = own.bare_time.format(own.core(text))
    if timed:
        again = await _when(turn, draft, [*draft.texts, timed])
        if again.says and not again.problem:
            return timed, again
    return text, when


async def _when(turn: Turn, draft: Draft, texts: list[str]) -> Understood:
    is_task = bool(draft.items) and not any(item.is_medicine for item in draft.items)
    is_daily = not is_task and not draft.is_once
    try:
        return await turn.home.request(
            services.UnderstandWhen(tuple(texts[-_MOST_TEXTS:]), turn.lang, is_daily)
        )
    except services.Refusal as refusal:  # a clock that was never set
        return Understood(says=True, problem=refusal)


def number_beside_time(when: Understood) -> str:
    """A number that touches words about time and was not read as an hour; empty for none."""
    for left in when.leftover:
        gaps = [max(start - left.end, left.start - end) for start, end in when.spans]
        if left.kind is LeftKind.NUMBER and any(0 <= gap <= 1 for gap in gaps):
            return left.words
    return ""


@dataclass(frozen=True, slots=True)
class BehindHour:
    """A number right behind an hour, "at eight five": a minute, another hour, or how many."""

    start: int
    end: int
    words: str
    """With its hour."""
    is_before_name: bool
    """Whether something that it may count comes next: "at eight two metformin"."""


def number_behind_hour(turn: Turn, text: str) -> BehindHour | None:
    """The first number behind an hour that belongs to neither a time nor a dose."""
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return None
    taken = [(clue.start, clue.end) for clue in reading.clues]
    taken += [(dose.start, dose.end) for dose in reading.said_doses]
    for hour in (each for each in reading.clues if isinstance(each.clue, Clock)):
        number = parse_number(text[hour.end :], turn.lang)
        if number is None or text[hour.end : hour.end + number.start].strip():
            continue
        start, end = hour.end + number.start, hour.end + number.end
        if any(first < end and start < last for first, last in taken):
            continue
        rest = text[end:].lstrip()
        at = len(text) - len(rest)
        is_told = any(first == at for first, _ in taken)
        own = words(turn.lang).patterns
        is_about_it = any(own[kind].match(rest.lower()) for kind in ("verbs", "lead"))
        is_before_name = rest[:1].isalnum() and not is_told and not is_about_it
        return BehindHour(start, end, text[hour.start : end], is_before_name)
    return None


async def spans_of(turn: Turn, text: str) -> tuple[tuple[int, int], ...]:
    """Where in a sentence its words about time stand."""
    try:
        return (await turn.home.request(services.UnderstandWhen((text,), turn.lang))).spans
    except services.Refusal:
        return ()


async def take_time(turn: Turn, draft: Draft, text: str) -> Draft:
    """The draft with a sentence about time."""
    texts = (*draft.texts, text) if text else draft.texts
    when = await _when(turn, draft, list(texts))
    problem, before = when.problem, draft.schedule
    if draft.act == "change" and before is not None:
        if isinstance(problem, services.MealMissingRefused):
            when = await _at_its_meals(turn, draft, text)
        if isinstance(when.problem, services.WordsLeftRefused):
            return _unread(turn, draft, when.problem.words)
        if when.left_out:  # which of the days that are there, and from when, nobody said
            return _unread(turn, draft, [text])
        if when.schedule is not None and _names_beginning(turn, text):
            return draft.noting("from_now_only")
        schedule = services.to_json(when.schedule)
        if schedule is not None and _would_end(turn, text, before, schedule, when):
            return draft.noting("one_day_or_all")
        return _rescheduled(draft, when)
    match problem:
        case services.WordsLeftRefused(words=unread):
            return _unread(turn, draft, unread)
        case services.InvalidRefused():
            return draft.noting("too_often")
        case (
            services.ImpossibleTimeRefused()
            | services.NeverComesRefused()
            | services.ClockWrongRefused()
        ):
            return draft.noting(problem.code)
    return replace(
        draft,
        texts=texts,
        schedule=services.to_json(when.schedule),
        left_out=tuple(day.isoformat() for day in when.left_out),
        when_problem=problem.to_dict() if problem is not None else None,
        has_changes=True,
        was_refused=False,
    )


def _would_end(
    turn: Turn, text: str, before: dict[str, Any], schedule: dict[str, Any], when: Understood
) -> bool:
    """Whether what goes on would end, and nobody said so: "tomorrow and on Friday at nine"."""
    if "times" not in before or before.get("until"):
        return False
    is_on_one_day = "at" in schedule and when.names_day  # the others stay as they are
    ends = bool(schedule.get("until")) or ("at" in schedule and not is_on_one_day)
    says_so = any(names_end(each) for each in find_clues(text, turn.lang, turn.now.date()))
    return ends and not says_so


def _names_beginning(turn: Turn, text: str) -> bool:
    """Whether a change is to hold from another day on: the days until then would have no dose."""
    edges = (Edge.START_AHEAD, Edge.START_BEHIND)
    return any(each.clue in edges for each in find_clues(text, turn.lang, turn.now.date()))


def _unread(turn: Turn, draft: Draft, unread: Sequence[str]) -> Draft:
    """Ask about words that may belong to a time and were not understood; nothing is taken over."""
    return draft.noting("words_left", words=turn.spoken.listing([each.strip() for each in unread]))


async def _at_its_meals(turn: Turn, draft: Draft, text: str) -> Understood:
    """Read "change it to before food" as before the meals that it has been at."""
    own = words(turn.lang)
    side = own.at_meal[own.of(own.food, text) or "with"]
    anchors = [each.get("anchor") for each in (draft.schedule or {}).get("times", ())]
    meals = [turn.render(f"anchor_{anchor}") for anchor in anchors if anchor in _MEALS]
    return await _when(turn, draft, [" ".join(side.format(meal) for meal in meals)])


def _rescheduled(draft: Draft, when: Understood) -> Draft:
    """A reminder that is there with another time, or on other days, and all else as it was."""
    before = draft.schedule or {}
    schedule, days = services.to_json(when.schedule), _days(when)
    refused = when.problem.code if when.problem is not None else None
    if refused == "time_missing" and days is None:
        return draft  # "change it to after food": at the hours that it has
    kept = {name: before[name] for name in ("times", "start", "until") if name in before}
    if schedule is not None and "at" in schedule and "times" in before and when.names_day:
        return _on_that_day(draft, before, schedule["at"], is_sure=when.names_part)
    if schedule is not None and days is None and "times" in schedule and "times" in before:
        times = schedule["times"]
        if len(times) == len(before["times"]) == 1 and not when.names_part:
            times = [_near(before["times"][0], times[0])]
        schedule = {**before, "times": times}
    elif schedule is not None and "at" in schedule and "at" in before and not when.names_day:
        at = _on_the_day_of(before["at"], schedule["at"], is_sure=when.names_part)
        schedule = {**schedule, "at": at}
    elif refused == "time_missing" and days is not None and "times" in before:
        schedule = {**kept, **days}
    elif schedule is None:
        return draft.noting("too_often" if refused == "invalid" else refused or "time_missing")
    return replace(draft, schedule=schedule, has_changes=True, was_refused=False)


def _days(when: Understood) -> dict[str, Any] | None:
    """The days that were said, as a draft's schedule has them."""
    if when.days is None:
        return None
    said: dict[str, Any] = services.to_json(when.days)
    return {name: value for name, value in said.items() if value is not None}


def _on_that_day(draft: Draft, before: dict[str, Any], said: str, *, is_sure: bool) -> Draft:
    """Another hour on one day: of its times the nearest is meant, the others stay."""
    at = datetime.fromisoformat(said)

    def apart(each: dict[str, Any], hour: int) -> int:
        return abs(_minutes(time.fromisoformat(each["at"])) - hour * 60 - at.minute)

    hours = (at.hour,) if is_sure else (at.hour, (at.hour + 12) % 24)
    usual, hour = min(
        ((each, hour) for each in before["times"] for hour in hours), key=lambda pair: apart(*pair)
    )
    moved = at.replace(hour=hour).isoformat()
    on_day = {**(draft.on_day or {}), "day": at.date().isoformat(), "at": moved}
    on_day["slot"] = _slot(usual)
    return replace(draft, on_day=on_day, day=on_day["day"], has_changes=True, was_refused=False)


def _slot(each: dict[str, Any]) -> str:
    """As `reminders.on_day` names a time of the day."""
    if not each.get("anchor"):
        return str(each["at"])[:5]
    return f"{each['anchor']}{int(each.get('offset_minutes', 0)):+d}"


def _near(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Half past seven instead of seven in the evening is in the evening, too."""
    if said.get("anchor"):
        return said
    old, new = time.fromisoformat(before["at"]), time.fromisoformat(said["at"])
    other = new.replace(hour=(new.hour + 12) % 24)
    apart = [abs(_minutes(each) - _minutes(old)) for each in (new, other)]
    return said if apart[0] <= apart[1] else {**said, "at": other.isoformat("minutes")}


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _on_the_day_of(before: str, said: str, *, is_sure: bool) -> str:
    """Another hour of the same day; of the two on the clock the nearer, unless it was said."""
    old, new = datetime.fromisoformat(before), datetime.fromisoformat(said)
    at = old.replace(hour=new.hour, minute=new.minute)
    other = at.replace(hour=(at.hour + 12) % 24)
    return (at if is_sure or abs(at - old) <= abs(other - old) else other).isoformat()


async def take_habit(turn: Turn, draft: Draft, text: str) -> Draft | None:
    """The elder's own time of a meal or of going to bed, kept for good."""
    (habit,) = draft.unknown_habits
    at = habit_time(turn, habit, text)
    if at is None:
        return None
    await keep_habit(turn, habit, at)
    return await take_time(turn, replace(draft, unknown_habits=()), "")
