"""Names found by sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import best_match, rank_matches, sound_key

NAMES = [
    *("小明", "晓红", "王丽", "王芳", "李建国", "大儿子", "女儿", "大女儿", "二甲双胍", "阿司匹林"),
    *(
        "硝苯地平",
        "氨氯地平",
        "阿托伐他汀",
        "格列美脲",
        "格列齐特",
        "华法林",
        "美托洛尔",
        "氯吡格雷",
    ),
    *("Jon", "Jane", "Susan", "Mary", "William", "metformin", "amlodipine", "atorvastatin"),
    *("simvastatin", "warfarin", "aspirin", "ibuprofen", "Lipitor", "lisinopril", "losartan"),
]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("晓鸣", "小明"),
        ("汪莉", "王丽"),
        ("二甲双瓜", "二甲双胍"),
        ("阿斯匹林", "阿司匹林"),
        ("消本地平", "硝苯地平"),
        ("安绿地平", "氨氯地平"),
        ("格列美尿", "格列美脲"),
        ("发法林", "华法林"),
        ("美拖洛而", "美托洛尔"),
        ("绿壁格雷", "氯吡格雷"),
        ("那个二甲双胍片", "二甲双胍"),
        ("女儿", "女儿"),
        ("我女儿", "女儿"),
        ("john", "Jon"),
        ("met for men", "metformin"),
        ("the metformin ones", "metformin"),
        ("am lodi peen", "amlodipine"),
        ("war far in", "warfarin"),
        ("asprin", "aspirin"),
        ("eye be profen", "ibuprofen"),
        ("lip it or", "Lipitor"),
        ("lice in a pril", "lisinopril"),
        ("low sartan", "losartan"),
        ("a torva statin", "atorvastatin"),
        ("隔壁老王", None),
        ("天气", None),
        ("banana", None),
        ("the weather", None),
        ("", None),
        ("😀", None),
    ],
)
def test_best_match(heard: str, name: str | None) -> None:
    found = best_match(heard, NAMES)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("知", "资"),
        ("是", "四"),
        ("吃", "词"),
        ("奶", "来"),
        ("因", "英"),
        ("湖", "福"),
        ("灰", "飞"),
    ],
)
def test_sounds_mixed_up_have_one_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


@pytest.mark.parametrize(("one", "other"), [("八", "三"), ("妈", "波"), ("cat", "dog")])
def test_sounds_apart_have_two_keys(one: str, other: str) -> None:
    assert sound_key(one) != sound_key(other)


def test_alike_medicines_are_told_apart() -> None:
    first, second, *_ = rank_matches("格列美脲", NAMES)
    assert (first.name, first.score) == ("格列美脲", 1.0)
    assert second.score < 0.8


@given(st.text(max_size=30), st.lists(st.text(max_size=20), max_size=5))
def test_scores_are_fractions_and_sorted(query: str, names: list[str]) -> None:
    scores = [match.score for match in rank_matches(query, names, limit=5)]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
