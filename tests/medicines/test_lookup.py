"""Names as people say them and recognisers write them."""

from __future__ import annotations

import pytest

from assistant.medicines.lookup import SURE, Lookup
from assistant.medicines.names import core, is_han, plain
from assistant.medicines.table import Table


def test_every_name_finds_its_own_row_and_no_other(table: Table, lookup: Lookup) -> None:
    for medicine in table.medicines.values():
        for name in medicine.every_name():
            found = lookup.find(name)
            assert [(m.medicine.key, m.score) for m in found.matches] == [(medicine.key, 1.0)], name


def test_a_damaged_name_never_becomes_another_medicine(table: Table, lookup: Lookup) -> None:
    """Of a letter too few: its own row is among the answers; a wrong one is never sure."""
    wrong, lost, tried = [], 0, 0
    names = [(m.key, name) for m in table.medicines.values() for name in m.every_name()]
    for key, name in names[::5]:
        said = plain(name)
        if len(said) < (4 if is_han(said) else 6):
            continue
        middle = len(said) // 2
        damaged = said[:middle] + said[middle + 1 :]
        matches = lookup.find(damaged).matches
        tried += 1
        is_found = key in {match.medicine.key for match in matches}
        lost += not is_found
        if not is_found and any(match.score >= SURE for match in matches):
            wrong.append((name, damaged, [match.said for match in matches]))
    assert wrong == []
    assert tried > 300
    assert lost / tried < 0.03


HEARD = {
    "zh": {
        "二甲双瓜": "metformin",
        "二假双胍片": "metformin",
        "阿斯匹林": "aspirin",
        "阿司匹灵肠溶片": "aspirin",
        "硝本地平": "nifedipine",
        "消苯地平缓释片": "nifedipine",
        "安氯地平": "amlodipine",
        "苯磺酸氨氯地平片": "amlodipine",
        "络合喜": "amlodipine",
        "罗活喜": "amlodipine",
        "倍他乐可": "metoprolol",
        "贝他乐克": "metoprolol",
        "拜新通": "nifedipine",
        "华发林": "warfarin",
        "华法令钠片": "warfarin",
        "利伐沙般": "rivaroxaban",
        "拜瑞托": "rivaroxaban",
        "波力维": "clopidogrel",
        "立普脱": "atorvastatin",
        "阿托发他汀钙片": "atorvastatin",
        "瑞苏伐他汀": "rosuvastatin",
        "格列美尿": "glimepiride",
        "阿卡波唐": "acarbose",
        "拜糖苹": "acarbose",
        "达格列净片": "dapagliflozin",
        "来得石": "insulin_glargine",
        "诺和瑞": "insulin_aspart",
        "优甲落": "levothyroxine",
        "美多巴": "levodopa_benserazide",
        "地高心": "digoxin",
        "速效就心丸": "suxiao_jiuxin_wan",
        "复方丹参地丸": "fufang_danshen_diwan",
        "六味地黄完": "liuwei_dihuang",
        "藿香正气水": "huoxiang_zhengqi",
        "连花青瘟胶囊": "lianhua_qingwen",
        "奥美拉做": "omeprazole",
        "布洛分缓释胶囊": "ibuprofen",
        "螺内脂": "spironolactone",
        "扶塞米": "furosemide",
        "阿莫西林胶囊": "amoxicillin",
    },
    "en": {
        "met for men": "metformin",
        "metformin tablets 500 mg": "metformin",
        "am low dip in": "amlodipine",
        "amlodapine": "amlodipine",
        "lisin april": "lisinopril",
        "lysinopril": "lisinopril",
        "warferin": "warfarin",
        "war far in": "warfarin",
        "a torva statin": "atorvastatin",
        "atorvastatine": "atorvastatin",
        "simva statin": "simvastatin",
        "lip it or": "atorvastatin",
        "omeprasole": "omeprazole",
        "o mep razole": "omeprazole",
        "bis o prolol": "bisoprolol",
        "bisoprolol fumarate": "bisoprolol",
        "fur o semide": "furosemide",
        "frusemide": "furosemide",
        "levo thyroxine": "levothyroxine",
        "levothyroxin": "levothyroxine",
        "para seat a mol": "paracetamol",
        "tylanol": "paracetamol",
        "acetaminofen": "paracetamol",
        "i bu profen": "ibuprofen",
        "ibuprofin": "ibuprofen",
        "clopidogrell": "clopidogrel",
        "a pixaban": "apixaban",
        "elikwis": "apixaban",
        "zarelto": "rivaroxaban",
        "rivaroxiban": "rivaroxaban",
        "gaba pentin": "gabapentin",
        "sertaline": "sertraline",
        "citalapram": "citalopram",
        "donepazil": "donepezil",
        "sinemett": "levodopa_carbidopa",
        "di joxin": "digoxin",
        "dijoxin": "digoxin",
        "low sartan": "losartan",
        "ram a prill": "ramipril",
        "amoxicilin": "amoxicillin",
    },
}


@pytest.mark.parametrize("lang", HEARD)
def test_what_a_recogniser_writes(lookup: Lookup, lang: str) -> None:
    best = {heard: lookup.find(heard).matches[:1] for heard in HEARD[lang]}
    missed = {
        heard: matches
        for heard, matches in best.items()
        if [match.medicine.key for match in matches] != [HEARD[lang][heard]]
    }
    assert len(missed) <= len(best) // 20, missed
    assert all(match.score < SURE for matches in missed.values() for match in matches), missed


@pytest.mark.parametrize(
    ("heard", "others"),
    [
        ("消炎通", {"indometacin", "isosorbide_dinitrate"}),
        ("格列本特", {"glibenclamide", "gliclazide"}),
        ("地巴做", {"dibazol"}),
        ("hydroxazine", {"hydroxyzine"}),
        ("prednisalone", {"prednisolone", "prednisone"}),
        ("celebrax", {"celecoxib"}),
    ],
)
def test_lookalikes_are_asked_back(lookup: Lookup, heard: str, others: set[str]) -> None:
    matches = lookup.find(heard).matches
    assert others <= {match.medicine.key for match in matches}
    assert all(match.score < 1 for match in matches)
    assert matches[0].confused_with


def test_a_lookalike_that_was_named_says_with_what_it_is_confused(lookup: Lookup) -> None:
    (match,) = lookup.find("他巴唑").matches
    assert (match.medicine.key, match.confused_with) == ("methimazole", ("地巴唑",))
    (match,) = lookup.find("Celebrex").matches
    assert match.confused_with == ("Celexa",)


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("降压药", "blood_pressure"),
        ("我的降压药", "blood_pressure"),
        ("blood pressure tablets", "blood_pressure"),
        ("my water tablet", "diuretic"),
        ("the blood thinner", "blood_thinner"),
        ("安眠药", "sleep"),
        ("胰岛素", "insulin"),
        ("a statin", "statin"),
    ],
)
def test_words_for_a_group_are_no_medicine(lookup: Lookup, said: str, group: str) -> None:
    found = lookup.find(said)
    assert found.matches == ()
    assert found.group is not None
    assert found.group.key == group


@pytest.mark.parametrize(
    "said",
    [
        *("", " ", "…", "-3", "24", "吃饭", "给女儿打电话", "三点叫我起来", "浇花", "量血压", "嗯"),
        *(
            "那个白色的小药片",
            "喝水",
            "药",
            "打太极拳",
            "看医生",
            "my sister",
            "feed the cat",
            "lotion",
            "the red one",
        ),
        *("water the plants", "blood pressure check", "xyzzy", "唷" * 200, "a" * 200, "💊"),
    ],
)
def test_what_is_no_medicine_finds_none(lookup: Lookup, said: str) -> None:
    assert lookup.find(said).matches == ()


def test_a_number_belongs_to_the_name(lookup: Lookup) -> None:
    """Tylenol 3 has codeine in it."""
    (found,) = lookup.find("tylanol").matches[:1]
    assert found.medicine.key == "paracetamol"


def test_two_in_one_sentence_are_both_found(lookup: Lookup) -> None:
    for said in ("二甲双胍和阿司匹林", "metformin and aspirin after supper"):
        matches = [match for match in lookup.find(said).matches if match.score >= SURE]
        assert {match.medicine.key for match in matches} == {"metformin", "aspirin"}
        assert all(match.score < 1 for match in matches)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("阿托伐他汀钙片", "阿托伐他汀"),
        ("盐酸二甲双胍缓释片", "二甲双胍"),
        ("阿司匹林肠溶片100毫克", "阿司匹林"),
        ("碳酸钙", "碳酸钙"),
        ("氯化钾", "氯化钾"),
        ("losartan potassium 50 mg tablets", "losartan"),
        ("potassium chloride", "potassium chloride"),
        ("tablets", "tablets"),
        ("片", "片"),
    ],
)
def test_cores(name: str, left: str) -> None:
    assert core(plain(name)) == left
