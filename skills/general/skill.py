"""The turns of every conversation: say again, louder, slower, stop; time and date; good manners."""

from __future__ import annotations

import datetime as dt

from skills.api import ImpossibleTimeError, OnDay, Skill, Turn, find_clues, language
from skills.general import birthday
from skills.general.introduce import register
from skills.general.patterns import patterns

skill = Skill("general", __file__)
register(skill)


@skill.action
async def repeat(turn: Turn) -> str:
    """The last answer once more."""
    return await turn.home.last_said() or turn.render("nothing_said")


@skill.action
async def louder(turn: Turn) -> str:
    """One step louder."""
    adjusted = await turn.home.adjust_voice("louder")
    return turn.render("loudest" if adjusted.at_limit else "louder")


@skill.action
async def quieter(turn: Turn) -> str:
    """One step quieter."""
    adjusted = await turn.home.adjust_voice("quieter")
    return turn.render("quietest" if adjusted.at_limit else "quieter")


@skill.action
async def slower(turn: Turn) -> str:
    """One step slower."""
    adjusted = await turn.home.adjust_voice("slower")
    return turn.render("slowest" if adjusted.at_limit else "slower")


@skill.action
async def faster(turn: Turn) -> str:
    """One step faster."""
    adjusted = await turn.home.adjust_voice("faster")
    return turn.render("fastest" if adjusted.at_limit else "faster")


@skill.action
async def stop(turn: Turn) -> str:
    """Be silent."""
    await turn.home.stop_speaking()
    return turn.render("stopped")


@skill.action
async def affirm(turn: Turn) -> str:
    """A yes that nobody asked for."""
    return turn.render("affirmed")


@skill.action
async def deny(turn: Turn) -> str:
    """A no that nobody asked for."""
    return turn.render("denied")


@skill.action
async def time(turn: Turn) -> str:
    """The time of day."""
    return turn.render("time", time=turn.spoken.time_of_day(turn.now.time()))


@skill.action
async def date(turn: Turn) -> str:
    """The date, of today or the day that was named, with the lunar calendar where it is used."""
    today = turn.now.date()
    day = _day_named(turn.text, turn.lang, today)
    said = turn.render(
        "date",
        day=turn.spoken.relative_day(day, today),
        date=turn.spoken.full_date(day),
        weekday=turn.spoken.weekday(day),
    )
    if patterns(turn.lang).lunar.search(turn.text.lower()):
        said += turn.render("lunar_date", lunar=turn.spoken.lunar_date(day))
    if festivals := turn.spoken.festivals(day):
        said += turn.render("festivals", festivals=turn.spoken.listing(festivals))
    return said


@skill.action
async def capabilities(turn: Turn) -> str:
    """What the loaded skills can do."""
    return turn.render(
        "capabilities",
        things=turn.spoken.listing(turn.home.capabilities(turn.lang)),
        example=turn.home.examples(turn.lang)[0],
    )


@skill.action
async def greeting(turn: Turn) -> str:
    """A greeting by name and time of day; congratulations on the birthday."""
    name = await turn.home.elder_name()
    address = turn.render("address", name=name) if name else ""
    said = turn.render(f"greeting_{_part_of_day(turn.now.hour)}", address=address)
    born = birthday.from_json(await turn.home.profile.get("birthday"))
    if born is not None and born.falls_on(turn.now.date()):
        said += turn.render("happy_birthday")
    return said


@skill.action
async def thanks(turn: Turn) -> str:
    """You are welcome."""
    return turn.render("welcome")


@skill.action
async def goodbye(turn: Turn) -> str:
    """Goodbye, or good night when it is late."""
    late = turn.now.hour >= 20 or turn.now.hour < 5
    return turn.render("good_night" if late else "goodbye")


async def switch_language(turn: Turn) -> str:
    """Speak the language that was named, or the other one."""
    target = patterns(turn.lang).target_language(turn.text, turn.lang)
    if target == turn.lang:
        return turn.render("language_already", language=language(target).name)
    await turn.home.switch_language(target)
    return turn.wording("language_switched", target)


skill.action(switch_language, name="language")


@skill.action
async def who(turn: Turn) -> str:
    """A machine, and says so."""
    return turn.render("who")


def _day_named(text: str, lang: str, today: dt.date) -> dt.date:
    """The day a question is about: today, unless it names "tomorrow" or its like."""
    try:
        clues = [found.clue for found in find_clues(text, lang, today)]
    except ImpossibleTimeError:
        return today
    return next((clue.day for clue in clues if isinstance(clue, OnDay)), today)


def _part_of_day(hour: int) -> str:
    if 5 <= hour < 11:
        return "morning"
    if 11 <= hour < 13:
        return "noon"
    return "afternoon" if 13 <= hour < 18 else "evening"
