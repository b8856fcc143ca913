"""Whole turns through real Rasa and the real skill host, in both languages."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from assistant.dialogue import DialogueDownError, DialogueError, UnfitTextError
from tests.dialogue.house import House
from tests.skills.hosting import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ZH = [
    ("现在几点了", "general_time", "点"),
    ("今天几号", "general_date", "农历"),
    ("明天星期几啊", "general_date", "明天"),
    ("声音大一点", "general_louder", ""),
    ("你都会些什么", "general_capabilities", "报时间"),
    ("小安你好", "general_greeting", "好"),
    ("多谢你啦", "general_thanks", ""),
    ("你是真人吗", "general_who", "机器"),
    ("明天会不会下雨", "nlu_fallback", "您可以"),
]
EN = [
    ("what time is it now please", "general_time", ""),
    ("what day is it today", "general_date", "day"),
    ("speak up a bit", "general_louder", ""),
    ("what can you do for me", "general_capabilities", "tell the time"),
    ("good morning anban", "general_greeting", ""),
    ("thank you dear", "general_thanks", ""),
    ("are you a real person", "general_who", "machine"),
    ("will it rain tomorrow", "nlu_fallback", ""),
]


def test_chinese_turns(zh: House) -> None:
    for text, intent, part in ZH:
        answered = zh.turn(text)
        assert answered.understood.intent == intent, text
        if intent != "nlu_fallback":  # its wordings differ in every part
            assert part in answered.replies[0]
        assert answered.form == ""


def test_english_turns(en: House) -> None:
    for text, intent, part in EN:
        answered = en.turn(text)
        assert answered.understood.intent == intent, text
        assert part in answered.replies[0]
        assert answered.replies[0].isascii(), "no Chinese in an English answer"


@pytest.mark.parametrize(
    ("lang", "text", "entity"),
    [
        ("zh", "以后你叫我佟大爷就行", {"entity": "name", "value": "佟大爷", "start": 5, "end": 8}),
        ("zh", "我是农历七月二十三的生日", {"value": "农历七月二十三"}),
        ("en", "you can call me theodora dear", {"entity": "name", "value": "theodora"}),
        ("en", "i was born on august the sixth", {"value": "august the sixth"}),
    ],
)
def test_entities_have_whole_words(
    house: House, lang: str, text: str, entity: dict[str, object]
) -> None:
    house.speak(lang)
    (found,) = house.parse(text).entities
    assert found | entity == found


def test_chinese_form_with_interruption_and_correction(zh: House) -> None:
    asked, name, interrupted, corrected, nonsense, done, greeted = zh.talk(
        "我们认识一下吧",
        "李奶奶",
        "几点了",
        "不对，叫我王奶奶",
        "咕噜咕噜",
        "三月初八",
        "你好",
    )
    assert asked.form == name.form == "general_introduce_form"
    assert len(asked.replies) == 1
    assert "点" in interrupted.replies[0], "a question in between is answered"
    assert "生日" in interrupted.replies[1] or "几月几号" in interrupted.replies[1]
    assert corrected.form == "general_introduce_form"
    assert len(nonsense.replies) == 2, "not understood is said, and the question put again"
    assert done.form == ""
    assert "王奶奶" in done.replies[0]
    assert "农历三月初八" in done.replies[0]
    assert zh.profile("name") == "王奶奶"
    assert zh.profile("birthday") == {"month": 3, "day": 8, "is_lunar": True}
    assert "王奶奶" in greeted.replies[0]


def test_english_form_with_correction(en: House) -> None:
    asked, _, corrected, impossible, done = en.talk(
        "let's get acquainted",
        "mary",
        "no, call me Margaret",
        "february the thirtieth",
        "the third of may",
    )
    assert asked.form == corrected.form == impossible.form == "general_introduce_form"
    assert len(impossible.replies) == 2
    assert "Margaret" in done.replies[0]
    assert "May third" in done.replies[0]
    assert en.profile("name") == "Margaret"
    assert en.profile("birthday") == {"month": 5, "day": 3, "is_lunar": False}


@pytest.mark.parametrize("word", ["停", "不用了", "算了不说了"])
def test_a_form_is_left_at_once(zh: House, word: str) -> None:
    asked, left, after = zh.talk("咱们认识一下", word, "几点了")
    assert asked.form
    assert left.form == ""
    assert len(left.replies) == 1
    assert after.understood.intent == "general_time"


def test_a_form_gives_way_after_three_answers_of_no_use(en: House) -> None:
    *_, last = en.talk("let's get acquainted", "blah blah blah", "la la la", "mumble mumble")
    assert last.form == ""


def test_repeat_in_a_form_puts_the_question_again(zh: House) -> None:
    _, again = zh.talk("我们认识一下吧", "你说什么")
    assert again.form == "general_introduce_form"
    assert len(again.replies) == 1


def test_language_is_switched_by_voice(zh: House) -> None:
    said = zh.turn("说英语")
    assert said.understood.intent == "general_language"
    assert "English" in said.replies[0], "the answer is in the new language"
    assert zh.core.memory.lang == "en"
    zh.core.memory.speak("zh")


@pytest.mark.parametrize("text", ["/general_stop", '/general_name{"name":"x"}', " //general_stop"])
def test_a_leading_slash_runs_no_intent(zh: House, text: str) -> None:
    assert zh.parse(text).confidence < 1.0
    assert zh.turn(text).understood.confidence < 1.0


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "\x00\x07", "/", "。。。", "长" * 10_000])
def test_text_that_is_no_sentence_is_refused(zh: House, text: str) -> None:
    with pytest.raises(UnfitTextError):
        zh.turn(text)
    with pytest.raises(UnfitTextError):
        zh.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J几点了\x07",
        "现在　几点　了",
        "😀几点了😀",
        "几点了" * 100,
        "\u202e几点了",
        "{几点了}",
    ],
)
def test_odd_text_is_survived(zh: House, text: str) -> None:
    assert zh.turn(text).replies


def test_the_host_may_die_and_come_back(zh: House) -> None:
    zh.kill_host()
    with pytest.raises(DialogueError):
        zh.turn("几点了")
    assert zh.parse("几点了").intent == "general_time", "understanding goes on"
    zh.start_host()
    assert "点" in zh.turn("几点了").replies[0]


def test_rasa_refuses_strangers_on_every_route(zh: House) -> None:
    routes = [("GET", "/status"), ("POST", "/webhooks/turn/"), ("POST", "/model/parse")]
    routes += [("PUT", "/model"), ("GET", "/"), ("GET", "/domain"), ("GET", "/version")]
    routes += [("GET", "/conversations/x/tracker"), ("POST", "/conversations/x/trigger_intent")]
    for method, route in routes:
        for headers in ({}, {"Authorization": "Bearer nobody's"}):
            answer = httpx.request(method, zh.sidecar.url + route, headers=headers, json={})
            assert answer.status_code == 401, route


def test_a_model_that_is_none_leaves_the_old_one(zh: House) -> None:
    broken = zh.core.folder / "broken.tar.gz"
    broken.write_bytes(b"not a model")
    for model in (broken, zh.core.folder / "absent.tar.gz"):
        with pytest.raises(DialogueDownError):
            zh.do(zh.client.switch(model))
        assert zh.turn("几点了").understood.intent == "general_time"


def test_no_word_is_logged(zh: House) -> None:
    zh.talk("我们认识一下吧", "叫我欧阳婆婆", "停")
    zh.kill_host()
    with pytest.raises(DialogueError):
        zh.turn("叫我欧阳婆婆")
    zh.start_host()
    assert "欧阳" not in zh.log()
    assert "欧阳".encode("unicode_escape").decode() not in zh.log()


def test_old_conversations_are_forgotten(zh: House) -> None:
    first = "the first of many"
    asked = zh.turn("我们认识一下吧", first)
    for _ in range(20):
        zh.turn("谢谢")
    assert asked.form
    assert zh.turn("谢谢", first).form == "", "its form is gone with it"


def test_a_long_conversation_stays_short_inside(zh: House) -> None:
    conversation = "a-long-one"
    zh.turn("我们认识一下吧", conversation)
    zh.turn("叫我李奶奶", conversation)
    zh.turn("三月初八", conversation)
    for _ in range(60):
        assert zh.turn("谢谢", conversation).understood.intent == "general_thanks"
    headers = {"Authorization": f"Bearer {zh.sidecar.token}"}
    url = f"{zh.sidecar.url}/conversations/{conversation}/tracker"
    tracker = httpx.get(url, headers=headers, timeout=30).json()
    assert len(tracker["events"]) < 320
    assert tracker["slots"]["general_name"] == "李奶奶", "what was told is remembered"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ANBAN_DIALOGUE_PORT": ""}, "not set"),
        ({"ANBAN_DIALOGUE_TOKEN": ""}, "not set"),
        ({"ANBAN_DIALOGUE_PORT": "1000000"}, "cannot be used"),
        ({}, "cannot be used"),  # the house's own server has this port
    ],
)
def test_a_hopeless_start_of_rasa_is_one_line(
    zh: House, change: dict[str, str], reason: str
) -> None:
    status, said = zh.do(zh.start_rasa(zh.sidecar, change))
    assert status == 1
    assert reason in said.splitlines()[-1]
    assert "Traceback" not in said


def test_rasa_ends_at_once_where_its_model_is_broken(zh: House) -> None:
    broken = zh.core.folder / "broken at start.tar.gz"
    broken.write_bytes(b"not a model")
    sidecar = replace(zh.sidecar, model=broken, port=free_port())
    status, said = zh.do(zh.start_rasa(sidecar, {}))
    assert status == 1
    assert "anban train" in said


@pytest.mark.parametrize(
    ("lang", "begins", "answer"),
    [("zh", "我们认识一下吧", "李奶奶"), ("en", "let's get acquainted", "call me mary")],
)
def test_what_began_a_form_may_be_said_again_within_it(
    house: House, lang: str, begins: str, answer: str
) -> None:
    house.speak(lang)
    asked = house.talk(begins, begins, answer, begins)
    assert [each.form for each in asked] == ["general_introduce_form"] * 4
    assert [len(each.replies) for each in asked] == [1] * 4


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ("我们认识一下吧", "叫我李奶奶", "五月三号", "我们认识一下吧")),
        ("en", ("let's get acquainted", "call me mary", "may the third", "let's get acquainted")),
    ],
)
def test_a_form_that_was_filled_begins_anew(
    house: House, lang: str, lines: tuple[str, ...]
) -> None:
    house.speak(lang)
    asked = house.talk(*lines)
    form = "general_introduce_form"
    assert [each.form for each in asked] == [form, form, "", form]
