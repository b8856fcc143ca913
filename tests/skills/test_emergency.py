"""Whom to ring: the skill in a real host, over the core's own calls; tests play Rasa."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.calls import Calls
from assistant.channels import Equipment, Registry
from assistant.channels.sip import Phone, PhoneSettings, SipAccount
from assistant.home.questions import Rank
from assistant.people.contacts import People, new_contact
from assistant.runtime.bus import Refused
from tests.conversation.test_turns import REPLIES
from tests.skills.hosting import Core, Host

FORM = "emergency_call_form"


@dataclass
class Talk:
    """One conversation as Rasa would lead it."""

    core: Core
    host: Host
    people: People
    lang: str = "zh"
    slots: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False
    """Whether the form waits."""
    calls_out: bool = False
    """Whether an alarm is being called out."""

    async def say(self, text: str, intent: str = "emergency_contact") -> str:
        """The form's answer to a sentence."""
        asked = {"requested_slot": "emergency_person"} if self.is_open else {}
        answer = await self.host.act(
            f"validate_{FORM}",
            text,
            lang=self.lang,
            intent=intent,
            slots={**self.slots, **asked},
            form=FORM if self.is_open else "",
        )
        left = any(event.get("event") == "active_loop" for event in answer["events"])
        self._keep(answer)
        self.is_open = not left and not self.slots.get("emergency_person")
        action = (
            f"action_ask_{'emergency_person'}" if self.is_open else "action_emergency_call_done"
        )
        told = await self.host.act(action, text, lang=self.lang, slots=self.slots)
        self._keep(told)
        return f"{answer['text']} {told['text']}".strip()

    def _keep(self, answer: dict[str, Any]) -> None:
        self.slots |= {e["name"]: e["value"] for e in answer["events"] if e["event"] == "slot"}

    @property
    def is_offered(self) -> bool:
        """Whether "shall I ring …?" waits for its answer."""
        return Rank.CALL in self.core.speech.questions.ranks


@pytest.fixture
async def talk(core: Core, host: Host, tmp_path: Path) -> AsyncIterator[Talk]:
    settings = PhoneSettings(SipAccount("sip:anban@127.0.0.1"), control_port=1)
    registry = Registry(Equipment(phone=Phone(settings, tmp_path)))
    people = People(tmp_path)
    conversation = Talk(core, host, people)
    calls = Calls(
        core.bus,
        people,
        registry,
        core.speech,
        REPLIES,
        core.memory,
        lambda: conversation.calls_out,
    )
    yield conversation
    await calls.stop()


@pytest.fixture
def family(talk: Talk) -> None:
    for name, called in (
        ("王小芳", ["大女儿", "my eldest daughter"]),
        ("王小丽", ["二女儿", "my younger daughter"]),
        ("张伟", ["儿子", "my son"]),
    ):
        talk.people.add(new_contact(name, called, ["sip:a@127.0.0.1"]))
    talk.people.add(new_contact("社区", ["居委会"], ["https://example.org/hook"]))


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("zh", "给我大闺女打个电话", "大女儿"),
        ("zh", "给我儿子打电话", "儿子"),
        ("en", "ring my son", "your son"),
        ("en", "give my younger girl a ring", "your younger daughter"),
    ],
)
async def test_one_who_is_known_is_asked_back(talk: Talk, lang: str, text: str, name: str) -> None:
    talk.lang = lang
    assert name in await talk.say(text)
    assert talk.is_offered
    assert talk.slots["emergency_person"] is None, "the next call begins anew"


@pytest.mark.usefixtures("family")
async def test_of_two_daughters_it_is_asked_which(talk: Talk) -> None:
    which = await talk.say("给我女儿打电话")
    assert "大女儿" in which
    assert "二女儿" in which
    assert not talk.is_offered
    assert "二女儿" in await talk.say("二姑娘", "nlu_fallback")
    assert talk.is_offered


@pytest.mark.usefixtures("family")
async def test_nobody_named_and_somebody_unknown_are_asked_for(talk: Talk) -> None:
    assert "大女儿、二女儿和儿子" in await talk.say("打个电话"), "only who can be rung"
    unknown = await talk.say("老赵", "nlu_fallback")
    assert "老赵" in unknown
    assert "儿子" in unknown
    assert "儿子" in await talk.say("那打给儿子吧")
    assert talk.is_offered


@pytest.mark.usefixtures("family")
async def test_it_is_left_at_a_word(talk: Talk) -> None:
    await talk.say("打个电话")
    await talk.say("算了", "general_deny")
    assert not talk.is_offered
    assert not talk.is_open


async def test_without_anybody_to_ring_it_says_so_at_once(talk: Talk) -> None:
    assert "还没有能打的电话" in await talk.say("给我女儿打电话")
    assert not talk.is_open


@pytest.mark.usefixtures("family")
async def test_an_alarm_and_a_contact_without_telephone_are_told(talk: Talk) -> None:
    assert "没有存我能打的电话" in await talk.say("给居委会打个电话")
    talk.calls_out = True
    assert "求助电话" in await talk.say("给我儿子打电话")
    assert not talk.is_offered


@pytest.mark.usefixtures("family")
async def test_call_her_is_the_yes_to_what_was_asked(talk: Talk) -> None:
    await talk.say("给二女儿打电话")
    said = await talk.say("给她打吧")
    assert "吗" not in said
    assert not talk.is_offered
    cancelled = await talk.host.act("action_emergency_cancel", "挂了吧", slots={})
    assert cancelled["text"]


async def test_details_are_told_in_an_alarm_only(talk: Talk) -> None:
    async def refuse(lang: str) -> str:
        raise Refused("no alarm is open")

    async def tell(lang: str) -> str:
        return f"[{lang}] 青霉素过敏"

    talk.core.bus.serve("alarms.details", refuse)
    told = await talk.host.act("action_emergency_info", "她有什么病", slots={})
    assert "只有在求助的时候" in told["text"]
    talk.core.bus.serve("alarms.details", tell)
    told = await talk.host.act("action_emergency_info", "她有什么病", slots={})
    assert told["text"] == "[zh] 青霉素过敏"
