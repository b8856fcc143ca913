"""A television and visitors talk for a quarter of an hour: whatever they say, the alarm goes on."""

from __future__ import annotations

import asyncio
import random
from itertools import cycle
from pathlib import Path

import pytest

from assistant.alarm.pending_question import Asked
from assistant.events import ElderCallChanged, MoveRobot, StopSpeaking
from assistant.safety import judge
from tests.faults.parts import Home, a_home
from tests.hostile.parts import BEGINNINGS, DAUGHTER, ended, hear, until_open

ORDINARY = Path(__file__).parents[2] / "safety"
FINE = {
    "zh": ("没事", "没关系", "我没事", "不用了", "没事了", "我挺好的", "我好好的", "不需要"),
    "en": ("I'm fine", "no need", "I'm all right", "no thanks", "false alarm", "I'm okay"),
}
"""Two of them within one question end what is only asked about, whoever says them."""
DRAMA = {
    "zh": [
        *(
            "好啊",
            "好的",
            "是的",
            "对",
            "嗯",
            "行",
            "可以",
            "不",
            "不是",
            "没有",
            "算了",
            "别",
            "不要",
        ),
        *(
            "我到了",
            "医生到了",
            "救护车到了",
            "我们来了",
            "我来了妈",
            "我回来了",
            "到家了",
            "警察来了",
        ),
        *("别打了", "不要打电话", "取消", "取消吧", "停", "停下", "闭嘴", "安静", "再见", "拜拜"),
        *("挂了吧", "挂断", "关掉", "关机", "结束了", "搞定了", "解决了", "都过去了", "人没事就好"),
        *("他没事了", "孩子没事", "医生说没事", "没事的放心吧", "没事没事坐坐坐", "你没事吧"),
        *("误会一场", "虚惊一场", "逗你玩的", "开个玩笑", "演习结束", "警报解除", "报警解除"),
        *("我在这儿呢", "妈妈我在", "女儿来了", "她到了", "你到了吗", "他们到哪儿了", "快到了"),
        *("按一", "我按了一", "按九", "一", "九", "零", "知道了", "收到", "我马上过去", "交给我"),
        *("过来", "跟我来", "去厨房", "回去充电", "去门口", "慢一点", "大声点", "小声点"),
        *("给女儿打电话", "给王芳打个电话吧", "打电话给她", "接通了", "喂", "喂你好", "是我"),
        *("吃了", "已经吃过药了", "药吃完了", "明天再说", "下次吧", "等会儿", "我知道啦"),
    ],
    "en": [
        *("yes", "yeah", "sure", "ok", "okay then", "right", "no", "nope", "never mind", "not now"),
        *("I'm here", "help is here", "the doctor is here", "the ambulance is here", "we're here"),
        *(
            "don't call",
            "stop calling",
            "cancel",
            "cancel it",
            "stop",
            "shut up",
            "be quiet",
            "bye",
        ),
        *("hang up", "put the phone down", "switch it off", "it's over", "all done", "all clear"),
        *("he's fine", "she is fine now", "everybody is fine", "are you okay", "it was a joke"),
        *("just kidding", "it was a mistake", "wrong number", "end of the drill", "stand down"),
        *("I'm here mum", "mum I'm home", "is she there", "they're on their way", "nearly there"),
        *(
            "press one",
            "one",
            "nine",
            "zero",
            "got it",
            "I'll take it",
            "I'm on my way",
            "leave it",
        ),
        *("come here", "follow me", "go to the kitchen", "go back to your charger", "louder"),
        *("call my daughter", "ring Fang", "hello", "hello who is this", "it's me", "speaking"),
        *("I've taken it", "I took my pills", "tomorrow", "next time", "later", "yes I know"),
    ],
}


def talk(lang: str) -> list[str]:
    """Hundreds of sentences that are no cry and not like one, in one order for ever."""
    file = ORDINARY / f"ordinary_{lang}.txt"
    lines = [line for line in file.read_text("utf-8").splitlines() if line and line[0] != "#"]
    said = [*lines, *DRAMA[lang] * 2]
    random.Random(13).shuffle(said)
    judged = ((text, judge(text, is_final=True)) for text in said)
    # "I'm fine" is said beside these, once in a question.
    return [text for text, m in judged if m.cry is None and m.doubt is None and not m.fine]


QUESTIONS = ["none", "number", "arrival", "fine once"]
OPEN = [
    (begin, question)
    for begin in BEGINNINGS
    for question in QUESTIONS
    # What is only asked about ends by anybody's second "I'm fine" (`docs/emergency.md`).
    if question != "fine once" or begin not in {"sensed", "doubted"}
]


async def ask(home: Home, question: str) -> None:
    if question == "number":
        home.core.alarms.triggers.controller.question.put_number("120")
    elif question == "arrival":
        hear(home, "我到了")
        assert home.core.alarms.triggers.controller.question.asked is Asked.ARRIVAL
    elif question == "fine once":
        hear(home, "我没事", addressed=True)
    await asyncio.sleep(1)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("begin", "question"), OPEN)
async def test_it_must_not_end_take_on_ring_or_move(
    tmp_path: Path, begin: str, question: str, lang: str
) -> None:
    async with a_home(tmp_path, language=lang) as home:
        home.add(DAUGHTER, "tel:13800138000")
        BEGINNINGS[begin](home)
        await until_open(home)
        await ask(home, question)
        fine = cycle(FINE[lang])
        sentences = talk(lang)
        assert len(sentences) > 200
        for number, text in enumerate(sentences):
            if number % 60 == 30 and question != "fine once":
                hear(home, next(fine))  # once in a question: asked back, and answered by nobody
                await asyncio.sleep(3)
            hear(home, text)
            await asyncio.sleep(3)
        assert ended(home) == []
        assert home.state() in {"raised", "delivered"}
        assert not [event for event in home.told if isinstance(event, (MoveRobot, StopSpeaking))]
        assert not [event for event in home.told if isinstance(event, ElderCallChanged)]
        (alarm,) = home.core.alarms.store.open_alarms()
        assert home.core.alarms.triggers._number.contact(alarm.alarm_id) is None


@pytest.mark.parametrize("pause_seconds", [36, 50, 69])
@pytest.mark.parametrize("begin", ["sensed", "doubted"])
@pytest.mark.parametrize("addressed", [False])
async def test_two_words_of_two_questions_must_not_add_up(
    tmp_path: Path, begin: str, addressed: bool, pause_seconds: int
) -> None:
    """An "I'm fine" holds as long as the question that it was asked back with, and no longer."""
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, "tel:13800138000")
        BEGINNINGS[begin](home)
        await until_open(home)
        await asyncio.sleep(2)
        hear(home, "没关系", addressed=addressed)
        await asyncio.sleep(pause_seconds)
        hear(home, "没事", addressed=addressed)
        await asyncio.sleep(1)
        assert ended(home) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_it_must_not_end_what_somebody_took_on(tmp_path: Path, lang: str) -> None:
    async with a_home(tmp_path, language=lang) as home:
        home.add(DAUGHTER, "tel:13800138000")
        BEGINNINGS["cried"](home)
        await until_open(home)
        (alarm,), (contact,) = (
            home.core.alarms.store.open_alarms(),
            home.core.ways.people.all,
        )
        await home.core.alarms.triggers.controller.acknowledge(alarm.alarm_id, contact.contact_id)
        home.told.clear()
        for text in talk(lang):
            hear(home, text)
            await asyncio.sleep(2)
        assert ended(home) == []
        assert home.state() == "acknowledged"
        await asyncio.sleep(1_200)
        assert home.state() == "raised", "nobody came: it goes out again"


NAMING = {
    "女儿": ["我女儿今年三十了", "女儿啊你听妈说", "你女儿真漂亮", "女儿红是绍兴的酒"],
    "小芳": ["村里有个姑娘叫小芳", "小芳说她明天结婚", "消防演习开始了"],
    "son": ["my son is a lawyer", "the son of the king", "what a lovely person", "season two"],
    "Ann": ["I cannot do that", "planning is everything", "Ann said she would marry him"],
    "Ed": ["it was red", "Ed you are fired", "he wanted to be loved"],
}
"""Names of contacts, and what a television says in which they are."""


@pytest.mark.parametrize("addressed", [False, True], ids=["room", "window"])
@pytest.mark.parametrize("name", NAMING)
async def test_a_name_that_it_says_must_not_be_somebody_who_came(
    tmp_path: Path, name: str, addressed: bool
) -> None:
    async with a_home(tmp_path) as home:
        home.add(name, "tel:13800138000")
        BEGINNINGS["cried"](home)
        await until_open(home)
        for text in NAMING[name]:
            hear(home, "我到了" if name > "z" else "help is here")
            await asyncio.sleep(2)
            hear(home, text, addressed=addressed)
            await asyncio.sleep(2)
        assert ended(home) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("小芳", text) for text in ("我是小芳", "小芳到了", "是的，我是小芳", "小方来了")],
        *[("Ann", text) for text in ("it's Ann", "Ann is here", "yes I'm Ann", "this is Ann")],
    ],
)
async def test_whoever_came_must_still_be_understood(tmp_path: Path, name: str, text: str) -> None:
    async with a_home(tmp_path) as home:
        home.add(name, "tel:13800138000")
        BEGINNINGS["cried"](home)
        await until_open(home)
        hear(home, "我到了")
        await asyncio.sleep(2)
        hear(home, text)
        await asyncio.sleep(2)
        assert home.state() == "acknowledged"


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_without_an_alarm_it_must_not_begin_one(tmp_path: Path, lang: str) -> None:
    async with a_home(tmp_path, language=lang) as home:
        for text in talk(lang):
            hear(home, text)
            await asyncio.sleep(1)
        assert home.state() == "none"
        assert home.said() == []
