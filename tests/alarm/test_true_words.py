"""What the elder hears is so when it sounds, comes soon, and leaves the ear open.

The truth is kept here a second time, from the facts on the bus alone, and every statement that
begins to sound is held against it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmRaised,
    CallAnswered,
    CallBegan,
    CallEnded,
    DangerSensed,
    HelpPressed,
    PutThroughChanged,
    Say,
    SoundStarted,
)
from assistant.home.spoken import Address
from tests.alarm.parts import REPLIES, Home, World, a_home, spoken
from tests.alarm.slow_mouth import a_mouth
from tests.alarm.virtual_time import VirtualLoop

STATEMENTS = (
    *("cry_calling", "cry_writing", "alarm_calling", "alarm_writing"),
    *("calling_now", "calling_next", "contact_answered"),
    *("contact_comes", "contact_comes_in", "contact_knows", "contact_is_due", "put_through"),
    *("nobody_answered", "answered_not_taken", "messages_sent", "no_way_to_call"),
    *("nobody_to_call", "call_goes_on", "nobody_came", "alarm_cancelled", "alarm_closed"),
    *("alarm_not_begun", "contact_looks_in", "only_human_closes", "helper_here", "ask_back"),
    *("still_trying", "contact_cannot_come", "nobody_can_come"),
)
NOT_REACHED = {"no_answer", "busy", "refused", "unknown"}


def _pattern(wording: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", wording)
    seen: set[str] = set()
    text = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            text += re.escape(part)
        else:
            text += f"(?P={part})" if part in seen else rf"(?P<{part}>[^，。：？！\s]+?)"
            seen.add(part)
    return re.compile(text)


PATTERNS = [
    (key, _pattern(wording)) for key in STATEMENTS for wording in REPLIES.wordings(key, "zh")
]


def stated(text: str) -> list[tuple[str, dict[str, str]]]:
    """Every statement that is in what sounds."""
    return [(key, found.groupdict()) for key, p in PATTERNS if (found := p.search(text))]


@dataclass
class Ledger:
    """The facts, as they were published."""

    people: dict[str, list[str]]
    open: dict[str, str] = field(default_factory=dict)
    """By alarm: raised, or who acknowledged."""
    begun: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By attempt: alarm, contact, kind."""
    answered: set[str] = field(default_factory=set)
    ended: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """Alarm, contact, kind and outcome, and whether it had been answered."""
    line: str = ""
    home: Home | None = None
    """For calls that stand in the journal already, while the bus is not told of them yet."""
    wrong: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)

    def take(self, event: object) -> None:
        match event:
            case Say(say_id=say_id, text=text):
                self.says[say_id] = text
            case SoundStarted(say_id=say_id):
                for key, slots in stated(self.says[say_id]):
                    if not self.is_so(key, slots):
                        self.wrong.append(f"{key} {slots}: {self.says[say_id]}; {self}")
            case AlarmRaised(alarm_id=alarm):
                self.open[alarm] = "raised"
                self.ended = [each for each in self.ended if each[0] != alarm]
            case AlarmAcknowledged(alarm_id=alarm, contact=contact):
                self.open[alarm] = contact
            case AlarmClosed(alarm_id=alarm):
                self.open.pop(alarm, None)
            case CallBegan():
                self.begun[event.attempt_id] = (event.alarm_id, event.contact, event.kind)
            case CallAnswered(attempt_id=attempt):
                self.answered.add(attempt)
            case CallEnded():
                alarm, contact, kind = self.begun.pop(event.attempt_id)
                was_answered = event.attempt_id in self.answered
                self.answered.discard(event.attempt_id)
                self.ended.append((alarm, contact, f"{kind} {event.outcome}", was_answered))
            case PutThroughChanged(contact=contact, is_open=is_open):
                self.line = contact if is_open else ""

    def on_telephone(self) -> set[str]:
        told = {contact for _, contact, kind in self.begun.values() if kind == "call"}
        assert self.home is not None
        people = {contact.contact_id: contact.name for contact in self.home.people.all}
        written = {
            people.get(attempt.contact_id, "")
            for alarm in self.home.store.open_alarms()
            for attempt in self.home.store.attempts(alarm.alarm_id)
            if attempt.kind == "call" and attempt.outcome == "begun"
        }
        return told | written

    def outcomes(self) -> list[str]:
        return [outcome for alarm, _, outcome, _ in self.ended if self.open.get(alarm) == "raised"]

    def cannot_come(self) -> set[str]:
        """Who said so to every alarm that calls out."""
        assert self.home is not None
        calling = [a for a in self.home.store.open_alarms() if a.state.calls_out]
        words = [{each.who for each in alarm.declined} for alarm in calling]
        return set.intersection(*words) if words else set()

    def is_so(self, key: str, slots: dict[str, str]) -> bool:
        contact, states = slots.get("contact", ""), list(self.open.values())
        calls_out = "raised" in states
        on_telephone = self.on_telephone()
        taken = {state for state in states if state != "raised"}
        answered_now = {self.begun[each][1] for each in self.answered if each in self.begun}
        was_answered = bool(answered_now) or any(
            each[3] for each in self.ended if self.open.get(each[0]) == "raised"
        )
        outcomes = self.outcomes()
        cannot_come = self.cannot_come()
        has_call = any("call" in address for address in self.people.get(contact, []))
        match key:
            case "cry_calling" | "alarm_calling":
                return has_call and (calls_out or not taken)
            case "cry_writing" | "alarm_writing":
                return bool(self.people[contact]) and not has_call and (calls_out or not taken)
            case "calling_now" | "calling_next":
                return contact in on_telephone and slots.get("before") not in on_telephone
            case "contact_answered":
                return contact in answered_now
            case "contact_comes" | "contact_comes_in" | "contact_knows" | "contact_looks_in":
                return contact in taken
            case "put_through":
                return self.line == contact
            case "nobody_answered":
                rang = any(o.removeprefix("call ") in NOT_REACHED for o in outcomes)
                return calls_out and rang and not was_answered and not taken
            case "answered_not_taken":
                return calls_out and was_answered and not answered_now
            case "messages_sent":
                return calls_out and "message delivered" in outcomes and not was_answered
            case "no_way_to_call":
                calls = [o.split()[1] for o in outcomes if o.startswith("call ")]
                return calls_out and not set(calls) & NOT_REACHED and not was_answered
            case "nobody_to_call":
                return not self.people
            case "contact_cannot_come":
                return contact in cannot_come
            case "nobody_can_come":
                return calls_out and cannot_come == set(self.people)
            case "call_goes_on":
                rang = any(o.startswith("call ") and "failed" not in o for o in outcomes)
                return calls_out and bool(on_telephone or rang)
            case "still_trying" | "nobody_came" | "ask_back":
                return calls_out
            case "alarm_cancelled" | "alarm_closed" | "alarm_not_begun":
                return not self.open
            case _:
                return True


PEOPLE = ["大女儿", "老李", "社区"]
CALL_WORDS = ["no_answer", "busy", "answered", "acknowledged", "failed", "raises", "closes"]
TEXT_WORDS = ["delivered", "failed", "unknown"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("cry", "fire", "press", "sense", "fine", "here", "take", "come", "hold", "free"),
                *("decline", "decline_last"),
            ]
        ),
        st.floats(0.1, 45),
    ),
    min_size=2,
    max_size=10,
)
HOMES = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.tuples(
        st.booleans(),
        st.booleans(),
        st.lists(st.sampled_from(CALL_WORDS), min_size=1, max_size=3),
        st.lists(st.sampled_from(TEXT_WORDS), min_size=1, max_size=2),
    ),
    max_size=3,
)


async def act(home: Home, step: str) -> None:
    alarms, people = home.store.open_alarms(), home.people.all
    controller = home.emergency.controller
    match step:
        case "cry" | "fire":
            home.cry("fall" if step == "cry" else "fire")
        case "press":
            home.bus.publish(HelpPressed("red"))
        case "sense":
            home.bus.publish(DangerSensed("bathroom", "radar"))
        case "fine" | "here":
            said = spoken("我没事" if step == "fine" else "我来照顾她", Address.NAMED)
            if home.emergency.is_answered_by(said):
                home.emergency.take_answer(said)
        case "take" if alarms and people:
            await controller.acknowledge(alarms[-1].alarm_id, people[0].contact_id)
        case "decline" if alarms and people:
            await controller.declines(alarms[-1].alarm_id, people[0].contact_id)
        case "decline_last" if alarms and people:
            await controller.declines(alarms[0].alarm_id, people[-1].contact_id)
        case "come" if alarms and people:
            await controller.comes(alarms[-1].alarm_id, people[0].contact_id, 10)
        case _:
            home.announcer.tell_how_it_stands()


async def live(folder: Path, world: World, people: dict[str, list[str]], steps: object) -> Ledger:
    ledger = Ledger(people)
    async with a_home(folder, world, people, arrive_seconds=120.0, has_mouth=True) as home:
        ledger.home = home
        home.bus.listen(ledger.take)
        async with a_mouth(home.bus) as mouth:
            for step, seconds in steps:  # type: ignore[attr-defined]
                if step == "hold":
                    mouth.hold()
                else:
                    mouth.resume()
                    await act(home, step)
                await home.after(seconds)
            mouth.resume()
            await home.after(90)
    return ledger


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(homes=HOMES, steps=STEPS)
def test_every_statement_is_so_when_it_sounds(homes: dict, steps: list) -> None:  # type: ignore[type-arg]
    world, people = World(), {}
    for name, (has_call, has_text, calls, texts) in homes.items():
        addresses = [f"call:{name}"] * has_call + [f"text:{name}"] * has_text
        people[name] = addresses or ["broken:1"]
        world.scripts |= {f"call:{name}": calls, f"text:{name}": texts}
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=VirtualLoop) as run:
        ledger = run.run(live(Path(folder), world, people, steps))
    assert ledger.wrong == []


THREE = {name: [f"call:{name}", f"text:{name}"] for name in PEOPLE}


async def test_with_three_busy_lines_the_ear_is_open_and_the_news_comes_at_once(
    tmp_path: Path,
) -> None:
    world = World({f"call:{name}": ["busy"] for name in PEOPLE})
    home_of_three = a_home(tmp_path, world, THREE, has_mouth=True)
    async with home_of_three as home, a_mouth(home.bus) as mouth:
        began = asyncio.get_running_loop().time()
        home.bus.publish(HelpPressed("red"))
        await home.after(120)
        assert sum(end - start for start, end, _ in mouth.sounded) / 120 < 0.45
        told = [start for start, _, text in mouth.sounded if start > began + 1]
        assert all(later - earlier >= 20 for earlier, later in itertools.pairwise(told))
        alarm = home.store.open_alarms()[0]
        now = asyncio.get_running_loop().time()
        await home.emergency.controller.acknowledge(alarm.alarm_id, home.people.all[1].contact_id)
        await home.after(20)
        news = [start for start, _, text in mouth.sounded if "老李" in text and start >= now]
        assert news[0] - now < 1, "what was being said is broken off"


@pytest.mark.parametrize(
    ("people", "scripts", "never", "once"),
    [
        ({"甲": ["text:1"]}, {}, ["cry_calling", "nobody_answered", "call_goes_on"], "cry_writing"),
        ({"甲": ["text:1"]}, {}, ["nobody_answered"], "messages_sent"),
        (
            {"甲": ["call:1", "text:1"]},
            {"call:1": ["failed"], "text:1": ["failed"]},
            ["nobody_answered", "messages_sent", "call_goes_on"],
            "no_way_to_call",
        ),
        ({"甲": ["call:1"]}, {"call:1": ["answered"]}, ["nobody_answered"], "answered_not_taken"),
        ({"甲": ["call:1"]}, {"call:1": ["busy"]}, ["no_way_to_call"], "nobody_answered"),
        ({}, {}, ["nobody_answered", "no_way_to_call", "call_goes_on"], "nobody_to_call"),
        (
            {"甲": ["text:1"], "乙": ["call:2"]},
            {"call:2": ["no_answer"]},
            ["cry_writing", "no_way_to_call"],
            "cry_calling",
        ),
    ],
)
async def test_what_is_said_of_each_kind_of_home(
    tmp_path: Path,
    people: dict[str, list[str]],
    scripts: dict[str, list[str]],
    never: list[str],
    once: str,
) -> None:
    async with a_home(tmp_path, World(scripts), people) as home:
        home.bus.publish(HelpPressed("red"))
        await home.after(300)
        keys = [key for text in home.said() for key, _ in stated(text)]
        assert once in keys
        assert not set(never) & set(keys)


async def test_who_said_nothing_is_not_told_to_have_been_heard(tmp_path: Path) -> None:
    heard = [key for key in STATEMENTS if key.startswith("cry_")]
    async with a_home(tmp_path, World({"call:大女儿": ["busy"]}), THREE) as home:
        home.bus.publish(DangerSensed("fall", "radar"))
        await home.after(90)
        keys = [key for text in home.said() for key, _ in stated(text)]
        assert "alarm_calling" in keys
        assert not set(heard) & set(keys)
