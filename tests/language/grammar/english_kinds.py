"""English sentences of the kinds that an unseen list was misread in, with their truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from tests.language.grammar.english import NAMES, ORDINALS, TASKS, TEENS, WEEKDAYS, clock, number
from tests.language.grammar.parts import Clock, Said, weekday_list

FESTIVALS = {
    "bonfire night": (date(2027, 11, 5),),
    "good friday": (date(2027, 3, 26),),
    "easter sunday": (date(2027, 3, 28),),
    "easter monday": (date(2027, 3, 29),),
    "pancake day": (date(2027, 2, 9),),
    "thanksgiving": (date(2027, 11, 25),),
}
"""Days that come between 2027-01-01 and the last `now`; before and after it, none is made up."""
_LENGTHS = {"half an hour": 30, "an hour": 60, "two hours": 120, "an hour and a half": 90}


def sentence(chance: random.Random, now: datetime) -> Said:
    """Make a sentence of one of the kinds."""
    return chance.choice(_KINDS)(chance, now)


def _clock(chance: random.Random, first: int = 6, last: int = 22) -> Clock:
    return clock(chance, chance.randint(first, last), chance.choice((0, 0, 30, 15, 45)))


def _two_clocks(chance: random.Random) -> tuple[Clock, Clock]:
    one, other = _clock(chance, 6, 13), _clock(chance, 14, 22)
    return (one, other) if chance.random() < 0.5 else (other, one)


def _aside(chance: random.Random, _: datetime) -> Said:
    one, other = _two_clocks(chance)
    word = chance.choice(("um", "er", "uh", "hm", "oh", "ah", "erm"))
    task = chance.choice(TASKS)
    words = f"tomorrow at {one.words} {word} {other.words} {task}"
    if chance.random() < 0.5:
        words = f"every day at {one.words} {task} {word} at {other.words}"
    return Said(words, "ask")


def _taken_back(chance: random.Random, now: datetime) -> Said:
    one, other = _two_clocks(chance)
    word = chance.choice(
        ("scratch that", "i lie", "or rather", "i mean", "oh i lie", "i tell a lie")
    )
    day = now.date() + timedelta(1)
    words = f"tomorrow at {one.words} {word} at {other.words} {chance.choice(TASKS)}"
    return Said(words, f"at {day} {other.at}")


def _hours_in_a_row(chance: random.Random, _: datetime) -> Said:
    teen, last = chance.choice(TEENS), chance.choice(("eighteen", "twenty", "twenty two"))
    hour, ending = number(chance.randint(5, 11)), chance.choice((" hundred hours", " hundred", ""))
    return Said(f"one tablet of aspirin every day at {hour} {teen} and {last}{ending}", "ask")


def _of_the_hour(chance: random.Random, _: datetime) -> Said:
    minute, hour = chance.choice((5, 10, 20, 25)), chance.randint(6, 11)
    at = f"{hour - 1:02}:{60 - minute:02}"
    words = f"every day at {number(minute)} of {number(hour)} in the morning {chance.choice(TASKS)}"
    return Said(words, f"every day | times {at}")


def _festival(chance: random.Random, now: datetime) -> Said:
    name, days = chance.choice(tuple(FESTIVALS.items()))
    at = _clock(chance, 8, 21)
    if not date(2027, 1, 1) <= now.date() < days[0]:
        return _aside(chance, now)
    words = f"{chance.choice(('', 'on '))}{name} at {at.words} {chance.choice(TASKS)}"
    return Said(words, f"at {days[0]} {at.at}")


def _vague(chance: random.Random, _: datetime) -> Said:
    when = chance.choice(
        (
            *("sometime this afternoon", "at some point tomorrow", "tomorrow at some stage"),
            *("tomorrow at the same time", "every day at this time"),
            *("tomorrow when i get a minute", "sometime tomorrow or on friday"),
        )
    )
    task = chance.choice(TASKS)
    return Said(chance.choice((f"{when} {task}", f"{task} {when}")), "ask")


def _count(chance: random.Random, _: datetime) -> Said:
    many, name, at = chance.randint(1, 4), chance.choice(NAMES), _clock(chance)
    words = chance.choice(
        (
            f"{number(many)} {name} daily at {at.words}",
            f"every day at {at.words} take {number(many)} {name}",
            f"take {number(many)} {name} every day at {at.words}",
        )
    )
    return Said(words, f"every day | times {at.at} | dose {many}")


def _count_of_a_strength(chance: random.Random, _: datetime) -> Said:
    many, name, at = chance.randint(1, 4), chance.choice(NAMES), _clock(chance)
    milligrams = chance.choice((5, 10, 25, 500))
    words = chance.choice(
        (
            f"every day at {at.words} {number(many)} tablets of {name} that's {milligrams} mg",
            f"take three quarters every day at {at.words}",
            f"my usual every day at {at.words}",
        )
    )
    return Said(words, "ask")


def _strength_of_the_name(chance: random.Random, _: datetime) -> Said:
    """How much is in each, said behind the name or ahead of it, as it stands on the box."""
    many, name, at = chance.randint(1, 4), chance.choice(NAMES), _clock(chance)
    milligrams = chance.choice((5, 10, 25, 500))
    half = f"half of a {milligrams} milligram {name} every day at {at.words}"
    said, dose = chance.choice(
        (
            (f"{number(many)} {name} {milligrams} mg daily at {at.words}", f"{many}"),
            (f"every day at {at.words} one tablet of {name} {milligrams} milligrams", "1"),
            (f"take {number(many)} {milligrams} mg {name} every day at {at.words}", f"{many}"),
            (half, "1/2"),
        )
    )
    return Said(said, f"every day | times {at.at} | dose {dose} tablet of {milligrams} mg")


def _days_in_a_list(chance: random.Random, now: datetime) -> Said:
    """Some single days with one hour, each of them once."""
    ahead = chance.randint(2, 6)
    day = now.date() + timedelta(ahead)
    at, task = _clock(chance), chance.choice(TASKS)
    said = f"tomorrow and {day:%A} at {at.words} {task}".lower()
    days = dict.fromkeys((now.date() + timedelta(1), day))
    return Said(said, " | ".join(f"at {each} {at.at}" for each in days))


def _this_hour(chance: random.Random, now: datetime) -> Said:
    days, words = chance.choice(
        ((1, "this time tomorrow"), (14, "two weeks from now at this time"))
    )
    at = now + timedelta(days)
    return Said(f"remind me {words} to {chance.choice(TASKS)}", f"at {at:%Y-%m-%d %H:%M}")


def _dose_taken_back(chance: random.Random, _: datetime) -> Said:
    one, other = _two_clocks(chance)
    name, word = chance.choice(NAMES), chance.choice(("sorry", "no", "i mean", "oh no", "actually"))
    words = f"one tablet of {name} at {one.words} {word} two tablets at {other.words} every day"
    return Said(words, f"every day | times {other.at} | dose 2 tablet")


def _before_noon(chance: random.Random, now: datetime) -> Said:
    length, minutes = chance.choice(tuple(_LENGTHS.items()))
    side = chance.choice((-1, 1))
    hour, said = chance.choice(((12, "noon"), (16, "four p m"), (9, "nine in the morning")))
    at = hour * 60 + side * minutes
    day = now.date() + timedelta(1)
    words = f"{length} {'before' if side < 0 else 'after'} {said} tomorrow {chance.choice(TASKS)}"
    return Said(words, f"at {day} {at // 60:02}:{at % 60:02}")


def _later(chance: random.Random, _: datetime) -> Said:
    at, (length, minutes) = chance.randint(6, 10), chance.choice(tuple(_LENGTHS.items()))
    one, other = chance.sample(NAMES, 2)
    then = at * 60 + minutes
    behind = chance.choice(("later", "after that"))
    words = (
        f"every day at {number(at)} in the morning one tablet of {one} and {length} {behind} "
        f"two capsules of {other}"
    )
    times = f"times {at:02}:00,{then // 60:02}:{then % 60:02}"
    return Said(words, f"every day | {times} | dose 1 tablet | dose 2 capsule")


def _from_now(chance: random.Random, now: datetime) -> Said:
    task, other = chance.sample(TASKS, 2)
    if now.hour < 21 and chance.random() < 0.5:
        first, second = now + timedelta(minutes=20), now + timedelta(hours=1)
        words = f"in twenty minutes {task} and in an hour {other}"
        return Said(words, f"at {first:%Y-%m-%d %H:%M} | at {second:%Y-%m-%d %H:%M}")
    at = now + timedelta(hours=2)
    return Said(f"in a couple of hours {task}", f"at {at:%Y-%m-%d %H:%M}")


def _days(chance: random.Random, _: datetime) -> Said:
    at, task = _clock(chance), chance.choice(TASKS)
    day, weekday = chance.randint(2, 20), chance.randrange(7)
    name = WEEKDAYS[weekday]
    words, days = chance.choice(
        (
            (f"alternate days at {at.words} {task}", "every 2 days"),
            (
                f"alternate {name}s at {at.words} {task}",
                f"every 2 weeks | {weekday_list({weekday})}",
            ),
            (
                f"every {ORDINALS[day - 1]} of the month at {at.words} {task}",
                f"every month | on {day}",
            ),
            (
                f"all week bar {name} at {at.words} {task}",
                f"every week | {weekday_list(set(range(7)) - {weekday})}",
            ),
            (f"from now on {task} at {at.words}", "every day"),
            (f"every blessed day at {at.words} {task}", "every day"),
            (f"every seventy two hours at {at.words} {task}", "every 3 days"),
        )
    )
    return Said(words, f"{days} | times {at.at}")


def _reading(chance: random.Random, now: datetime) -> Said:
    at = _clock(chance)
    day = now.date() + timedelta(1)
    told = chance.choice(
        ("it was seventy two this morning", "it was one thirty over seventy yesterday")
    )
    return Said(f"tomorrow at {at.words} take my pulse {told}", f"at {day} {at.at}")


def _unsaid(chance: random.Random, _: datetime) -> Said:
    at = _clock(chance)
    words = chance.choice(
        (
            f"you needn't wake me at {at.words} tomorrow",
            f"i shan't be needing it at {at.words}",
            f"you need not remind me at {at.words} every day",
        )
    )
    return Said(words, "ask")


_KINDS: tuple[Callable[[random.Random, datetime], Said], ...] = (
    *(_aside, _taken_back, _hours_in_a_row, _of_the_hour, _festival, _vague, _count),
    *(_count_of_a_strength, _strength_of_the_name, _days_in_a_list, _this_hour),
    *(_dose_taken_back, _before_noon, _later, _from_now, _days, _days),
    *(_reading, _unsaid),
)
