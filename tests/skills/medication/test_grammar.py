"""Sentences of a grammar that knows their truth, answered with yes: stored right, or asked."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from tests.language.canonical import Row
from tests.language.grammar import sentence
from tests.skills.medication.talk import Talk

SEEDS = 60
_MOST_QUESTIONS = 3


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_what_is_stored_is_what_was_said(zh: Talk, en: Talk, lang: str, seed: int) -> None:
    row = sentence(lang, seed)
    talk = {"zh": zh, "en": en}[lang]
    talk.home.clock.move(row.now.timestamp())
    await talk.say(row.said, "add")
    for _ in range(_MOST_QUESTIONS):
        if talk.is_open:
            await talk.yes()
    kept = await talk.kept()
    if not kept:
        return  # it was asked: a yes says neither an hour nor a dose
    assert row.means != "ask", kept
    assert {at for each in kept for at in _times(each["schedule"])} == _said_times(row), kept
    if any(each.get("kind") == "medicine" for each in kept):
        assert {dose_of(each["amount"]) for each in kept if each.get("amount")} == _said_doses(row)


def _times(schedule: dict[str, Any]) -> list[str]:
    once = [schedule["at"][11:16]] if schedule.get("at") else []
    return once + [each["at"] for each in schedule.get("times", ())]


def _said_times(row: Row) -> set[str]:
    parts = [part.strip().partition(" ") for part in row.means.split("|")]
    said = [each for kind, _, rest in parts if kind in {"at", "times"} for each in rest.split(",")]
    return {each.strip()[-5:] for each in said}


def _said_doses(row: Row) -> set[str]:
    parts = [part.strip().partition(" ") for part in row.means.split("|")]
    doses = [rest for kind, _, rest in parts if kind == "dose"]
    return {re.sub(r"\d+\.\d+", lambda found: str(Fraction(found[0])), each) for each in doses}


def dose_of(amount: dict[str, Any] | None) -> str:
    """A stored dose in the form of FORMAT.md; empty for none."""
    if amount is None:
        return ""
    most = f"-{amount['most']}" if amount.get("most") else ""
    strength = amount.get("strength")
    of = f" of {strength['amount']} {strength['unit']}" if strength else ""
    return f"{amount['amount']}{most} {amount['unit']}{of}"
