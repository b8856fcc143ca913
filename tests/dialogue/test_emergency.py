"""The second net measured, and calls by voice through real Rasa and the real skill host."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from assistant.calls import Calls
from assistant.channels import Registry
from assistant.channels.registry import Equipment
from assistant.channels.sip import Phone, PhoneSettings, SipAccount
from assistant.conversation.implied_cry import HELP, OVERHEARD_CONFIDENCE, OVERHEARD_SURE
from assistant.home.questions import Rank
from assistant.people.contacts import People, new_contact
from assistant.safety import is_told_of, judge
from assistant.settings import LANGUAGES
from tests.dialogue.heldout import bare, held_out, trained
from tests.dialogue.house import House
from tests.homes import REPLIES

HEARD_AT_LEAST: Final = 0.9
OVERHEARD_AT_LEAST: Final = 0.8
SURE_AT_LEAST: Final = 0.55
ASKED_AT_MOST: Final = 0.02
"""Of ordinary sentences said to Anban: it asks, and nobody is called."""
OVERHEARD_AT_MOST: Final = 0.01
"""Of those merely heard in the room: it asks, and silence ends it."""
SURE_AT_MOST: Final = 1 / 500
"""Where silence calls the family."""
SAFETY: Final = Path(__file__).parents[1] / "safety"


def cries_of(lang: str) -> list[str]:
    return [text for _, text in held_out("emergency", lang)]


def no_cries_of(lang: str) -> list[str]:
    file = Path(__file__).with_name(f"emergency_{lang}.yml")
    table: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    return table["ordinary"]


def ordinary(lang: str) -> list[str]:
    return (SAFETY / f"ordinary_{lang}.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_held_out_is_trained_on(lang: str) -> None:
    known = trained(lang)
    assert len(known) > 3000
    assert len(cries_of(lang)) >= 100
    sentences = [*cries_of(lang), *no_cries_of(lang)]
    assert [text for text in sentences if bare(text) in known] == []


def is_understood_as_cry(house: House, text: str, confidence: float) -> bool:
    """As the core takes it: `SecondNet.takes`."""
    understood = house.parse(text)
    is_cry = understood.intent == HELP and not is_told_of(text)
    return is_cry and understood.confidence >= confidence


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_nets_together_hear_cries_in_other_words(house: House, lang: str) -> None:
    house.speak(lang)
    cries = cries_of(lang)
    first = [text for text in cries if judge(text, is_final=True).cry is not None]
    rest = [text for text in cries if text not in first]
    said = [text for text in rest if is_understood_as_cry(house, text, 0.0)]
    overheard = [text for text in said if is_understood_as_cry(house, text, OVERHEARD_CONFIDENCE)]
    sure = [text for text in overheard if is_understood_as_cry(house, text, OVERHEARD_SURE)]
    missed = [text for text in rest if text not in said]
    heard, counts = len(first), (len(said), len(overheard), len(sure))
    print(f"{lang}: of {len(cries)}, {heard} by the lists; {counts} more by the dialogue", missed)
    assert heard + len(said) >= HEARD_AT_LEAST * len(cries), missed
    assert heard + len(overheard) >= OVERHEARD_AT_LEAST * len(cries)
    assert heard + len(sure) >= SURE_AT_LEAST * len(cries)


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_ordinary_sentences_are_seldom_asked_about(house: House) -> None:
    found: dict[float, list[str]] = {0.0: [], OVERHEARD_CONFIDENCE: [], OVERHEARD_SURE: []}
    count = 0
    for lang in LANGUAGES:
        house.speak(lang)
        known = trained(lang)
        count += len(ordinary(lang))
        for text in ordinary(lang):
            if bare(text) in known:
                continue
            for confidence, texts in found.items():
                if is_understood_as_cry(house, text, confidence):
                    texts.append(text)
    print(f"asked about, of {count} ordinary sentences", found)
    assert count >= 500
    assert len(found[0.0]) <= ASKED_AT_MOST * count, found
    assert len(found[OVERHEARD_CONFIDENCE]) <= OVERHEARD_AT_MOST * count, found
    assert len(found[OVERHEARD_SURE]) <= SURE_AT_MOST * count, found


# ------------------------------------------------------------------------- calls by voice


@pytest.fixture
def family(house: House, tmp_path: Path) -> Calls:
    """The core's calls over the house's bus, with a telephone that nothing runs."""
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), control_port=1)
    registry = Registry(Equipment(phone=Phone(settings, tmp_path)))
    people = People(tmp_path)
    people.add(new_contact("王小芳", ["大女儿", "my eldest daughter"], ["sip:fang@127.0.0.1"]))
    people.add(new_contact("王小丽", ["二女儿", "my younger daughter"], ["sip:li@127.0.0.1"]))
    people.add(new_contact("张伟", ["儿子", "my son"], ["sip:wei@127.0.0.1"]))

    async def build() -> Calls:
        return Calls(
            house.core.bus,
            people,
            registry,
            house.core.speech,
            REPLIES,
            house.core.memory,
            lambda: False,
        )

    return house.do(build())


def offered(house: House) -> bool:
    return Rank.CALL in house.core.speech.questions.ranks


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("lang", "said", "name"),
    [
        ("zh", "给我大闺女打个电话", "大女儿"),
        ("zh", "打给张为", "张伟"),
        ("zh", "我想跟我儿子说说话给他打个电话", "儿子"),
        ("zh", "联系一下我二姑娘", "二女儿"),
        ("en", "ring my son", "your son"),
        ("en", "could you give my boy a ring please", "your son"),
        ("en", "call my younger daughter", "your younger daughter"),
    ],
)
def test_the_person_is_found_and_asked_back(house: House, lang: str, said: str, name: str) -> None:
    house.speak(lang)
    house.core.events.clear()
    (turn,) = house.talk(said)
    assert turn.understood.intent == "emergency_contact"
    assert name in turn.replies[0], turn.replies
    assert turn.form == ""
    assert offered(house)


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("family")
def test_whom_is_asked_where_it_is_not_clear(zh: House) -> None:
    whom, left = zh.talk("打个电话", "算了")
    assert "儿子" in whom.replies[0]
    assert left.form == ""
    zh.core.events.clear()
    which, chosen = zh.talk("给我女儿打电话", "二女儿")
    assert "大女儿" in which.replies[0]
    assert "二女儿" in which.replies[0]
    assert "二女儿" in chosen.replies[0]
    assert offered(zh)
    unknown, found = zh.talk("给老赵打电话", "那打给儿子吧")
    assert "老赵" in unknown.replies[0]
    assert "儿子" in found.replies[0]
    *_, agreed = zh.talk("给二女儿打电话", "给她打吧")
    assert "要" not in agreed.replies[0], "that was the yes"


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_nobody_to_ring_is_said_plainly(house: House, tmp_path: Path) -> None:
    async def build() -> Calls:
        registry = Registry(Equipment())
        return Calls(
            house.core.bus,
            People(tmp_path),
            registry,
            house.core.speech,
            REPLIES,
            house.core.memory,
            lambda: False,
        )

    house.do(build())
    house.speak("zh")
    (turn,) = house.talk("给我女儿打个电话")
    assert "还没有能打的电话" in turn.replies[0]
    assert turn.form == ""
    (hung_up,) = house.talk("把电话挂了")
    assert "没有在打电话" in hung_up.replies[0]
