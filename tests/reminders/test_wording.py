"""What is said: every unit and every way with food, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from assistant.language import LANGUAGES, Unit, normalise
from assistant.reminders.model import Item, Occurrence
from assistant.reminders.stock import StockLeft
from assistant.reminders.wording import Wording
from assistant.services.reminder import Amount, Food, Kind, Reminder, State
from tests.reminders.home import SHANGHAI
from tests.reminders.test_scheduler import at

DUE = at("2026-11-23T08:00")
OCCURRENCE = Occurrence(
    occurrence_id="o",
    reminder_id="r",
    day=date(2026, 11, 23),
    slot="08:00",
    due_at=DUE,
    until_at=DUE + 3600,
    state=State.ANNOUNCED,
    act_at=DUE + 900,
)
REMINDER = Reminder(reminder_id="r", title="阿司匹林 aspirin", kind=Kind.MEDICINE)
TASK = Item(OCCURRENCE, replace(REMINDER, kind=Kind.TASK, title="water the flowers"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", Unit)
def test_every_unit_can_be_said(lang: str, unit: Unit) -> None:
    wording = Wording(SHANGHAI, lambda: lang)
    for amount in (Amount(Fraction(1, 2), unit), Amount(Fraction(1), unit, Fraction(2))):
        for food in Food:
            item = Item(OCCURRENCE, replace(REMINDER, amount=amount, food=food))
            texts = [
                wording.announcement([item, TASK], 1, DUE),
                wording.announcement([TASK], 2, DUE),
                wording.announcement([item], 2, DUE),
                *wording.family([item], lang, ""),
            ]
            assert all(REMINDER.title in text for text in (texts[0], texts[2], texts[4]))
            assert all("{" not in text and normalise(text, lang) for text in texts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_rest_can_be_said(lang: str) -> None:
    wording = Wording(SHANGHAI, lambda: lang)
    item = Item(OCCURRENCE, REMINDER)
    texts = [
        wording.noted([item]),
        wording.noted([TASK]),
        wording.not_yet([item]),
        wording.missed_while_away(1),
        wording.missed_while_away(28),
        wording.stock_low("aspirin", 3),
        wording.stock_low("aspirin", 1),
        wording.stock_low("aspirin", 0),
    ]
    assert all(normalise(text, lang) for text in texts)
    settled = Item(replace(OCCURRENCE, act_at=None), REMINDER)
    assert wording.not_yet([settled]) == ""


@pytest.mark.parametrize(
    ("lang", "days", "told"),
    [
        ("en", 0, "not enough aspirin for one more day"),
        ("en", 1, "about one day only"),
        ("en", 3, "about three days only"),
        ("zh", 0, "不够再用一天"),
        ("zh", 2, "大约只够用两天"),
    ],
)
def test_so_many_days_are_told_as_people_say_them(lang: str, days: int, told: str) -> None:
    low = StockLeft("aspirin", Fraction(1), Unit.TABLET, days)
    wording = Wording(SHANGHAI, lambda: lang)
    assert told in wording.stock_low("aspirin", days)
    assert (
        told.removesuffix(" only").replace(" aspirin", "")
        in wording.family_stock([low], lang, "")[1]
    )


def test_insulin_is_used_and_not_swallowed() -> None:
    wording = Wording(SHANGHAI, lambda: "zh")
    units = Amount(Fraction(10), Unit.INTERNATIONAL_UNIT)
    insulin = Item(OCCURRENCE, replace(REMINDER, title="胰岛素", amount=units))
    for items in ([insulin], [insulin, Item(OCCURRENCE, REMINDER)]):
        for step in (1, 2):
            assert "吃" not in wording.announcement(items, step, 0.0)
        assert "吃" not in wording.noted(items)
    assert "吃" in wording.announcement([Item(OCCURRENCE, REMINDER)], 1, 0.0)
