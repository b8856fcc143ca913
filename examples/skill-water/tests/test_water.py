"""The skill water in conversations: `~counted` is any wording of the reply `counted`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anban_water
import pytest
import yaml
from anban_water.skill import skill

from anban_testing import Conversation

Talk = Callable[..., Conversation]
SHANGHAI = {"latitude": 31.23, "longitude": 121.47}
SERVICE = "https://api.open-meteo.com/v1/forecast"


def weather(celsius: float) -> dict[str, object]:
    """What the service answers."""
    return {SERVICE: {"daily": {"time": ["2026-11-23"], "temperature_2m_max": [celsius]}}}


@pytest.mark.parametrize(
    ("lang", "drunk", "asks"),
    [
        ("en", "i drank a glass of water", "how much more should i drink today"),
        ("zh", "我喝了一杯水", "我还要喝几杯水"),
    ],
)
def test_it_counts_up_to_what_is_set(conversation: Talk, lang: str, drunk: str, asks: str) -> None:
    talk = conversation(skill, lang=lang, skill_settings={"glasses": 2})
    talk.plays(f"""
        elder: {drunk}
        anban: ~counted
        elder: {asks}
        anban: ~left
        elder: {drunk}
        anban: ~enough
        elder: {asks}
        anban: ~enough
        after 1 days
        elder: {asks}
        anban: ~left
    """)


def test_the_glass_with_a_medicine_is_counted_too(conversation: Talk) -> None:
    talk = conversation(skill, lang="en")
    talk.says("i took my pills with a glass of water [medication_taken]")
    assert talk.stored("drunk") == {"day": "2026-11-23", "count": 1}


@pytest.mark.parametrize(
    ("lang", "begins", "when", "yes"),
    [
        ("en", "i forget to drink all day long", "every day at ten", "yes [general_affirm]"),
        ("zh", "我老是忘了喝水", "每天上午十点", "对 [general_affirm]"),
    ],
)
def test_it_plans_and_reminds(
    conversation: Talk, lang: str, begins: str, when: str, yes: str
) -> None:
    conversation(skill, lang=lang, now="2026-11-23 09:00").plays(f"""
        elder: {begins}
        anban: ~ask_when
        elder: {when}
        anban: ~ask_agreed
        elder: {yes}
        anban: ~planned
        at 10:00
        anban: …
    """)


def test_a_plan_is_corrected_and_left(conversation: Talk) -> None:
    conversation(skill, lang="en").plays("""
        elder: make me a drinking plan
        anban: ~ask_when
        elder: at ten
        anban: ~ask_agreed
        elder: no [general_deny]
        anban: ~not_planned
        after 2 hours
    """)


def test_the_weather_is_asked_for_with_consent_alone(conversation: Talk) -> None:
    talk = conversation(skill, lang="en", skill_settings=SHANGHAI, web=weather(33.4))
    talk.plays("""
        elder: will it get really hot today
        anban: ~ask_may
        elder: no [general_deny]
        anban: ~not_asked
    """)
    assert talk.web_asked == []
    talk.plays("""
        elder: will it get really hot today
        anban: ~ask_may
        elder: yes [general_affirm]
        anban: It gets up to thirty-three degrees … eight …
        elder: will it get really hot today
        anban: ~hot
    """)
    (asked,) = talk.web_asked
    assert "latitude=31.2&longitude=121.5" in asked, "a village is enough"
    talk.plays("""
        elder: stay off the internet
        anban: ~stays_home
        elder: will it get really hot today
        anban: ~ask_may
        elder: stop [general_stop]
        anban: ~not_asked
    """)
    assert len(talk.web_asked) == 1


def test_without_the_internet_it_says_what_holds_on_any_day(conversation: Talk) -> None:
    talk = conversation(skill, lang="zh", skill_settings=SHANGHAI, web=weather(24.0))
    talk.plays("""
        elder: 今天热不热
        anban: ~ask_may
        elder: 可以 [general_affirm]
        anban: ~mild
    """)
    talk.web.clear()
    talk.plays("""
        after 4 hours
        elder: 今天热不热
        anban: ~mild
        after 20 hours
        elder: 今天热不热
        anban: ~offline
    """)


def test_without_a_place_nobody_is_asked(conversation: Talk) -> None:
    talk = conversation(skill, lang="en")
    talk.plays("""
        elder: will it get really hot today
        anban: ~no_place
    """)
    assert talk.web_asked == []


def test_no_held_out_sentence_is_trained_on() -> None:
    """Each intent has some, in both languages; what was trained on would measure nothing."""
    for lang in ("zh", "en"):
        folder = Path(anban_water.__file__).parent / lang
        trained = yaml.safe_load((folder / "nlu.yml").read_text("utf-8"))["nlu"]
        held_out = yaml.safe_load((folder / "held_out.yml").read_text("utf-8"))
        assert held_out.keys() == {each["intent"] for each in trained}
        examples = "\n".join(each["examples"] for each in trained).split("\n")
        known = {line.removeprefix("- ") for line in examples}
        assert [s for some in held_out.values() for s in some if s in known] == []
