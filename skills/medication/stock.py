"""What is in the house, how it goes with food, how the week went, and what is not tolerated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from skills.api import ImpossibleAmountError, Skill, Turn, Unit, parse_dose, services
from skills.medication import describe
from skills.medication.habits import habit_time, keep_habit
from skills.medication.naming import SURE, find
from skills.medication.plainly import explain_failures, unknown
from skills.medication.reading import number_in
from skills.medication.which import Meant, meant, medicines, reminders
from skills.medication.words import words


def register(skill: Skill) -> None:
    """Add the actions."""
    for action in (stock, refill, food, adherence, allergy, habit):
        skill.action(explain_failures(action))


async def stock(turn: Turn) -> str:
    """How many are left."""
    kept = medicines(await reminders(turn))
    named = await meant(turn, kept, turn.text)
    if named.stranger:
        return unknown(turn, named.stranger, [each.title for each in kept])
    titles = list(dict.fromkeys(each.title for each in named.reminders or kept))
    if not titles:
        return turn.render("nothing_kept")
    lefts = {title: await _left(turn, title) for title in titles[:8]}
    said = [_left_said(turn, title, left) for title, left in lefts.items() if left is not None]
    if not said:
        return turn.render("never_counted", what=turn.spoken.listing(titles[:6]))
    return " ".join(said)


async def _left(turn: Turn, title: str) -> services.StockTold | None:
    try:
        return (await turn.home.request(services.GetLeft(title))).left
    except services.Refusal:
        return None


def _left_said(turn: Turn, title: str, left: services.StockTold) -> str:
    amount = describe.amount(turn, left)
    if left.days is None:
        return turn.render("stock", what=title, amount=amount)
    if left.days == 0:
        return turn.render("stock_no_day", what=title, amount=amount)
    length = turn.spoken.duration(timedelta(days=left.days))
    return turn.render("stock_days", what=title, amount=amount, length=length)


async def refill(turn: Turn) -> str:
    """So many were brought, or are there."""
    kept = medicines(await reminders(turn))
    if not kept:
        return turn.render("nothing_kept")
    named = await meant(turn, kept, turn.text)
    if named.stranger:
        return unknown(turn, named.stranger, [each.title for each in kept])
    found = named.reminders or (kept if len(kept) == 1 else [])
    if len({each.title for each in found}) != 1:
        return turn.render("stock_of_which", known=turn.spoken.listing(_titles(kept)))
    reminder = found[0]
    own = words(turn.lang)
    try:
        amount = _brought(turn, reminder, named)
    except ImpossibleAmountError:
        return turn.render("impossible_amount")
    if amount is None and own.has("is_out", turn.text):
        amount = services.Stock(Fraction(0), _unit(reminder))
    if amount is None:
        return turn.render("stock_how_many", what=reminder.title)
    try:
        counted = _counted(reminder, amount, is_new=own.has("buys", turn.text))
    except ImpossibleAmountError:
        return turn.render("not_possible")
    left = (await turn.home.request(counted)).left
    noted = turn.render("stock_noted")
    if left is None:
        return noted
    return turn.render("join", first=noted, second=_left_said(turn, reminder.title, left))


def _counted(
    reminder: services.Reminder, amount: services.Stock, *, is_new: bool
) -> services.AddToStock | services.SetStock:
    """So many more, or so many in all."""
    if not is_new:
        return services.SetStock(reminder.reminder_id, amount)
    return services.AddToStock(reminder.reminder_id, services.Amount(amount.amount, amount.unit))


def _brought(turn: Turn, reminder: services.Reminder, named: Meant) -> services.Stock | None:
    """How many: "thirty tablets", "two boxes of thirty", "thirty"."""
    own = words(turn.lang)
    text = turn.text
    for each in named.reminders:
        text = re.sub(re.escape(each.title), " ", text, flags=re.IGNORECASE)
    packs = number_in(own.groups("packs", text), turn.lang)
    each_pack = number_in(own.groups("each_pack", text), turn.lang)
    dose = parse_dose(text, turn.lang)
    unit = _unit(reminder)
    if packs is not None and each_pack is not None:
        return services.Stock(Fraction(int(packs * each_pack)), unit)
    if packs is not None and (dose is None or dose.unit in {Unit.AMPOULE, Unit.SACHET}):
        return None  # how many are in a box is not known
    if dose is not None:
        return services.Stock(dose.amount, dose.unit)
    number = number_in(text, turn.lang)
    if number is None:
        return None
    if number < 0:
        raise ImpossibleAmountError(str(number))
    return services.Stock(Fraction(f"{number:g}"), unit)


def _unit(reminder: services.Reminder) -> Unit:
    return reminder.amount.unit if reminder.amount is not None else Unit.TABLET


def _titles(kept: Sequence[services.Reminder]) -> list[str]:
    return list(dict.fromkeys(each.title for each in kept))[:6]


async def food(turn: Turn) -> str:
    """Before or after food: what was told, else what every leaflet says."""
    if words(turn.lang).has("asks_together", turn.text):
        return turn.render("ask_together")
    kept = medicines(await reminders(turn))
    named = await meant(turn, kept, turn.text)
    only = kept[0] if len(kept) == 1 and not named.stranger else None
    reminder = named.reminders[0] if named.reminders else only
    if reminder is not None and reminder.food:
        return turn.render(f"food_told_{reminder.food}", what=reminder.title)
    title = reminder.title if reminder is not None else named.stranger or turn.text
    found = await find(turn, title)
    sure = [match for match in found.matches if match.score >= SURE]
    if len(sure) != 1:
        if reminder is None and not named.stranger and len(kept) > 1:
            return turn.render("stock_of_which", known=turn.spoken.listing(_titles(kept)))
        return turn.render("food_unknown")
    rule = sure[0].food
    if rule == "unknown":
        return turn.render("food_unknown")
    return turn.render(f"food_rule_{rule}", what=sure[0].said)


async def adherence(turn: Turn) -> str:
    """How this week or the last went, in words; unanswered is unknown."""
    weeks = await turn.home.request(services.GetAdherence(weeks=3))
    mondays = sorted({week.monday for week in weeks})
    today = turn.now.date()
    this = today.fromordinal(today.toordinal() - today.weekday())
    is_last = words(turn.lang).has("week_words", turn.text)
    wanted = this.fromordinal(this.toordinal() - 7) if is_last else this
    own = [week for week in weeks if week.monday == wanted]
    if not own:
        if not mondays:
            return turn.render("adherence_nothing")
        return turn.render("adherence_no_week")
    head = turn.render("adherence_last" if is_last else "adherence_this")
    return " ".join([head, *(_week(turn, week) for week in own[:8])])


def _week(turn: Turn, week: services.WeekOfMedicine) -> str:
    planned = week.planned
    spoken = turn.spoken.number
    if week.taken == planned:
        return turn.render("adherence_all", what=week.title, planned=spoken(str(planned)))
    said = turn.render(
        "adherence_some",
        what=week.title,
        planned=spoken(str(planned)),
        taken=spoken(str(week.taken)),
    )
    for name, count in (
        ("skipped", week.skipped),
        ("unknown", week.unknown + week.missed),
    ):
        if count:
            more = turn.render(f"adherence_{name}", count=spoken(str(count)))
            said = turn.render("join", first=said, second=more)
    return said


async def allergy(turn: Turn) -> str:
    """What the elder does not tolerate: told, or asked for."""
    own = words(turn.lang)
    value = await turn.home.profile.get("allergies")
    known = [str(each) for each in value] if isinstance(value, list) else []
    if own.has("asks_allergy", turn.text):
        if not known:
            return turn.render("allergies_none")
        return turn.render("allergies", what=turn.spoken.listing(known))
    if own.has("no_allergy", turn.text):
        return turn.render("allergy_ask_doctor")
    what = own.core(own.groups("allergy", turn.text) or "")
    if not what:
        return turn.render("allergy_unclear")
    if what.casefold() in {each.casefold() for each in known}:
        return turn.render("allergy_known", what=what)
    await turn.home.profile.set("allergies", [*known, what[:60]])
    return turn.render("allergy_kept", what=what)


async def habit(turn: Turn) -> str:
    """The elder's own time of a meal or of going to bed."""
    own = words(turn.lang)
    name = own.of(own.habits, turn.text)
    at = habit_time(turn, name, turn.text) if name is not None else None
    if name is None or at is None:
        return turn.render("habit_unclear")
    await keep_habit(turn, name, at)
    doing = turn.render(f"habit_{name}")
    time = describe.clock(turn, f"{turn.now.date().isoformat()}T{at}")
    return turn.render("habit_kept", habit=doing, time=time)
