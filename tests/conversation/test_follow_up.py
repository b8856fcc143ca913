"""When no wake phrase is needed: what opens the window, what leaves it shut, what closes it."""

from __future__ import annotations

import pytest

from assistant.conversation.understanding import Interpretation
from assistant.events import Listen, Said, Say, TurnTaken, Urgency
from assistant.home.spoken import Address
from tests.conversation.test_turns import Home, home, kinds, said  # noqa: F401  (home is a fixture)

OPENS, CLOSES = Listen(10.0), Listen(0.0)


async def hear(home: Home, intent: str) -> list[object]:  # noqa: F811
    """A sentence of this intent in the window, its answer to its end; what the ear was asked."""

    async def think(
        text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> Interpretation:
        return Interpretation(text, intent, 0.9, ())

    home.understanding.think = think  # type: ignore[method-assign]
    home.hear("随便什么话")
    events = await home.settle()
    said(home, events)
    return [event for event in events + await home.settle() if isinstance(event, Listen)]


@pytest.mark.parametrize(
    ("intents", "asked"),
    [
        (["general_time"], [OPENS]),
        (["medication_due"], [OPENS]),
        # What asks for nothing opens nothing.
        (["nlu_fallback"], []),
        (["general_greeting"], []),
        (["general_thanks"], []),
        (["general_affirm"], []),
        (["general_deny"], []),
        # Twice in a row, and nobody is speaking to Anban.
        (["nlu_fallback", "nlu_fallback"], [CLOSES]),
        (["nlu_fallback", "general_thanks"], [CLOSES]),
        (["general_greeting", "nlu_fallback", "nlu_fallback"], [CLOSES, CLOSES]),
        (["nlu_fallback", "general_time", "nlu_fallback"], [OPENS]),
        (["general_time", "nlu_fallback", "nlu_fallback"], [OPENS, CLOSES]),
        # A goodbye is one.
        (["general_goodbye"], [CLOSES]),
        (["general_time", "general_goodbye"], [OPENS, CLOSES]),
    ],
)
async def test_what_an_answer_does_to_the_window(
    home: Home,  # noqa: F811
    intents: list[str],
    asked: list[object],
) -> None:
    assert [event for intent in intents for event in await hear(home, intent)] == asked


@pytest.mark.parametrize("intent", ["nlu_fallback", "general_affirm", "general_deny"])
async def test_a_form_asks_so_it_listens(home: Home, intent: str) -> None:  # noqa: F811
    home.understanding.form = "medication_add_form"
    for _ in range(3):
        assert await hear(home, intent) == [OPENS]


async def test_the_televisions_goodbye_leaves_no_form(home: Home) -> None:  # noqa: F811
    home.understanding.form = "medication_add_form"
    assert await hear(home, "general_goodbye") == []
    assert home.understanding.asked == [], "the form did not hear of it"
    turn = await home.turns.take("再见", address=Address.NAMED)
    assert turn.intent == "general_goodbye"
    assert home.understanding.asked == ["再见"], "said to Anban, it does"


@pytest.mark.parametrize(
    ("text", "urgency", "opens"),
    [
        ("该吃降压药了", Urgency.REMINDER, True),
        ("吃过药了吗？", Urgency.REMINDER, True),
        ("在家。", Urgency.ANSWER, True),
        # What tells only what is being done invites no television to end it.
        ("我正在给女儿打电话。", Urgency.ALARM, False),
        ("I am calling your daughter.", Urgency.ALARM, False),
        ("您需要帮助吗？", Urgency.ALARM, True),
        ("Do you need help?", Urgency.ALARM, True),
        ("扫完地了。", Urgency.CHAT, False),
        ("要不要我去充电？", Urgency.CHAT, True),
    ],
)
async def test_what_is_said_unasked(
    home: Home,  # noqa: F811
    text: str,
    urgency: Urgency,
    *,
    opens: bool,
) -> None:
    home.bus.publish(Say(text, "zh", urgency, say_id="s"))
    home.bus.publish(Said("s", completed=True, spoken_text=text))
    assert (OPENS in await home.settle()) is opens


async def test_one_that_invites_is_enough(home: Home) -> None:  # noqa: F811
    for say_id, urgency in (("1", Urgency.REMINDER), ("2", Urgency.CHAT)):
        home.bus.publish(Say("好", "zh", urgency, say_id=say_id))
    for say_id in ("1", "2"):
        home.bus.publish(Said(say_id, completed=True, spoken_text="好"))
    assert OPENS in await home.settle()
    home.bus.publish(Say("好", "zh", Urgency.CHAT, say_id="3"))
    home.bus.publish(Said("3", completed=True, spoken_text="好"))
    assert kinds(await home.settle()) == ["Say", "Said"], "the silence before was another time"


async def test_a_turn_tells_whether_it_asked_for_nothing(home: Home) -> None:  # noqa: F811
    assert (await home.turns.take("嘟嘟囔囔")).is_idle
    assert not (await home.turns.take("几点了")).is_idle
    turns: list[TurnTaken] = []
    home.bus.subscribe(TurnTaken, turns.append)
    home.understanding.down = "dialogue_down"
    await home.turns.take("几点了")
    assert turns[0].is_idle
