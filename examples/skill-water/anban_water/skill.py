"""Enough to drink: counts glasses, reminds of them, and knows when it is hot outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from skills.api import (
    Home,
    Leave,
    OfflineError,
    ServiceError,
    Skill,
    Turn,
    TurnTaken,
    Unclear,
    services,
    setting,
)

WEATHER = "https://api.open-meteo.com"
HOUR = 3600.0
MORE_WHEN_HOT = 2
"""So many glasses more are right on a hot day."""


@dataclass(frozen=True)
class WaterSettings:
    """Enough to drink."""

    glasses: int = setting(6, "How many glasses a day are right", low=1, high=20)
    hot_celsius: float = setting(30.0, "From here on a day is hot", low=15, high=45)
    latitude: float = setting(0.0, "Where the home is, for the weather", low=-90, high=90)
    longitude: float = setting(0.0, "Both 0: nobody is asked about the weather", low=-180, high=180)


skill = Skill("water", __file__, settings=WaterSettings, web=(WEATHER,))


# ------------------------------------------------------------------ counting: storage, settings


@skill.action
async def drunk(turn: Turn) -> str:  # action_water_drunk
    """Count a glass, and say how many are left."""
    count = await one_more(turn.home)
    left = turn.home.settings(WaterSettings).glasses - count
    number = turn.spoken.number(str(count))
    if left > 0:
        return turn.render("counted", count=number, left=turn.spoken.number(str(left)))
    return turn.render("enough", count=number)


@skill.action
async def left(turn: Turn) -> str:  # action_water_left
    """Say how many glasses are left today."""
    count = await drunk_today(turn.home)
    goal = turn.home.settings(WaterSettings).glasses
    if count >= goal:
        return turn.render("enough", count=turn.spoken.number(str(count)))
    return turn.render("left", left=turn.spoken.number(str(goal - count)))


async def one_more(home: Home) -> int:
    """Count a glass; gives how many were drunk today."""
    day = home.now.date().isoformat()

    def count(kept: dict[str, Any] | None) -> dict[str, Any]:
        before = kept["count"] if kept and kept["day"] == day else 0
        return {"day": day, "count": before + 1}

    kept = await home.storage.update("drunk", count)  # on disk when this returns
    return int(kept["count"])


async def drunk_today(home: Home) -> int:
    """How many glasses were drunk today."""
    kept = await home.storage.get("drunk")
    return int(kept["count"]) if kept and kept["day"] == home.now.date().isoformat() else 0


# -------------------------------------------------------- a reaction: to what another skill did


@skill.on(TurnTaken)
async def swallowed(event: TurnTaken, home: Home) -> None:
    """Count the glass that goes down with a medicine; nothing is said about it."""
    if event.intent == "medication_taken":
        await one_more(home)


# ---------------------------------------------------------------- a plan: a form, and a reminder

plan = skill.form("plan")  # water_plan_form


@plan.slot()
async def when(turn: Turn) -> Any:  # slot water_when
    """When it is to come; JSON of a `ScheduleWish`."""
    wish = services.UnderstandWhen((turn.text,), turn.lang, is_daily=True)
    understood = await turn.home.request(wish)
    if understood.schedule is not None:
        return services.to_json(understood.schedule)
    if understood.says and turn.asked:
        raise Unclear(turn.render("which_time"))
    return None


@plan.slot(takes=("general_affirm", "general_deny"))
async def agreed(turn: Turn) -> bool | None:  # slot water_agreed
    """Whether what was read back is right."""
    if not turn.asked:
        return None
    return {"general_affirm": True, "general_deny": False}.get(turn.intent)


@plan.question("agreed")
async def read_back(turn: Turn) -> str:  # action_ask_water_agreed
    """Read back what would be kept."""
    try:
        checked = await turn.home.request(services.CheckReminder(_reminder(turn)))
    except services.Refusal:
        return turn.render("cannot_be")
    first = turn.now.fromtimestamp(checked.first_at or 0.0, turn.now.tzinfo)
    return turn.render("ask_agreed", first=turn.spoken.moment(first, turn.now))


@plan.done
async def planned(turn: Turn) -> str:  # action_water_plan_done
    """Keep the reminder, if that is what is wanted."""
    if turn.left or not turn.slots.get("agreed"):
        return turn.render("not_planned")
    try:
        await turn.home.request(services.AddReminder(_reminder(turn)))
    except ServiceError:
        return turn.render("cannot_be")
    return turn.render("planned")


def _reminder(turn: Turn) -> services.ReminderWish:
    schedule = services.value_of(services.ScheduleWish, turn.slots["when"])
    return services.ReminderWish(title=turn.render("title"), schedule=schedule)


# ------------------------------------------------- the internet: consent, cache, and without it

heat = skill.form("heat")  # water_heat_form


@heat.slot(takes=("general_affirm", "general_deny"))
async def may(turn: Turn) -> bool | None:  # slot water_may
    """Whether the weather may be asked for; once agreed, nobody is asked again."""
    if not _has_place(turn.home):
        raise Leave
    if await turn.home.web.consent():
        return True
    if not turn.asked:
        return None
    return {"general_affirm": True, "general_deny": False}.get(turn.intent)


@heat.done
async def told(turn: Turn) -> str:  # action_water_heat_done
    """Say how hot it gets, and what that means; without the internet, what holds on any day."""
    own = turn.home.settings(WaterSettings)
    usual = turn.spoken.number(str(own.glasses))
    if not _has_place(turn.home):
        return turn.render("no_place", usual=usual)
    if turn.left:
        return turn.render("not_asked", usual=usual)
    await turn.home.web.set_consent(bool(turn.slots["may"]))
    if not turn.slots["may"]:
        return turn.render("not_asked", usual=usual)
    try:
        celsius = await _highest_today(turn.home)
    except OfflineError:
        return turn.render("offline", usual=usual)
    degrees = turn.spoken.number(str(round(celsius)))
    if celsius < own.hot_celsius:
        return turn.render("mild", degrees=degrees, usual=usual)
    more = turn.spoken.number(str(own.glasses + MORE_WHEN_HOT))
    return turn.render("hot", degrees=degrees, more=more)


@skill.action
async def offline(turn: Turn) -> str:  # action_water_offline
    """Take the consent back."""
    await turn.home.web.set_consent(False)
    return turn.render("stays_home")


def _has_place(home: Home) -> bool:
    own = home.settings(WaterSettings)
    return (own.latitude, own.longitude) != (0.0, 0.0)


async def _highest_today(home: Home) -> float:
    """How hot it gets today, in degrees Celsius.

    Raises:
        OfflineError: nobody says so, and nobody said so today.
    """
    own = home.settings(WaterSettings)
    # Rounded: a village is enough for the weather, and nobody need know the house.
    asked = {
        "latitude": f"{own.latitude:.1f}",
        "longitude": f"{own.longitude:.1f}",
        "daily": "temperature_2m_max",
        "forecast_days": "1",
        "timezone": "auto",
    }
    fetched = await home.web.get_json(
        f"{WEATHER}/v1/forecast?{urlencode(asked)}",
        fresh_seconds=3 * HOUR,
        usable_seconds=12 * HOUR,
    )
    try:
        return float(fetched.value["daily"]["temperature_2m_max"][0])
    except (LookupError, TypeError, ValueError) as error:
        raise OfflineError("that was no weather") from error
