"""What contacts write back to an alarm: at least sixty forms in each language, by meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.care.channels.reply import Meaning, parse_reply

NAMES = ("王小芳", "Fang", "妈妈")

TAKES_ZH: list[tuple[str, int | None]] = [
    *((text, None) for text in ("1", "１", " 1 ", "1.", "1。", "1\r\n", "（1）", "①", "1️⃣", "一")),
    *((text, None) for text in ("1！", "“1”", "好的1", "1好的", "1 收到", "1，马上到", "1 王小芳")),
    *(
        (text, None)
        for text in ("收到", "好的", "好", "行", "可以", "没问题", "知道了", "嗯", "是的")
    ),
    *(
        (text, None)
        for text in ("马上到", "马上来", "我来", "我去", "我这就过去", "在路上了", "出发了")
    ),
    *((text, None) for text in ("我来处理", "交给我", "我去看看", "正在往家赶", "收到，马上过去")),
    *(
        (text, None)
        for text in ("好的妈妈我马上到", "别担心，马上到", "稍等，马上到", "快到了", "我到了")
    ),
    *(
        (text, None)
        for text in (
            "馬上到",
            "沒問題",
            "我來",
            "一会儿就到",
            "👍",
            "👌",
            "收到👌",
            "请放心，马上到",
        )
    ),
    *((text, 20) for text in ("1 20", "1,20", "1，20", "１　２０", "1 20分钟", "1，我20分钟到")),
    *((text, 20) for text in ("20分钟到", "二十分钟", "我二十分钟后到", "等我20分钟", "1、20分钟")),
    ("半小时到", 30),
    ("一个半小时到家", 90),
    ("1小时到", 60),
    ("一刻钟", 15),
    ("十五分钟左右到", 15),
    ("5-10分钟到", 10),
    ("可能要30分钟", 30),
    ("我开车过去大概40分钟", 40),
    ("1 3小时", 180),
]
DECLINES_ZH = [
    *(
        "不行我在外地",
        "不行",
        "不能",
        "去不了",
        "来不了",
        "我走不开",
        "没空",
        "没时间",
        "不去",
        "0",
    ),
    *(
        "对不起，过不去",
        "在国外",
        "来不了，找别人吧",
        "好的，但我在外地",
        "不好意思去不了",
        "赶不回去",
    ),
    *("來不了", "我出差了，回不去", "不", "不方便", "👎", "零", "收到，我在外地去不了"),
]
UNCLEAR_ZH = [
    *(
        "",
        "2",
        "11",
        "20",
        "120",
        "一点回来",
        "1点到",
        "1个人在家",
        "回复1",
        "按1",
        "1？",
        "1-2",
        "-1",
    ),
    *("怎么了", "谁啊", "你是谁", "她没事吧", "没事", "打120", "叫救护车", "报警了吗", "严重吗"),
    *(
        "让我哥去",
        "我让邻居去看看",
        "你去看看",
        "能来吗",
        "明天到",
        "晚上回来",
        "下周",
        "我考虑一下",
    ),
    *(
        "1 去不了",
        "马上到不了",
        "好的，明天去",
        "在开会",
        "我在开车",
        "我正在开车，稍后回复",
        "稍后联系您",
    ),
    *(
        "什么情况",
        "等一下",
        "试试看",
        "如果可以我就去",
        "退订",
        "谢谢",
        "生日快乐",
        "不知道",
        "十天后到",
    ),
    *("1 请问怎么了", "三小时到", "打错了", "他马上到", "我在家", "在去公司的路上"),
]
TAKES_EN: list[tuple[str, int | None]] = [
    *(
        (text, None)
        for text in ("1 ok", "ok 1", "1, on my way", "1 coming", "1 thanks", "1 Fang", "+1")
    ),
    *(
        (text, None)
        for text in ("ok", "OK!", "okay", "k", "yes", "Yep", "sure", "will do", "got it")
    ),
    *(
        (text, None)
        for text in ("ok on my way", "on my way", "omw", "On my way home now", "I'm coming")
    ),
    *((text, None) for text in ("i am coming over", "coming", "I'll be there", "be right there")),
    *(
        (text, None)
        for text in ("heading over", "leaving now", "I'm on it", "I'll take care of it")
    ),
    *((text, None) for text in ("I've got this", "let me check on her", "driving home now", "one")),
    *((text, None) for text in ("no problem", "no worries, on my way", "I won't be long", "roger")),
    *(
        (text, None)
        for text in ("I’m coming", "I'm here", "almost there", "ok mum driving home now")
    ),
    *((text, None) for text in ("understood, leaving now", "don't worry, I'm coming", "received")),
    *(
        (text, 20)
        for text in ("1 20 minutes", "1 20 min", "1. 20 minutes", "20 minutes", "20 mins")
    ),
    *(
        (text, 20)
        for text in ("be there in 20", "I'll be there in 20 minutes", "Should be there in 20")
    ),
    *((text, 20) for text in ("probably 20 min", "ok, about 20 minutes", "1\n20", "eta 20 min")),
    ("omw 15 min", 15),
    ("twenty minutes", 20),
    ("half an hour", 30),
    ("i'll be there in half an hour", 30),
    ("an hour", 60),
    ("1 hour", 60),
    ("1 hour 20 minutes", 80),
    ("5 to 10 minutes", 10),
    ("OK, I am on my way. 10 minutes", 10),
    ("1 ok, leaving now, 25 mins", 25),
    ("an hour and a half", 90),
]
DECLINES_EN = [
    *(
        "no",
        "nope",
        "no can't",
        "No, I can't.",
        "can't",
        "cannot",
        "I can't come",
        "I'm not coming",
        "0",
    ),
    *("sorry can't", "can't make it, sorry", "not able to come", "unable to help", "I'm abroad"),
    *(
        "out of town",
        "no way",
        "ok but can't come",
        "I won't be able to make it",
        "can't, I'm away",
    ),
    *("I can’t", "zero", "no sorry", "n"),
]
UNCLEAR_EN = [
    *("I", "l", "2", "1 minute please", "1 2000", "Reply 1", "1st", "1.5", "1:30", "1 or 2"),
    *(
        "who is this?",
        "who is this",
        "what happened",
        "is she ok?",
        "call 911",
        "call an ambulance",
    ),
    *(
        "my brother is coming",
        "ask the neighbour",
        "she is coming",
        "I'll try",
        "maybe",
        "if I can",
    ),
    *(
        "tomorrow",
        "I'll be there tomorrow",
        "yes but later",
        "later",
        "after work",
        "I will call her",
    ),
    *("in a meeting", "busy", "at work", "On my way to work", "I'm driving", "wait", "hold on"),
    *("1 can't", "I can't get there for 2 hours", "1 wrong guy", "1 more thing", "thanks", "stop"),
    *("wrong number", "3 hours away", "don't know", "1 missed call", "Liked “help”", "yes?"),
    *("happy birthday mum", "1 from Bob at the garage", "one moment", "you have 1 new message"),
]


@pytest.mark.parametrize(("text", "minutes"), [*TAKES_ZH, *TAKES_EN])
def test_an_answer_that_takes_the_alarm_on(text: str, minutes: int | None) -> None:
    reply = parse_reply(text, NAMES)
    assert (reply.meaning, reply.minutes) == (Meaning.TAKES, minutes)


@pytest.mark.parametrize("text", [*DECLINES_ZH, *DECLINES_EN])
def test_an_answer_that_declines(text: str) -> None:
    assert parse_reply(text, NAMES).meaning is Meaning.DECLINES


@pytest.mark.parametrize("text", [*UNCLEAR_ZH, *UNCLEAR_EN])
def test_an_answer_that_is_asked_about(text: str) -> None:
    assert parse_reply(text, NAMES).meaning is Meaning.UNCLEAR


def test_the_table_is_long_enough() -> None:
    assert len({*(t for t, _ in TAKES_ZH), *DECLINES_ZH, *UNCLEAR_ZH}) >= 60
    assert len({*(t for t, _ in TAKES_EN), *DECLINES_EN, *UNCLEAR_EN}) >= 60


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    parse_reply(text, NAMES)


@given(st.sampled_from(DECLINES_ZH + DECLINES_EN), st.sampled_from(["1", "1 20", "马上到", "omw"]))
def test_a_refusal_never_takes_an_alarm_on(refusal: str, taking: str) -> None:
    for text in (f"{refusal} {taking}", f"{taking}，{refusal}"):
        assert parse_reply(text, NAMES).meaning is not Meaning.TAKES


@given(st.sampled_from(UNCLEAR_EN + UNCLEAR_ZH))
def test_a_question_mark_never_takes_an_alarm_on(text: str) -> None:
    assert parse_reply(f"{text}?", NAMES).meaning is not Meaning.TAKES
