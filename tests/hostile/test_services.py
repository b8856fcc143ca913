"""A child that was taken over asks for all there is: what is not its own is neither done nor told.

`tests/runtime/test_rights.py` holds the table itself and how the kernel tells who asks.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.core import Core, CoreOptions, running
from assistant.core.elder_name import ElderName
from assistant.events import (
    EVENTS,
    AskElder,
    ElderAnswered,
    Hello,
    MoveRobot,
    Say,
    ServiceAnswered,
    ServiceAsked,
    Urgency,
)
from assistant.robot.permission import CONSENT_FIELD, RobotControl
from assistant.runtime.rights import CHILDREN, CORE_ONLY, OUR_SKILLS
from assistant.services import REQUESTS, GetHomeState, Served
from assistant.settings import EmergencySettings, Settings
from assistant.store import KeyedValues
from skills.home import Home as SkillHome
from skills.home import Outside
from tests.asking import call
from tests.faults.parts import Home
from tests.hostile.parts import BEGINNINGS, ended, until_open
from tests.hostile.peers import peer_of

DOOR, HEALTH, SECRET = "4711-door", "青霉素过敏", "webhooks-of-this-home"
SETTINGS = replace(
    Settings(),
    elder_name="王奶奶",
    emergency=EmergencySettings(
        address="幸福里3号", door_code=DOOR, health=HEALTH, webhook_secret=SECRET
    ),
)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    options = CoreOptions(tmp_path, SETTINGS, tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core:
        told: list[object] = []
        core.bus.listen(told.append)
        home = Home(core, told)
        home.add("大女儿", "tel:13800138000")
        yield home


def services(core: Core) -> list[str]:
    return sorted(core.bus.services)


@pytest.mark.parametrize("child", CHILDREN)
async def test_no_child_must_be_given_what_is_not_its_own(home: Home, child: str) -> None:
    BEGINNINGS["cried"](home)
    await until_open(home)
    asked: list[str] = []

    async def noting(_: object) -> str:
        asked.append("reached")
        return DOOR

    async with peer_of(home.core, child) as peer:
        for service in services(home.core):
            kind = REQUESTS[service]
            if kind in CHILDREN[child].asks:
                continue
            home.core.bus.serve(Served(kind, noting))
            for skill in ("", "tea", "medication", "EMERGENCY", "emergency ", "emergency\x00"):
                answer = await peer.ask(service, skill)
                assert not answer.ok, (service, skill)
                assert DOOR not in str(answer)
            for skill in OUR_SKILLS if child != "skills" else ():
                assert not (await peer.ask(service, skill)).ok
    assert asked == []
    assert ended(home) == []


@pytest.mark.parametrize("service", sorted(kind.SERVICE for kind in CORE_ONLY))
@pytest.mark.parametrize("child", CHILDREN)
async def test_what_only_the_core_may_do_must_not_be_done(
    home: Home, child: str, service: str
) -> None:
    BEGINNINGS["cried"](home)
    await until_open(home)
    (alarm,), (contact,) = (
        home.core.alarms.store.open_alarms(),
        home.core.ways.people.all,
    )
    arguments: dict[str, dict[str, Any]] = {
        "alarms.acknowledge": {"alarm_id": alarm.alarm_id, "contact_id": contact.contact_id},
        "alarms.close": {"alarm_id": alarm.alarm_id, "who": "elder"},
        "alarms.comes": {"alarm_id": alarm.alarm_id, "contact_id": "", "minutes": 1},
        "alarms.declines": {"alarm_id": alarm.alarm_id, "contact_id": contact.contact_id},
    }
    async with peer_of(home.core, child) as peer:
        for skill in ("", *OUR_SKILLS):
            assert not (await peer.ask(service, skill, **arguments[service])).ok
    assert ended(home) == []


def made(kind: Any) -> Any:
    """Some value of a field's type."""
    if isinstance(kind, types.UnionType):
        return made(typing.get_args(kind)[0])
    match typing.get_origin(kind) or kind:
        case t if t is str:
            return "x"
        case t if t is bool:
            return True
        case t if t in {int, float}:
            return 1
        case t if t is tuple:
            return tuple(made(each) for each in typing.get_args(kind) if each is not Ellipsis)
        case t if t is dict:
            return {}
        case t if isinstance(t, type) and issubclass(t, Urgency):
            return Urgency.ANSWER
    return None


def instance(name: str) -> Any:
    kind = EVENTS[name]
    hints = typing.get_type_hints(kind)
    needed = [f for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    return kind(
        **{f.name: made(hints[f.name]) for f in needed if f.default_factory is dataclasses.MISSING}
    )


@pytest.mark.parametrize("child", CHILDREN)
async def test_no_child_must_tell_what_is_not_its_own(home: Home, child: str) -> None:
    """Of all events there are: it would hear for the ear, press, move, or close for the core."""
    foreign = set(EVENTS) - CHILDREN[child].tells
    async with peer_of(home.core, child) as peer:
        home.told.clear()
        for name in foreign:
            if EVENTS[name] not in {Hello, ServiceAsked, ServiceAnswered}:
                peer.send(instance(name))
        await peer.settled()
    assert home.told == []
    assert home.state() == "none"


@pytest.mark.parametrize("child", CHILDREN)
async def test_no_child_must_hear_what_is_not_for_it(home: Home, child: str) -> None:
    async with peer_of(home.core, child, *EVENTS) as peer:
        for name in set(EVENTS) - {"Hello", "ServiceAnswered", "ServiceAsked"}:
            home.core.bus.publish(instance(name))
        await peer.settled()
    assert {type(event).__name__ for event in peer.events} <= CHILDREN[child].hears


@pytest.mark.parametrize(
    "child", [name for name in CHILDREN if GetHomeState in CHILDREN[name].asks]
)
async def test_the_state_of_the_home_must_not_hold_a_secret(home: Home, child: str) -> None:
    async with peer_of(home.core, child) as peer:
        answer = await peer.ask("home.state")
    assert answer.ok
    for secret in (DOOR, HEALTH, SECRET):
        assert secret not in str(answer.value)


async def test_a_skill_must_not_agree_for_the_elder_that_the_robot_moves(home: Home) -> None:
    async with peer_of(home.core, "skills") as peer:
        for field in (CONSENT_FIELD, f"{CONSENT_FIELD} ", CONSENT_FIELD.upper()):
            await peer.ask("profile.set", "tea", field=field, value=True)
    assert not await home.core.of(RobotControl).may_move()
    assert not [event for event in home.told if isinstance(event, MoveRobot)]


async def test_a_skill_must_not_talk_over_an_alarm(home: Home) -> None:
    """What the alarm says stands in one line of its own: a third party's words never in it."""
    BEGINNINGS["cried"](home)
    await until_open(home)
    home.told.clear()
    async with peer_of(home.core, "skills") as peer:
        peer.send(Say("救护车已经到了，不用再喊。", "zh", Urgency.ALARM))
        peer.send(AskElder("大女儿到了，对吗？", urgency=Urgency.ALARM))
        await peer.settled()
    said = [event for event in home.told if isinstance(event, Say)]
    assert not [say for say in said if say.urgency is Urgency.ALARM and "到了" in say.text]


async def test_a_question_of_a_skill_must_not_be_answered_by_what_ends_an_alarm(
    home: Home,
) -> None:
    """Nor the other way round: a yes to a skill is none to the alarm's question."""
    BEGINNINGS["sensed"](home)
    await until_open(home)
    async with peer_of(home.core, "skills") as peer:
        peer.send(AskElder("要听故事吗？"))
        await peer.settled()
    await call(home.core.bus, "turn", text="我起不来")
    assert home.state() != "none"
    answers = [event for event in home.told if isinstance(event, ElderAnswered)]
    assert not [event for event in answers if event.answer == "yes"]


HOSTILE_ARGUMENTS: list[dict[str, Any]] = [
    {"token": None},
    {"token": ["x"]},
    {"token": "x" * 100_000},
    {"token": "../../etc/passwd"},
    {"token": "\ud800"},
    {"token": "x", "minutes": 10**18},
    {"device": {"a": 1}, "event": "press"},
    {"device": "cord-1", "event": "press", "battery_percent": "\x00"},
    {"device": "\x1b[2J" * 1_000, "event": "press"},
    {"field": None, "value": 1},
    {"field": ["name"], "value": 1},
    {"field": "name", "value": "\ud83d"},
    {"field": "name", "value": {"a": {"b": ["c"] * 1_000}}},
    {"field": "x" * 20_000, "value": None},
    {"skill": 7, "key": 7, "value": 7},
    {"skill": "'; DROP TABLE alarm; --", "key": "k", "value": 1},
    {"skill": "tea", "key": "k", "value": "x" * 70_000},
    {"skill": "tea", "scripts": ["CREATE TABLE alarm (a);", "DROP TABLE alarm;"]},
    {"skill": "../anban", "scripts": ["CREATE TABLE x (a);"]},
    {"skill": "tea", "scripts": "x" * 500_000},
    {"skill": "tea", "scripts": [["x"], None]},
    {"skill": ["tea"], "scripts": []},
    {"skill": "tea", "statements": [{"sql": "DELETE FROM alarm", "values": []}]},
    {"skill": "tea", "statements": [{"sql": "SELECT ?", "values": [2**70]}]},
    {"skill": "tea", "statements": [{"sql": "SELECT ?", "values": [{"a": 1}]}]},
    {"skill": "tea", "statements": [{"sql": None, "values": None}, 7]},
    {"skill": {"a": 1}, "statements": {}},
    {"reminder": {}},
    {"reminder": [1]},
    {"reminder": {"title": "\x00", "schedule": None}},
    {"reminders": [None] * 50},
    {"reminders": {}},
    {"which": ["x"] * 10_000},
    {"which": None},
    {"texts": [None], "lang": "zh"},
    {"texts": ["x" * 4_000] * 100, "lang": "zh"},
    {"texts": ["x"], "lang": "../zh"},
    {"direction": "../louder"},
    {"lang": "fr"},
    {"lang": None},
    {"minutes": -1e300, "which": ""},
    {"weeks": 10**15},
    {"text": "x" * 100_000},
    {"__class__": "x", "self": 1},
    {"motion": "go", "place": "\x00"},
    {"names": ["阿司匹林"] * 5_000},
    {"name": "x" * 20_000, "lang": "zh"},
]


@pytest.mark.parametrize("child", ["skills", "console", "robot"])
async def test_no_argument_must_take_the_core_down(home: Home, child: str) -> None:
    async with peer_of(home.core, child) as peer:
        for service in sorted(kind.SERVICE for kind in CHILDREN[child].asks):
            for arguments in HOSTILE_ARGUMENTS:
                request = ServiceAsked(service, arguments)
                peer.send(request)
                await peer.answer(request.request_id)
    home.told.clear()
    BEGINNINGS["cried"](home)
    await until_open(home)
    await call(home.core.bus, "turn", text="救命")
    assert home.said()


@pytest.mark.parametrize(
    "name", ["王\r\nAT+CFUN=0\r", "x" * 60_000, {"a": 1}, ["x"], 7, "\x1b[2J", "", "\u202e奶奶"]
)
async def test_a_name_that_a_skill_gave_must_not_keep_an_alarm_from_being_told(
    home: Home, name: Any
) -> None:
    async with peer_of(home.core, "skills") as peer:
        await peer.ask("profile.set", "tea", field="name", value=name)
    await home.core.of(ElderName)._tasks.finish()
    kept = await KeyedValues.profile(home.core.database).get("name")
    BEGINNINGS["cried"](home)
    await until_open(home)
    (alarm,), (contact,) = (
        home.core.alarms.store.open_alarms(),
        home.core.ways.people.all,
    )
    store = home.core.alarms.store
    attempt = await store.begin_attempt(alarm.alarm_id, contact.contact_id, "tel:1", 1)
    message = home.core.alarms._wording.message(alarm, contact, attempt)
    assert len(message.text) < 1_000, type(kept)
    assert message.text.isprintable()


async def test_what_a_skill_keeps_of_the_elders_health_must_not_bury_the_message(
    home: Home,
) -> None:
    hostile = ["x" * 5_000] * 40 + ["青霉素\r\n\r\nAT+CFUN=0"] + ["\x1b[2J\u202e"] * 9
    async with peer_of(home.core, "skills") as peer:
        await peer.ask("profile.set", "tea", field="allergies", value=hostile)
    await home.core.alarms.health.finish()
    BEGINNINGS["cried"](home)
    await until_open(home)
    (alarm,) = home.core.alarms.store.open_alarms()
    told = home.core.alarms._wording.details(alarm, "zh")
    assert "青霉素" in told
    assert len(told) < 2_000
    assert told.isprintable()


async def test_a_skill_that_asks_in_an_alarms_name_must_not_wait_for_ever() -> None:
    home = SkillHome(cast("Outside", object()), "tea")  # which is not even asked
    with pytest.raises(ValueError, match="core's alone"):
        await home.ask("好吗？", Urgency.ALARM)
    with pytest.raises(ValueError, match="core's alone"):
        home.say("没事了。", Urgency.ALARM)
