"""What is said about the talk itself takes nothing from a cry, and "I'm fine" must be meant.

"Turn the match off", "this is no game", "like in the film", "I heard you can help" hold the words
of near misses; before or after a cry they are asides.
"""

from __future__ import annotations

import pytest

from assistant.safety import judge
from tests.safety.rows import called, heard

CRIES = {
    "zh": ("我胸口疼得厉害", "快叫救护车", "救救我", "我喘不上气", "老伴叫不醒了", "煤气漏了"),
    "en": (
        *("my chest hurts badly", "call an ambulance", "help me please", "i can't breathe"),
        *("my husband won't wake up", "i can smell gas"),
    ),
}
BEFORE = {
    "zh": (
        *("电视关了", "比赛先关了", "做梦似的", "演戏一样", "听说你能帮忙", "去年也犯过", "别笑了"),
        *(
            "好吃的先别管",
            "小时候也这样",
            "以前没这么厉害过",
            "要是你听见的话",
            "先别念新闻了",
            "别放歌了",
            "这回不是演习",
        ),
    ),
    "en": (
        *("turn the match off", "don't laugh", "like in the film", "this is not a joke"),
        *("as a child i had this too", "i heard you can help", "never mind the dinner"),
        *("stop reading the news", "never mind the weather", "stop telling me jokes"),
        *("lovely dinner but", "i never dreamt this would happen"),
        *("it happened last year as well", "if anybody is there", "it was never this bad before"),
    ),
}
AFTER = {
    "zh": ("为什么没人来", "这不是游戏", "都怪我贪吃", "跟上次一样", "比去年还厉害", "你听见没有"),
    "en": (
        *("turn the telly down", "this is no game", "just like in the film", "did you hear me"),
        *("worse than last year", "why is nobody coming"),
    ),
}
SPACE = {"zh": "", "en": " "}
SENTENCES = [
    text
    for lang, cries in CRIES.items()
    for cry in cries
    for text in (
        *(f"{aside}{SPACE[lang]}{cry}" for aside in BEFORE[lang]),
        *(f"{cry}{SPACE[lang]}{aside}" for aside in AFTER[lang]),
    )
]


def test_an_aside_beside_a_cry_takes_nothing_away() -> None:
    assert [text for text in SENTENCES if not heard(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        *("比赛太精彩了国足要输死了", "笑得我喘不上气", "好吃得我都要不行了", "快来人吃饭了"),
        *("i can't stop laughing i can't breathe", "i can't breathe for laughing"),
        *("help me with the crossword", "turn the match off", "this is no joke", "did you hear me"),
        *("电视关了", "你听见没有", "别笑了", "跟上次一样", "why is nobody answering the phone"),
        *("please don't ring nine nine nine", "叫啥救护车呀不用", "老人最怕摔倒了", "我担心摔倒"),
    ],
)
def test_its_neighbours_still_call_nobody(text: str) -> None:
    assert not called(text)


@pytest.mark.parametrize(
    "text",
    [
        *("i'm afraid i've fallen", "i'm scared i've taken too many tablets", "我担心煤气漏了"),
        *("我怕我要不行了", "我担心我被卡在浴缸里了", "i can't breathe what shall i do"),
        *("我真摔了", "别笑我真摔了起不来", "i've really fallen", "i smell gaz", "hel me"),
    ],
)
def test_what_is_feared_as_done_is_acted_on(text: str) -> None:
    assert heard(text)


@pytest.mark.parametrize(
    "text",
    [
        *("no i'm not all right", "i don't think i'm okay", "i was fine", "i wish i was fine"),
        *("i'm not fine", "far from fine", "i'm anything but all right", "do i look fine"),
        *("不是没事", "我不是没事", "哪里没事", "谁说我没事", "我不太好", "没事才怪"),
    ],
)
def test_to_be_anything_but_fine_ends_no_alarm(text: str) -> None:
    assert not judge(text, is_final=True).fine


@pytest.mark.parametrize(
    "text",
    [
        *("no i'm fine", "yes i'm fine thank you", "i'm quite well", "it's not real i'm fine"),
        *("不用了我没事", "我没事谢谢", "一点事都没有", "不是真的我没事", "我好得很"),
    ],
)
def test_to_be_fine_is_understood(text: str) -> None:
    assert judge(text, is_final=True).fine
