"""An English grammar of sentences that set a reminder."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.language.grammar.parts import (
    Clock,
    Days,
    Said,
    coming,
    meaning,
    some,
    weekday_list,
)

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"}
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
NAMES = [
    "metformin",
    "aspirin",
    "warfarin",
    "amlodipine",
    "atorvastatin",
    "digoxin",
    "omeprazole",
    "lisinopril",
    "insulin",
    "paracetamol",
    "vitamin-d",
    "levothyroxine",
    "furosemide",
]
COUNTED = {
    "tablet": ("tablet", "tablets"),
    "capsule": ("capsule", "capsules"),
    "pill": ("pill", "pills"),
    "drop": ("drop", "drops"),
    "puff": ("puff", "puffs"),
    "unit": ("unit", "units"),
    "patch": ("patch", "patches"),
    "sachet": ("sachet", "sachets"),
}
MEASURED = {
    "mg": ("milligrams", "mg"),
    "mcg": ("micrograms", "mcg"),
    "ml": ("millilitres", "ml"),
    "g": ("grams", "g"),
}
TASKS = (
    "call my daughter",
    "water the plants",
    "feed the cat",
    "take the bins out",
    "turn off the stove",
    "check my blood pressure",
    "call my two sons",
    "watch the evening news",
    "go for a walk",
    "lock the door",
)
FILLERS = ("", "", "", "please ", "um ", "well ", "so ", "anban ", "ok ")


def sentence(chance: random.Random, now: datetime) -> Said:
    """Make a sentence."""
    kind = chance.random()
    if kind < 0.06:
        return _refusal(chance, now)
    clocks = _clocks(chance)
    days = _days(chance, now, clocks)
    more_words, more = _more(chance, now, days)
    when = f"{days.words} {_said_clocks(chance, clocks)}"
    if chance.random() < 0.4:
        when = f"{_said_clocks(chance, clocks)} {days.words}"
    when = f"{when}{more_words}"
    if chance.random() < 0.25:
        what, doses = chance.choice(TASKS), []
    else:
        what, doses = _medicine(chance)
    words = _put_together(chance, when, what)
    return Said(words, meaning(days, clocks, more, doses))


def number(value: int) -> str:
    """Say a whole number below a thousand."""
    if value <= 12:
        return ONES[value]
    if value < 20:
        return TEENS[value - 13]
    if value < 100:
        tens = (
            TENS.get(value // 10 * 10) or ["sixty", "seventy", "eighty", "ninety"][value // 10 - 6]
        )
        return tens if value % 10 == 0 else f"{tens} {ONES[value % 10]}"
    rest = value % 100
    return f"{ONES[value // 100]} hundred" + (f" and {number(rest)}" if rest else "")


def clock(chance: random.Random, hour: int, minute: int) -> Clock:
    """Say a time with its part of the day."""
    at = f"{hour:02}:{minute:02}"
    twelve = (hour + 11) % 12 + 1
    if (hour, minute) == (12, 0) and chance.random() < 0.6:
        return Clock("noon", at)
    if (hour, minute) == (0, 0):
        return Clock("midnight", at)
    half = "a m" if hour < 12 else "p m"
    if chance.random() < 0.3:
        return Clock(f"{hour}:{minute:02}" if hour > 12 else f"{twelve}:{minute:02} {half}", at)
    said = _face(chance, twelve, minute)
    if hour < 12:
        part = "in the morning"
    elif hour < 18:
        part = "in the afternoon"
    elif hour < 21:
        part = "in the evening"
    else:
        part = "at night"
    return Clock(
        f"{said} {chance.choice((part, half, half.replace(' ', ''), half[0] + '.m.'))}", at
    )


def _face(chance: random.Random, twelve: int, minute: int) -> str:
    hour, following = number(twelve), number(twelve % 12 + 1)
    if minute == 0:
        return hour + (" o'clock" if chance.random() < 0.2 else "")
    if minute == 30 and chance.random() < 0.6:
        return f"half past {hour}"
    if minute == 15 and chance.random() < 0.6:
        return f"quarter past {hour}"
    if minute == 45 and chance.random() < 0.6:
        return f"quarter to {following}"
    if minute < 10:
        return f"{hour} oh {ONES[minute]}"
    if minute in {10, 20} and chance.random() < 0.5:
        return f"{number(minute)} past {hour}"
    return f"{hour} {number(minute)}"


def _clocks(chance: random.Random) -> list[Clock]:
    minutes = (0, 0, 0, 0, 30, 30, 15, 45, 5, 20, 10, 40)
    hours = sorted(some(chance, range(5, 23), 3 if chance.random() < 0.3 else 1))
    return [clock(chance, hour, chance.choice(minutes)) for hour in hours]


def _said_clocks(chance: random.Random, clocks: list[Clock]) -> str:
    lead = chance.choice(("at ", "at ", "at ", "around "))
    last = chance.choice((" and ", " and at ", ", and "))
    said = [each.words for each in clocks]
    head = ", ".join(said[:-1])
    return lead + (f"{head}{last}{said[-1]}" if head else said[-1])


def _days(chance: random.Random, now: datetime, clocks: list[Clock]) -> Days:
    first = min(each.at for each in clocks)
    kinds = [
        _every_day,
        _every_day,
        _every_day,
        _weekdays,
        _but_not,
        _interval,
        _month,
        _odd_pattern,
        _tomorrow,
        _one_weekday,
        _one_date,
    ]
    return chance.choice(kinds)(chance, now, first)


def _every_day(chance: random.Random, _: datetime, __: str) -> Days:
    return Days(
        chance.choice(("every day", "each day", "daily", "every single day", "everyday")),
        ("every day",),
    )


def _weekdays(chance: random.Random, _: datetime, __: str) -> Days:
    if chance.random() < 0.2:
        return Days("on weekdays", ("every week", "on mo,tu,we,th,fr"))
    named = sorted(some(chance, range(7), 3))
    names = [WEEKDAYS[day] for day in named]
    if chance.random() < 0.5:
        said = "every " + _listed(chance, names)
    else:
        said = "on " + _listed(chance, [f"{name}s" for name in names])
    return Days(said, ("every week", weekday_list(set(named))))


def _listed(chance: random.Random, words: list[str]) -> str:
    comma = ", " if chance.random() < 0.5 else " "
    head = comma.join(words[:-1])
    return f"{head} and {words[-1]}" if head else words[-1]


def _but_not(chance: random.Random, _: datetime, __: str) -> Days:
    off = sorted(some(chance, range(7), 2))
    names = _listed(chance, [WEEKDAYS[day] + chance.choice(("", "s")) for day in off])
    how = chance.choice(
        (
            "except",
            "but not on",
            "except on",
            "apart from",
            "excluding",
            "but",
            "except for",
            "never on",
        )
    )
    kept = set(range(7)) - set(off)
    return Days(f"every day {how} {names}", ("every week", weekday_list(kept)))


def _interval(chance: random.Random, _: datetime, __: str) -> Days:
    count = chance.randint(2, 9)
    said = f"every {number(count)} days"
    if count == 2:
        said = chance.choice((said, "every other day", "every second day", "on alternate days"))
    return Days(said, (f"every {count} days",))


def _month(chance: random.Random, _: datetime, __: str) -> Days:
    days = sorted(some(chance, range(1, 21), 2))
    said = _listed(chance, [f"the {ORDINALS[day - 1]}" for day in days])
    return Days(f"on {said} of every month", ("every month", "on " + ",".join(map(str, days))))


def _odd_pattern(chance: random.Random, _: datetime, __: str) -> Days:
    return Days(
        chance.choice(
            (
                "five days on two days off",
                "on odd days",
                "on even dates",
                "three weeks on one week off",
                "biweekly",
                "every day unless i am sick",
                "every few days",
                "on the first and the fifteenth",
                "every four to six hours",
                "three times weekly",
                "every weekday and every other sunday",
                "every day for five days then two days off",
                "every two to three days",
                "two days in a row then skip one",
            )
        ),
        is_question=True,
    )


def _tomorrow(_: random.Random, now: datetime, __: str) -> Days:
    return Days("tomorrow", on=now.date() + timedelta(1))


def _one_weekday(chance: random.Random, now: datetime, first: str) -> Days:
    weekday = chance.randrange(7)
    return Days(f"on {WEEKDAYS[weekday]}", on=coming(weekday, now, first))


def _one_date(chance: random.Random, now: datetime, _: str) -> Days:
    day = now.date() + timedelta(chance.randint(2, 300))
    said = f"{MONTHS[day.month - 1]} {day.day}{_suffix(day.day)}"
    if day.day <= len(ORDINALS) and chance.random() < 0.5:
        said = f"the {ORDINALS[day.day - 1]} of {MONTHS[day.month - 1]}"
    return Days(f"on {said}", on=day)


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _more(chance: random.Random, now: datetime, days: Days) -> tuple[str, list[str]]:
    """An end, a beginning or a length."""
    if days.on is not None or days.is_question or chance.random() < 0.7:
        return "", []
    kind = chance.randrange(3)
    if kind == 0:
        count = chance.randint(2, 30)
        return f" for {number(count)} days", [f"for {count}"]
    day = now.date() + timedelta(chance.randint(2, 60))
    said = f"{MONTHS[day.month - 1]} {day.day}{_suffix(day.day)}"
    if kind == 1:
        return f" until {said}", [f"until {day}"]
    return f" starting {said}", [f"from {day}"]


def _medicine(chance: random.Random) -> tuple[str, list[str]]:
    name = chance.choice(NAMES)
    dose, truth = _dose(chance)
    if not dose:
        return f"take {name}", []
    return chance.choice(
        (f"take {dose} of {name}", f"take {name} {dose}", f"take {dose} of my {name}")
    ), [truth]


def _dose(chance: random.Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.15:
        return "", ""
    count = chance.randint(1, 4)
    unit = chance.choice(tuple(COUNTED))
    one, many = COUNTED[unit]
    if kind < 0.25:
        return f"half a {one}", f"1/2 {unit}"
    if kind < 0.3:
        return f"one and a half {many}", f"3/2 {unit}"
    if kind < 0.6:
        said = chance.choice((number(count), str(count)))
        if count == 1 and chance.random() < 0.4:
            said = "a"
        return f"{said} {one if count == 1 else many}", f"{count} {unit}"
    amount = chance.choice((5, 10, 20, 25, 40, 50, 75, 100, 250, 500))
    measure = chance.choice(tuple(MEASURED))
    if kind < 0.7:
        one, many = COUNTED["tablet"]
        return (
            f"{number(count)} {amount} mg {one if count == 1 else many}",
            f"{count} tablet of {amount} mg",
        )
    if kind < 0.78:
        return (
            f"{chance.choice(('zero point five', '0.5', 'point five'))} {MEASURED[measure][0]}",
            f"1/2 {measure}",
        )
    long, short = MEASURED[measure]
    said = chance.choice((f"{number(amount)} {long}", f"{amount} {short}", f"{amount}{short}"))
    return said, f"{amount} {measure}"


def _put_together(chance: random.Random, when: str, what: str) -> str:
    comma = chance.choice(("", ","))
    asked = chance.choice(("remind me to", "remind me to", "i have to", "i need to", ""))
    filler = chance.choice(FILLERS)
    form = chance.randrange(4)
    if form == 0:
        said = f"{filler}{asked} {what}{comma} {when}"
    elif form == 1:
        said = f"{filler}{when}{comma} {asked} {what}"
    elif form == 2:
        said = f"{filler}remind me {when} to {what}"
    else:
        said = f"{filler}{asked} {what} {when} {chance.choice(('please', 'thanks', ''))}"
    return " ".join(said.split())


def _refusal(chance: random.Random, now: datetime) -> Said:
    """What takes back, forbids or cannot be kept."""
    clocks = _clocks(chance)[:1]
    when = _said_clocks(chance, clocks)
    what = _medicine(chance)[0]
    said = chance.choice(
        (
            f"don't remind me {when} to {what}",
            f"do not remind me to {what} {when}",
            f"stop reminding me to {what} {when}",
            f"never remind me {when}",
            f"every day {when} {what} but not when it rains",
            f"every day {when} {what} except on holidays",
            f"no medicine {when}",
            f"i do not take it {when}",
        )
    )
    return Said(said, "ask")
