"""What is asked about, and what is not."""

from __future__ import annotations

import pytest

from assistant.medicines.lookup import Lookup
from assistant.medicines.table import Table
from assistant.medicines.warnings import Checker


@pytest.fixture(scope="session")
def checker(table: Table, lookup: Lookup) -> Checker:
    return Checker(table, lookup)


@pytest.mark.parametrize(
    ("one", "other", "kind", "why"),
    [
        ("华法林", "布洛芬", "interaction", "bleeding"),
        ("warfarin", "Nurofen", "interaction", "bleeding"),
        ("Coumadin", "Bactrim", "interaction", "bleeding"),
        ("华法林", "复方丹参滴丸", "interaction", "bleeding"),
        ("硝酸甘油", "万艾可", "interaction", "low_pressure"),
        ("欣康", "西地那非片", "interaction", "low_pressure"),
        ("lisinopril", "spironolactone", "interaction", "potassium_high"),
        ("依那普利", "氯化钾缓释片", "interaction", "potassium_high"),
        ("sertraline", "moclobemide", "interaction", "serotonin"),
        ("sertraline", "tramadol", "interaction", "serotonin"),
        ("Zocor", "clarithromycin", "interaction", "muscle"),
        ("血脂康", "克拉霉素", "interaction", "muscle"),
        ("辛伐他汀", "葡萄柚", "interaction", "muscle"),
        ("digoxin", "amiodarone", "interaction", "too_strong"),
        ("methotrexate", "trimethoprim", "interaction", "blood_cells"),
        ("methotrexate", "Septrin", "interaction", "blood_cells"),
        ("clopidogrel", "omeprazole", "interaction", "too_weak"),
        ("优甲乐", "钙尔奇", "interaction", "take_apart"),
        ("levothyroxine", "iron tablets", "interaction", "take_apart"),
        ("头孢克肟", "白酒", "interaction", "unwell"),
        ("美多芭", "胃复安", "interaction", "too_weak"),
        ("blood thinner", "ibuprofen", "interaction", "bleeding"),
        ("anticoagulant", "ibuprofen", "interaction", "bleeding"),
        ("warfarin", "rivaroxaban", "duplicate", "same_group"),
        ("atorvastatin", "simvastatin", "duplicate", "same_group"),
        ("paracetamol", "Tylenol", "duplicate", "same_substance"),
        ("泰诺林", "感冒灵颗粒", "duplicate", "same_substance"),
        ("消渴丸", "格列本脲", "duplicate", "same_substance"),
        ("阿司匹林", "双氯芬酸", "interaction", "bleeding"),
        # Nothing to ask about: what elders commonly take together.
        ("metformin", "metformin", None, None),
        ("二甲双胍片", "盐酸二甲双胍", None, None),
        ("amlodipine", "lisinopril", None, None),
        ("降压药", "阿司匹林", None, None),
        ("metformin", "sitagliptin", None, None),
        ("六味地黄丸", "氨氯地平", None, None),
        ("the white ones", "warfarin", None, None),
        ("浇花", "吃饭", None, None),
    ],
)
def test_pairs(checker: Checker, one: str, other: str, kind: str | None, why: str | None) -> None:
    for title, adding in ((one, other), (other, one)):
        found = checker.warnings([title], adding)
        if kind is None:
            assert found == []
        else:
            assert [(w.other, w.kind, w.why) for w in found] == [(title, kind, why)]


@pytest.mark.parametrize(
    ("allergy", "adding", "why"),
    [
        ("青霉素", "阿莫西林", "allergy_same"),
        ("penicillin", "Augmentin", "allergy_same"),
        ("penicillin", "cefalexin", "allergy_related"),
        ("头孢", "头孢克肟", "allergy_same"),
        ("磺胺", "复方新诺明", "allergy_same"),
        ("sulfa", "celecoxib", "allergy_related"),
        ("aspirin", "ibuprofen", "allergy_related"),
        ("阿司匹林", "阿司匹林肠溶片", "allergy_same"),
        ("扑热息痛", "氨酚羟考酮", "allergy_same"),
        ("carbamazepine", "phenytoin", "allergy_related"),
        ("花粉", "花粉片", "allergy_same"),
        ("peanuts", "metformin", None),
        ("青霉素", "阿奇霉素", None),
    ],
)
def test_allergies(checker: Checker, allergy: str, adding: str, why: str | None) -> None:
    found = checker.warnings([], adding, [allergy])
    expected = [(allergy, "allergy", why)] if why else []
    assert [(w.other, w.kind, w.why) for w in found] == expected


def test_a_guess_warns_of_nothing(checker: Checker) -> None:
    """What only resembles a name is asked back by the skill; it is no ground for a warning."""
    assert checker.warnings(["warfarin"], "ibuprobin x") == []


def test_a_list_is_compared_each_pair_once(checker: Checker) -> None:
    titles = ["华法林", "二甲双胍", "布洛芬", "阿莫西林"]
    found = checker.within(titles, ["青霉素"])
    assert {title: [w.other for w in warned] for title, warned in found.items()} == {
        "布洛芬": ["华法林"],
        "阿莫西林": ["青霉素"],
    }
    assert checker.within([], ["青霉素"]) == {}
