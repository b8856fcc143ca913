"""The robot in the core's hands: a real child, a real line, a simulated robot."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.events import (
    AlarmClosed,
    AlarmRaised,
    ChildDied,
    Heard,
    HelpPressed,
    MoveRobot,
    Origin,
    ReminderDue,
    RobotGone,
    RobotMoved,
    RobotReady,
    RobotTold,
    Sensed,
    StopRobot,
    TurnTaken,
)
from assistant.home.questions import Ending
from robot_io import FaceName
from robot_io.people import KEEP_METRES
from tests.asking import call
from tests.robot.parts import PERSON, House, a_house
from tests.waiting import until

NAMED_FINE = Heard("u", "我没事", "zh", is_final=True, addressed=True, raw_text="安安我没事")
FACES = list(FaceName)


def answer(house: House, word: str) -> None:
    assert house.core.speech.questions.answer(Ending(word)), "nothing is asked"


@contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """A process that does nothing meanwhile, however slow the machine is between two lines."""
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_it_asks_once_whether_it_may_move_and_then_comes(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.locate()
        assert await house.ask("approach") == "asked"
        await asyncio.sleep(0)
        assert house.body.docked, "nothing moves before the answer"
        answer(house, "yes")
        end = await house.ended()
        assert end.outcome == "finished"
        assert abs(house.distance_to(PERSON) - KEEP_METRES) < 0.3
        assert any("我" in text for text in house.said())
        house.locate()
        assert await house.ask("face") == "moving", "asked once"


async def test_a_no_is_kept_and_holds_for_what_it_does_by_itself(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.locate()
        assert await house.ask("approach") == "asked"
        answer(house, "no")
        house.core.bus.publish(ReminderDue("o", "r", "药", 0.0, 3, is_urgent=True))
        house.core.bus.publish(AlarmRaised("a", "fall", Origin.VOICE, "", 0.0))
        await until(lambda: house.body.face == FACES.index(FaceName.CALLING), "its face")
        assert house.body.moved_metres == 0.0
        assert house.body.docked


async def test_a_stop_that_is_heard_stops_it_and_nothing_moves_by_itself_after(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        assert await house.ask("approach") == "moving"
        await until(lambda: house.body.speed > 0.05, "rolling")
        # Without a wake phrase, and before the sentence is over; no dialogue and no skills run.
        house.core.bus.publish(Heard("u", "停", "zh", is_final=False, addressed=False))
        assert (await house.ended()).outcome == "stopped"
        await until(lambda: not house.body.is_moving, "standing still")
        way = house.body.moved_metres
        house.core.bus.publish(ReminderDue("o", "r", "药", 0.0, 3, is_urgent=True))
        assert (await call(house.core.bus, "robot.state"))["name"]
        assert house.body.moved_metres == way


async def test_what_was_asked_for_just_before_a_stop_does_not_begin_after_it(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        for motion in ("approach", "go", "follow", "dock"):
            ends = len(house.of(RobotMoved))
            with frozen(house.core.supervisor.pid("robot")):  # both lie there when it looks
                house.core.bus.publish(MoveRobot(motion, "门口", is_asked=True))
                house.core.bus.publish(StopRobot())
            await until(lambda ends=ends: len(house.of(RobotMoved)) > ends, "it was told")
            assert house.of(RobotMoved)[-1].outcome == "stopped"
        assert house.body.moved_metres == 0.0


async def test_a_stop_voids_the_question_whether_it_may_move(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.locate()
        assert await house.ask("approach") == "asked"
        house.core.bus.publish(Heard("u", "别动", "zh", is_final=True, addressed=False))
        assert house.core.speech.questions.current is None
        assert not (await call(house.core.bus, "robot.state"))["may_move"]
        assert house.of(MoveRobot) == []


async def test_consent_outlives_the_core_and_can_be_withdrawn(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await call(house.core.bus, "robot.consent", may_move=True)
    async with a_house(tmp_path) as house:
        assert (await call(house.core.bus, "robot.state"))["may_move"]
        house.locate()
        assert await house.ask("approach") == "moving"
        await until(lambda: house.body.speed > 0.05, "rolling")
        before = len(house.of(RobotMoved))  # it may have stopped before the answer is there
        await call(house.core.bus, "robot.consent", may_move=False)
        await until(lambda: len(house.of(RobotMoved)) > before, "it stopped")
        assert house.of(RobotMoved)[-1].outcome == "stopped"
        way = house.body.moved_metres
        house.core.bus.publish(AlarmRaised("a", "fall", Origin.VOICE, "", 0.0))
        await until(lambda: house.body.light[0] == 255, "it shows the alarm")
        assert house.body.moved_metres == pytest.approx(way, abs=0.05)


async def test_where_nobody_is_located_nothing_moves(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        for motion in ("approach", "follow", "face"):
            assert await house.ask(motion) == "nobody_located"
        house.core.bus.publish(ReminderDue("o", "r", "药", 0.0, 3, is_urgent=True))
        assert (await house.ended()).outcome == "nobody_located"
        assert house.body.docked


async def test_how_a_motion_ended_is_said_after_the_answer_to_the_wish(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        assert await house.ask("dock") == "moving"
        assert (await house.ended()).outcome == "finished", "it is there already"
        assert house.said() == []
        house.core.bus.publish(TurnTaken("回去充电", "robot_dock", 1.0, "robot", "好"))
        house.core.speech.say("好，我回去充电。")
        await until(lambda: len(house.said()) == 2, "both said")
        assert "充电座" in house.said()[1]


async def test_a_place_it_knows_and_the_way_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        assert await house.ask("go", "月亮") == "unknown_place"
        assert await house.ask("go", "门口") == "moving"
        assert (await house.ended()).outcome == "finished"
        assert house.distance_to((1.0, 3.4)) < 0.4
        assert await house.ask("dock") == "moving"
        assert (await house.ended()).outcome == "finished"
        assert house.body.docked


async def test_a_bumper_is_told_in_words(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        assert await house.ask("approach") == "moving"
        await until(lambda: house.body.speed > 0.05, "rolling")
        house.simulator.order("bump left")
        assert (await house.ended()).outcome == "bumper"
        await until(lambda: any("碰到" in text for text in house.said()), "told")
        house.simulator.order("bump none")
        house.locate()
        assert await house.ask("approach") == "moving"
        assert (await house.ended()).outcome == "finished", "asked again it goes on"


async def test_an_alarm_is_shown_and_it_comes_and_goes_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        house.core.bus.publish(AlarmRaised("a", "fall", Origin.VOICE, "", 0.0))
        await until(lambda: house.body.light[0] == 255, "red")
        assert (await house.ended()).outcome == "finished"
        assert house.distance_to(PERSON) < 1.6
        house.core.bus.publish(AlarmClosed("a", "closed", "女儿"))
        assert (await house.ended()).motion == "dock"
        assert house.body.docked
        assert house.body.face == FACES.index(FaceName.NEUTRAL)


async def test_a_reminder_that_stays_unanswered_brings_it_near(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        house.core.bus.publish(ReminderDue("o", "r", "药", 0.0, 1, is_urgent=False))
        house.core.bus.publish(ReminderDue("o", "r", "药", 0.0, 3, is_urgent=True))
        assert (await house.ended()).motion == "approach"
        assert house.distance_to(PERSON) < 1.6


async def test_its_button_is_a_cry_for_help(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.simulator.order("button")
        await until(lambda: house.of(HelpPressed), "pressed")
        await until(house.core.alarms.store.open_alarms, "an alarm")


async def test_killed_in_the_middle_of_a_motion_it_stops_and_comes_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        assert await house.ask("approach") == "moving"
        await until(lambda: house.body.speed > 0.05, "rolling")
        pid = house.core.supervisor.pid("robot")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not house.body.is_moving, "the dead-man stopped it")
        await until(lambda: house.of(ChildDied), "its death was noticed")
        assert any("没有回应" in text for text in house.said())
        await until(lambda: len(house.of(RobotReady)) == 2, "it is back")


async def test_unplugged_it_is_gone_and_comes_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.simulator.order("unplug")
        await until(lambda: house.of(RobotGone), "gone")
        assert await house.ask("approach") == "gone"
        house.simulator.order("plug")
        await until(lambda: len(house.of(RobotReady)) == 2, "back")


async def test_killed_on_its_way_to_a_fall_it_sets_out_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        fall = {"person": 1, "x": PERSON[0], "y": PERSON[1]}
        house.core.bus.publish(Sensed("FallDetected", "radar", "客厅", fall))
        await until(lambda: house.body.speed > 0.05, "rolling")
        pid = house.core.supervisor.pid("robot")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert (await house.ended()).outcome == "finished"
        assert house.distance_to(PERSON) < 1.6
        house.core.bus.publish(NAMED_FINE)
        assert (await house.ended()).motion == "dock", "a false alarm, and it goes back"


async def test_a_fall_that_has_no_place_brings_it_to_who_is_there(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        house.locate()
        module = {"person": 0, "x": 0.0, "y": 0.0, "evidence": ["module"]}
        house.core.bus.publish(Sensed("FallDetected", "radar", "客厅", module))
        assert (await house.ended()).outcome == "finished"
        assert abs(house.distance_to(PERSON) - KEEP_METRES) < 0.3


async def test_a_low_battery_sends_it_home(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.consent()
        assert await house.ask("go", "门口") == "moving"
        assert (await house.ended()).outcome == "finished"
        house.simulator.order("battery 5")
        await until(lambda: house.of(RobotTold), "told")
        await until(lambda: house.body.docked, "on its charger")


async def test_without_a_robot_all_of_it_is_silent(tmp_path: Path) -> None:
    async with a_house(tmp_path, has_robot=False) as house:
        assert await house.ask("approach") == "no_robot"
        house.core.bus.publish(StopRobot())
        house.core.bus.publish(AlarmRaised("a", "fall", Origin.VOICE, "", 0.0))
        assert not house.core.supervisor.names()
