"""The skill host as a process: what it answers, and what it survives."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.events import AskElder, ElderAnswered, ProfileChanged, Ready, Say, Shutdown
from assistant.language import Replies
from assistant.store import KeyedValues
from skills.standing import Standings, Why
from tests.skills.hosting import TOKEN, Core, Host, free_port, payload

OWN = Replies.load(Path(__file__).parents[2] / "skills" / "replies")


def test_every_language_says_all_the_host_must_say() -> None:
    for key in ("not_understood", "unclear", "failed", "slow", "switched_off"):
        for lang in ("zh", "en"):
            assert len(OWN.wordings(key, lang)) >= 2


async def test_answers_actions_questions_and_refuses_the_rest(core: Core, host: Host) -> None:
    # One host for many looks: starting one takes a second.
    ready = await core.until(Ready, name="skills")
    assert "general" in ready.detail
    assert "faulty" in ready.detail
    assert "without broken" in ready.detail, "the broken skill is reported, the others live"

    assert (await host.act("action_faulty_fine"))["text"] == "好着呢"
    assert (await host.act("action_faulty_fine", lang="en"))["text"] == "all is well"

    said_at = datetime(2026, 3, 1, 8, 10).astimezone()
    assert "八点十分" in (await host.act("action_general_time", at=said_at))["text"]

    remembered = await host.act("action_faulty_remember", slots={"faulty_count": 2})
    assert remembered["text"] == "第3次"
    assert [(e["name"], e["value"]) for e in remembered["events"]] == [("faulty_count", 3)]

    question = payload("", "…", lang="en", slots={"faulty_count": 1})
    question |= {"response": "utter_ask_faulty_kind", "channel": {"name": "turn"}}
    assert (await host.post("/nlg", json=question)).json() == {"text": "which kind?"}

    for response in ("utter_ask_faulty_nothing", "utter_ask_nobody_kind", "nonsense", ""):
        refused = await host.post("/nlg", json={**question, "response": response})
        assert refused.status_code == 422
    no_action = await host.post("/webhook", json=payload("action_faulty_nothing", "…"))
    assert no_action.status_code == 404
    malformed: list[Any] = [b"", b"nonsense", b"[]", b"{}", b'{"next_action": 5}', b"\xff\xfe"]
    malformed.append(json.dumps({"next_action": "action_faulty_fine", "tracker": 7}).encode())
    for body in malformed:
        refused = await host.post("/webhook", content=body)
        assert refused.status_code in {404, 422}, body
    large = await host.post("/webhook", content=b" " * 9_000_000)
    assert large.status_code == 413
    for token in ("", "Bearer", "Bearer wrong", TOKEN):
        refused = await host.post(
            "/webhook",
            json=payload("action_faulty_fine", "…"),
            headers={"Authorization": token},
        )
        assert refused.status_code == 401
    assert (await host.post("/nlg", headers={"Authorization": "x"})).status_code == 401
    assert (await host.post("/elsewhere")).status_code == 404

    assert (await host.act("action_faulty_fine"))["text"] == "好着呢"
    core.bus.publish(Shutdown())
    assert await host.process.wait() == 0


FAILURES = [
    ("raises", "failed"),
    ("exits", "failed"),
    ("returns_a_number", "failed"),
    ("asks_for_nothing_there", "failed"),
    ("overruns", "slow"),
    ("spins", "slow"),
    ("blocks", "slow"),
]


async def test_skills_that_fail_are_answered_for_and_hurt_nobody(core: Core, host: Host) -> None:
    for act, key in FAILURES:
        # Where a skill computes or sleeps, the text says for how many seconds.
        text = "2.5" if act in {"spins", "blocks"} else "words that nobody may read"
        fails = asyncio.ensure_future(host.act(f"action_faulty_{act}", text, lang="en"))
        others = await asyncio.gather(*(host.act("action_general_thanks") for _ in range(3)))
        failed = await fails
        assert failed["text"] in OWN.wordings(key, "en"), act
        assert failed["events"] == []
        assert all(other["text"] for other in others)
    host.process.terminate()
    log = await host.said()
    for act, _ in FAILURES:
        assert f"action_faulty_{act}" in log, "which action failed is logged"
    assert "nobody may read" not in log, "what was said is not"


async def test_a_skill_that_hangs_for_good_is_ended_with_the_process(
    core: Core, host: Host
) -> None:
    for at in (1, 2):  # twice already today
        Standings(core.folder).note("faulty", Why.CRASHES, time.time() - at)
    answers = [await host.act("action_faulty_blocks", "3600") for _ in range(2)]
    assert all(answer["text"] in OWN.wordings("slow", "zh") for answer in answers)
    assert (await host.act("action_general_thanks"))["text"], "the other skills go on meanwhile"
    assert await host.process.wait() == 1
    assert "the skill faulty blocks" in await host.said()
    assert Standings(core.folder).off() == {"faulty": Why.BLOCKS}


async def test_reactions_ask_and_store_over_the_socket(core: Core, host: Host) -> None:
    core.bus.publish(ProfileChanged("mood"))
    asked = await core.until(AskElder)
    assert asked.text == "all right?"
    core.bus.publish(ElderAnswered(asked.question_id, "no", "not at all"))

    values = KeyedValues.of_skill(core.database, "faulty")
    async with asyncio.timeout(60):
        while (answer := await values.get("answer")) is None:  # noqa: ASYNC110  (gives no event)
            await asyncio.sleep(0.02)
    assert answer == ["no", "not at all"]
    assert (await host.act("action_faulty_fine"))["text"], "the reaction that failed did no harm"


async def test_general_over_the_socket(core: Core, host: Host) -> None:
    volume = core.memory.volume
    await host.act("action_general_louder")
    assert core.memory.volume > volume
    for _ in range(10):
        said = await host.act("action_general_louder", lang="en")
    assert said["text"] in {
        "I am already as loud as I can be.",
        "This is the loudest I can speak.",
    }

    core.bus.publish(Say("你好呀", "zh"))
    assert (await host.act("action_general_repeat"))["text"] == "你好呀"

    switched = await host.act("action_general_language", "speak english")
    assert core.memory.lang == "en"
    assert "English" in switched["text"]

    await host.act("action_general_name", "不对，叫我李奶奶", intent="general_name")
    assert await KeyedValues.profile(core.database).get("name") == "李奶奶"
    assert "李奶奶" in (await host.act("action_general_greeting"))["text"]

    capabilities = await host.act("action_general_capabilities")
    assert "报时间" in capabilities["text"]
    assert "出毛病" in capabilities["text"], "made from the skills that are loaded"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ANBAN_SKILLS_PORT": ""}, "ANBAN_SKILLS_PORT"),
        ({"ANBAN_SKILLS_PORT": "99999"}, "ANBAN_SKILLS_PORT"),
        ({"ANBAN_SKILLS_TOKEN": ""}, "ANBAN_SKILLS_TOKEN"),
        ({"ANBAN_SOCKET": "/nowhere/core.sock"}, "no running Anban"),
    ],
)
async def test_a_hopeless_start_is_one_line(
    core: Core, change: dict[str, str], reason: str
) -> None:
    async with Host(core, environment=change) as host:
        assert await host.process.wait() == 1
        lines = (await host.said()).strip().splitlines()
    assert len(lines) == 1
    assert reason in lines[0]


async def test_a_taken_port_is_told(core: Core) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        async with Host(core, port=port) as host:
            assert await host.process.wait() == 1
            assert f"port {port} cannot be used" in await host.said()


async def test_it_ends_with_the_core(core: Core, host: Host) -> None:
    await core.bus.close()
    assert await host.process.wait() == 0
    with pytest.raises(httpx.HTTPError):
        await host.post("/webhook")
