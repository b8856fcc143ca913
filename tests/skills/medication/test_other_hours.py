"""Two things with an hour each, and hours that are the thing's own: none of them is one reminder.

It is six in the morning of Monday, 2026-11-23.
"""

from __future__ import annotations

import pytest

from tests.skills.medication.talk import Talk
from tests.skills.medication.test_kinds import brief, hold

CONVERSATIONS: list[tuple[str, str, list[str]]] = [
    ("en", "call anna at six feed the dog at seven", ["call anna @18:00", "feed the dog @07:00"]),
    (
        "en",
        "tomorrow at nine a m the butcher sunday at two p m the roast",
        ["butcher @09:00", "roast @14:00"],
    ),
    (
        "en",
        "every monday the bins at seven a m and every thursday the milk at eight a m",
        ["bins 07:00", "milk 08:00"],
    ),
    ("zh", "八点提醒我打电话九点喂狗", ["打电话 @08:00", "喂狗 @09:00"]),
    ("zh", "今天下午一点收快递明天下午一点寄快递", ["收快递 @13:00", "寄快递 @13:00"]),
    # The hour of what one is reminded of
    ("en", "remind me at nine about the meeting at ten", []),
    ("en", "remind me at eight to call anna at nine", []),
    ("en", "tomorrow at three remind me that the bus goes at four", []),
    ("zh", "九点提醒我十点开会", []),
    ("zh", "八点提醒我告诉安娜九点吃饭", []),
    ("zh", "八点浇花九点", []),
    # One thing at two hours
    ("en", "water the plants at eight and at nine", ["water the plants 08:00,09:00"]),
    ("zh", "早上八点和晚上八点提醒我浇花", ["浇花 08:00,20:00"]),
]


@pytest.mark.parametrize(("lang", "said", "expected"), CONVERSATIONS)
async def test_each_hour_has_its_thing(
    zh: Talk, en: Talk, lang: str, said: str, expected: list[str]
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await hold(talk, (f"add: {said}", "yes", "yes"))
    assert [brief(each) for each in await talk.kept()] == expected
