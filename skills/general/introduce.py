"""Getting acquainted: what the elder wants to be called, and the birthday."""

from __future__ import annotations

from typing import Any

from skills.api import FALLBACK, ImpossibleTimeError, Skill, Turn, Unclear
from skills.general import birthday as birthdays
from skills.general.birthday import Birthday
from skills.general.patterns import patterns

GIVING_NAME = "general_name"
GIVING_BIRTHDAY = "general_birthday"


def register(skill: Skill) -> None:
    """Add the form and the two sentences that say the same at any time."""
    form = skill.form("introduce")

    @form.slot(takes=(FALLBACK, GIVING_NAME, "general_who"))
    async def name(turn: Turn) -> str | None:
        given = _name(turn, expected=turn.asked, bare=turn.asked)
        if given is not None:
            await turn.home.profile.set("name", given)
        return given

    @form.slot(takes=(FALLBACK, GIVING_BIRTHDAY, "general_date"))
    async def birthday(turn: Turn) -> dict[str, Any] | None:
        given = _birthday(turn)
        if given is None:
            if turn.asked and patterns(turn.lang).birthday_year.search(turn.text.lower()):
                raise Unclear(turn.render("birthday_needs_day"))
            return None
        await turn.home.profile.set("birthday", given.to_json())
        return given.to_json()

    @form.done
    async def introduce_done(turn: Turn) -> str:
        given, born = turn.slots.get("name"), birthdays.from_json(turn.slots.get("birthday"))
        if turn.left or given is None or born is None:
            return turn.render("introduce_left")
        return turn.render("introduced", name=given, birthday=_said(turn, born))

    async def name_given(turn: Turn) -> str:
        given = _name(turn, expected=True, bare=False)
        if given is None:
            return turn.render("name_unclear")
        await turn.home.profile.set("name", given)
        return turn.render("name_kept", name=given)

    async def birthday_given(turn: Turn) -> str:
        try:
            given = _birthday(turn)
        except Unclear as problem:
            return str(problem)
        if given is None:
            return turn.render("birthday_unclear")
        await turn.home.profile.set("birthday", given.to_json())
        return turn.render("birthday_kept", birthday=_said(turn, given))

    skill.action(name_given, name="name")
    skill.action(birthday_given, name="birthday")


def _name(turn: Turn, *, expected: bool, bare: bool) -> str | None:
    return patterns(turn.lang).read_name(turn.text, expected=expected, bare=bare)


def _birthday(turn: Turn) -> Birthday | None:
    try:
        return birthdays.read(turn.text, turn.lang, turn.now.date())
    except ImpossibleTimeError as error:
        raise Unclear(turn.render("birthday_impossible")) from error


def _said(turn: Turn, birthday: Birthday) -> str:
    on = birthday.example_date()
    return turn.spoken.lunar_date(on) if birthday.is_lunar else turn.spoken.day(on)
