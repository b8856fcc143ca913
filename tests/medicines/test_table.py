"""The data: whole, and consistent with itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant.language import LANGUAGES
from assistant.medicines import medicines
from assistant.medicines.names import plain
from assistant.medicines.table import FoodRule, Table
from assistant.medicines.warnings import ALLERGY
from assistant.reminders.escalation import POLICIES
from assistant.services.reminder import Risk


def test_there_are_enough_of_them(table: Table) -> None:
    for lang in LANGUAGES:
        named = [m for m in table.medicines.values() if m.names[lang]]
        assert len(named) >= 300
        western = [m for m in named if not m.groups[0].startswith("chinese")]
        assert len(western) >= 300
    assert len(table.interactions) >= 40


def test_every_medicine_is_something_in_plain_words(table: Table) -> None:
    assert [
        (medicine.key, lang)
        for medicine in table.medicines.values()
        for lang in LANGUAGES
        if not table.plain_group(medicine, lang)
    ] == []


def test_no_name_belongs_to_two(table: Table) -> None:
    owner: dict[str, str] = {}
    for medicine in table.medicines.values():
        for name in medicine.every_name():
            assert owner.setdefault(plain(name), medicine.key) == medicine.key, name


def test_no_name_is_also_a_groups_word(table: Table) -> None:
    names = {plain(name) for medicine in table.medicines.values() for name in medicine.every_name()}
    words = {
        plain(word) for g in table.groups.values() for every in g.words.values() for word in every
    }
    assert names & words == set()


def test_rules_speak_of_what_there_is(table: Table) -> None:
    known = set(table.medicines) | set(table.groups)
    sides = {side for rule in table.interactions for side in (rule.one, rule.other)}
    sides |= {side for crossing in table.crossings for side in (crossing.allergy, crossing.to)}
    assert sides - known == set()
    used = {kind for medicine in table.medicines.values() for kind in medicine.kinds}
    named = {group.key for group in table.groups.values() if any(group.words.values())}
    assert sides - used - named == set(), "a rule that no medicine can fall under"
    assert {crossing.how for crossing in table.crossings} <= set(ALLERGY)
    pairs = [frozenset((rule.one, rule.other)) for rule in table.interactions]
    assert len(pairs) == len(set(pairs))


def test_lookalikes_are_names_of_the_table(table: Table) -> None:
    names = {plain(name) for medicine in table.medicines.values() for name in medicine.every_name()}
    assert {n for line in table.lookalikes for n in line if plain(n) not in names} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_words(table: Table, lang: str) -> None:
    folder = Path(medicines.__file__).parent / "replies"
    words = yaml.safe_load((folder / lang / "replies.yml").read_text("utf-8"))
    whys = {rule.why for rule in table.interactions} | set(ALLERGY.values()) | {"same_substance"}
    assert {f"why_{why}" for why in whys} - set(words) == set()


@pytest.mark.parametrize(
    ("key", "risk"),
    [
        ("warfarin", Risk.ANTICOAGULANT),
        ("insulin_glargine", Risk.INSULIN),
        ("morphine", Risk.OPIATE),
        ("levodopa_benserazide", Risk.PARKINSON),
        ("methotrexate", Risk.NARROW),
        ("digoxin", Risk.NARROW),
        ("xiaoke", Risk.NARROW),
        ("amlodipine", Risk.NORMAL),
    ],
)
def test_high_risks(table: Table, key: str, risk: Risk) -> None:
    assert table.medicines[key].risk is risk
    assert POLICIES[risk].is_strict is (risk is not Risk.NORMAL)


def test_risk_goes_with_the_substance(table: Table) -> None:
    """A tablet that has a high-risk medicine in it is one: 消渴丸, co-codamol."""
    assert [
        medicine.key
        for medicine in table.medicines.values()
        for each in medicine.substances
        if table.medicines[each].risk not in {Risk.NORMAL, Risk.PARKINSON, medicine.risk}
    ] == ["compound_aminopyrine_phenacetin"]  # a painkiller with a little phenobarbital


@pytest.mark.parametrize(
    ("key", "food"),
    [
        ("metformin", FoodRule.WITH),
        ("levothyroxine", FoodRule.EMPTY),
        ("alendronic_acid", FoodRule.EMPTY),
        ("acarbose", FoodRule.WITH),
        ("repaglinide", FoodRule.BEFORE),
        ("aspirin", FoodRule.UNKNOWN),
        ("metformin_enteric_coated", FoodRule.UNKNOWN),  # before meals by Chinese leaflets
        ("rivaroxaban", FoodRule.UNKNOWN),  # by strength
    ],
)
def test_food_rules(table: Table, key: str, food: FoodRule) -> None:
    assert table.medicines[key].food is food


def test_only_one_substance_has_a_limit_for_taking_as_needed(table: Table) -> None:
    limits = {m.key: m.as_needed for m in table.medicines.values() if m.as_needed is not None}
    assert all(len(table.medicines[key].substances) == 1 for key in limits)
    paracetamol = limits["paracetamol"]
    assert (paracetamol.daily_most, paracetamol.least_hours) == (4, 4)
