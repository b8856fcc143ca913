"""The story of an alarm: who was called when, who took it on, who could not come, how it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.alarm.attempt import Attempt
from assistant.alarm.state import State, Trigger
from assistant.alarm.story import MOST_STEPS, Entry, Happened, read_story, story
from assistant.services import StepKind
from tests.alarm.parts import World, a_home

RAISED, TAKEN = State.RAISED, State.ACKNOWLEDGED


def told(*lines: tuple[float, State, str, str]) -> list[tuple[float, str, str]]:
    steps = story([Entry(*line) for line in lines], [])
    return [(step.at, step.kind.value, step.who) for step in steps]


def test_the_journal_is_told_step_by_step() -> None:
    assert told(
        (1, RAISED, "voice", "救命"),
        (2, State.DELIVERED, "甲", "reached"),
        (3, State.DELIVERED, "乙", "declined"),
        (4, TAKEN, "甲", "acknowledged"),
        (5, TAKEN, "甲", "acknowledged by the link 123"),
        (6, TAKEN, "甲", "comes: in 20 minutes"),
        (7, RAISED, "timer", "nobody_came"),
        (8, TAKEN, "somebody beside the elder", "acknowledged"),
        (9, State.CLOSED, "甲", "confirmed"),
        (10, State.CLOSED, "乙", "confirmed"),
    ) == [
        *[(1, "began", ""), (3, "cannot", "乙"), (4, "taken", "甲"), (6, "comes", "甲")],
        *[(7, "again", ""), (8, "taken", "somebody beside the elder"), (9, "closed", "甲")],
    ]


@pytest.mark.parametrize(
    ("why", "minutes"),
    [("comes: in 5 minutes", 5), ("comes", 0), ("comes: soon", 0), ("comes: in 99999 minutes", 0)],
)
def test_minutes_are_told_if_they_were_said(why: str, minutes: int) -> None:
    steps = story([Entry(1, TAKEN, "", "x"), Entry(2, TAKEN, "甲", why)], [])
    assert steps[1] == Happened(2, StepKind.COMES, "甲", minutes=minutes)


def test_who_gives_up_and_that_it_goes_out_again_are_two_steps() -> None:
    lines = [(1.0, TAKEN, "", "x"), (2.0, RAISED, "甲", Trigger.DECLINED.value)]
    assert told(*lines)[1:] == [(2, "cannot", "甲"), (2, "again", "")]


def test_what_the_elder_says_is_in_no_story() -> None:
    words = "我的密码是1234"
    lines = [(1.0, RAISED, words, words), (2.0, RAISED, words, f"{words}: said in the call")]
    assert words not in str(told(*lines))


def a_try(number: int, who: str, kind: str, outcome: str, **more: float) -> Attempt:
    return Attempt(
        f"t{number}",
        "a",
        who,
        "secret",
        1,
        float(number),
        number + 0.5,
        outcome,
        "x",
        0,
        kind,
        **more,
    )


def test_rounds_are_told_once_a_person_and_messages_that_came_through() -> None:
    calls = [a_try(number, "p1", "call", "no_answer") for number in range(1, 200)]
    calls.append(a_try(200, "p1", "call", "answered", answered_at=201.0))
    messages = [a_try(3, "p2", "message", "failed"), a_try(9, "p2", "message", "delivered")]
    later = [a_try(300, "p2", "", "delivered")]
    assert story([], [*calls, *messages, *later]) == [
        Happened(1, StepKind.RUNG, "p1", 200, 200.0),
        Happened(9.5, StepKind.WRITTEN, "p2"),
        Happened(201, StepKind.ANSWERED, "p1"),
    ]


def test_of_a_long_story_the_beginning_and_the_end_are_told() -> None:
    lines = [(float(at), RAISED if at % 2 else TAKEN, "甲", "acknowledged") for at in range(1000)]
    steps = told(*lines)
    assert len(steps) == MOST_STEPS
    assert (steps[0][0], steps[-1][0]) == (0, 999)


async def test_it_is_read_from_the_disk_also_when_it_is_over(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "call:2": ["closes"]})
    async with a_home(tmp_path, world, {"甲": ["call:1"], "乙": ["call:2", "text:2"]}) as home:
        home.cry()
        await home.after(200)
        assert home.states() == []
        await home.store.recorded(5)
        (row,) = await home.database.read(
            lambda c: c.execute("SELECT alarm_id FROM alarm").fetchall()
        )
        steps = await home.database.read(lambda c: read_story(c, row[0]))
        kinds = [step.kind for step in steps]
        assert kinds[0] is StepKind.BEGAN
        assert {StepKind.RUNG, StepKind.WRITTEN, StepKind.ANSWERED, StepKind.TAKEN} < set(kinds)
        assert kinds[-1] is StepKind.CLOSED
        assert steps[-1].who == "乙"
        assert await home.database.read(lambda c: read_story(c, "no such alarm")) == []
        await home.database.write(
            lambda c: c.execute(
                "INSERT INTO journal (at, alarm_id, state, who, why) VALUES (1, ?, 'odd', '', '')",
                row,
            )
        )
        again = await home.database.read(lambda c: read_story(c, row[0]))
        assert len(again) == len(steps), "a row that cannot be read costs itself"
