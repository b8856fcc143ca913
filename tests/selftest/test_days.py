"""The self-test in the days of a home: made once, told once, and out of everybody's way."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing

import pytest

from assistant.core.selftest_assembly import SelfTestAssembly
from assistant.events import AlarmRaised, CryForHelpHeard, Heard, HelpPressed
from assistant.selftest import daily
from tests.asking import call
from tests.reminders.home import VirtualClock
from tests.selftest.parts import NOWHERE, a_home, at, daughter, notices
from tests.waiting import until

SOON = daily.LOOK_AGAIN_SECONDS
LATER = daily.TELL_AGAIN_SECONDS


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "SETTLE_SECONDS", 0.0)


async def test_it_is_made_mid_morning_once_a_day(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with a_home(tmp_path, clock) as home:
            home.add("Mei", mei.url)
            clock.move(at("09:29"))
            assert home.days() == {}
            clock.move(at("09:31"))
            await until(lambda: home.is_made("03-01"))
            clock.move(at("13:00"))
            clock.move(at("23:00"))
            clock.move(at("06:00", 1))
            assert home.rows("SELECT begins FROM selftest") == [(1,)]
            clock.move(at("09:31", 1))
            await until(lambda: home.is_made("03-02"))
        assert [f for f in home.found().values() if not f.is_well] == []
        assert notices(mei) == []
        assert len(mei.events) == 2, "one check a day, which tells nobody anything"


async def test_not_twice_after_a_restart_and_again_where_it_was_cut_off(tmp_path) -> None:
    clock = VirtualClock(at("10:00"))
    with daughter() as mei:
        async with a_home(tmp_path, clock) as home:
            home.add("Mei", mei.url)
            await until(lambda: home.is_made("03-01"))
        async with a_home(tmp_path, clock) as home:
            clock.move(at("10:30"))
            await until(lambda: home.core.features.find(SelfTestAssembly) is not None)
            clock.move(at("11:30"))
            assert home.rows("SELECT begins FROM selftest") == [(1,)]
        # Nobody runs now, who could begin it again before the power is back.
        with closing(sqlite3.connect(tmp_path / "anban.sqlite")) as database:
            database.execute("UPDATE selftest SET ended_at = NULL")
            database.commit()
        async with a_home(tmp_path, clock) as home:
            await until(lambda: home.is_made("03-01"))
            assert home.rows("SELECT begins FROM selftest") == [(2,)]


async def test_one_that_always_dies_is_left_alone_until_tomorrow(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    async with a_home(tmp_path, clock) as home:
        await home.core.database.write(
            lambda c: c.execute("INSERT INTO selftest VALUES ('2027-03-01', 1.0, NULL, 3)")
        )
        clock.move(at("10:00"))
        clock.move(at("10:00", 1))
        await until(lambda: home.is_made("03-02"))
        assert not home.is_made("03-01")


async def test_a_fault_is_told_once_then_to_the_elder_and_its_end_to_both(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with a_home(tmp_path, clock, has_mouth=True) as home:
            home.add("Mei", mei.url)
            home.add("老李", NOWHERE)
            clock.move(at("09:31"))
            await until(lambda: len(notices(mei)) == 1)
            (first,) = notices(mei)
            assert "联系老李的一个办法现在用不了" in first
            assert "请检查这个联系方式：webhook at 127.0.0.1" in first
            assert "现在还正常的：" in first
            assert "联系Mei" in first
            assert "12" not in first.replace("127.0.0.1", ""), "no more than a person needs"
            assert home.said() == []

            clock.move(at("09:31", 1))
            await until(lambda: home.is_made("03-02"))
            await until(lambda: len(home.said()) == 1)
            assert "联系老李的一个办法现在用不了" in home.said()[0]
            assert "家里人已经知道了" in home.said()[0]
            await until(lambda: home.rows("SELECT elder_told_day FROM selftest_trouble") == [
                ("2027-03-02",)
            ])  # fmt: skip
            for day in range(2, 8):
                clock.move(at("09:31", day))
                await until(lambda day=day: home.is_made(f"03-0{day + 1}"))
            await until(lambda: len(notices(mei)) == 2)
            assert "已经第8天了" in notices(mei)[1], "again, once it lasts a week"
            assert len(home.said()) == 1

            home.add("老李", mei.url)
            clock.move(at("09:31", 8))
            await until(lambda: len(notices(mei)) == 3)
            assert "已经恢复正常的：联系老李" in notices(mei)[2]
            await until(lambda: len(home.said()) == 2)
            assert "修好了" in home.said()[1]
            await until(lambda: home.rows("SELECT * FROM selftest_trouble") == [])


async def test_where_nobody_can_be_reached_the_elder_is_told_the_same_day(
    tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock(at("06:00"))
    async with a_home(tmp_path, clock, has_mouth=True) as home:
        home.add("老李", NOWHERE)
        clock.move(at("09:31"))
        await until(lambda: len(home.said()) == 1)
        assert "还没联系上家里人" in home.said()[0]
        await until(lambda: home.rows("SELECT elder_told_day FROM selftest_trouble")[0] != ("",))
        assert {row[0] for row in home.rows("SELECT family_told_day FROM selftest_trouble")} == {""}
        tries = 0

        def tried() -> int:
            return sum("could be told" in record.message for record in caplog.records)

        for pause in (1, 2, 4):
            tries = tried()
            clock.move(clock.at + pause * LATER + 1)
            await until(lambda tries=tries: tried() == tries + 1)
        with daughter() as mei:
            home.add("Mei", mei.url)
            clock.move(clock.at + LATER + 1)
            await home.core.of(SelfTestAssembly).api.step()
            assert notices(mei) == [], "the pause has grown"
            clock.move(clock.at + 8 * LATER)
            await until(lambda: len(notices(mei)) == 1)
        assert len(home.said()) == 1


async def test_a_late_one_makes_no_sound_and_wakes_nobody(tmp_path) -> None:
    clock = VirtualClock(at("23:30"))
    with daughter() as mei:
        async with a_home(tmp_path, clock, has_mouth=True) as home:
            home.add("Mei", mei.url)
            home.add("老李", NOWHERE)
            await until(lambda: home.is_made("03-01"))
            assert not {"chime", "microphone"} & set(home.found())
            clock.move(at("03:00", 1))
            clock.move(at("03:45", 1))
            assert notices(mei) == []
            clock.move(at("07:30", 1))
            await until(lambda: len(notices(mei)) == 1)
            assert home.said() == []


@asynccontextmanager
async def one_under_way(folder, clock, mei, seconds):
    """A home in which the self-test waits for an answer of Mei's that long."""
    async with a_home(folder, clock) as home:
        home.add("Mei", mei.url)
        mei.manners.delay_seconds = seconds
        clock.move(at("09:31"))
        await until(lambda: bool(home.rows("SELECT 1 FROM selftest")))
        yield home


async def test_an_open_alarm_keeps_it_away_and_one_that_begins_ends_it(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with one_under_way(tmp_path, clock, mei, 3.0) as home:
            home.core.bus.publish(HelpPressed("red"))
            await until(lambda: home.rows("SELECT begins FROM selftest") == [(0,)])
            assert any(isinstance(event, AlarmRaised) for event in home.told)
            mei.manners.delay_seconds = 0.0
            clock.move(clock.at + SOON + 1)
            clock.move(clock.at + SOON + 1)
            with pytest.raises(Exception, match="an alarm is open"):
                await call(home.core.bus, "selftest.run", with_chime=False)
            assert home.days() == {"03-01": False}
            for alarm in home.core.alarms.store.open_alarms():
                await home.core.alarms.triggers.controller.close(alarm.alarm_id, "Mei")
            await until(lambda: not home.core.alarms.is_busy)
            clock.move(clock.at + SOON + 1)
            await until(lambda: home.is_made("03-01"))


async def test_talk_ends_it_and_a_television_does_not(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with one_under_way(tmp_path, clock, mei, 2.0) as home:
            home.core.bus.publish(Heard("u", "现在几点了", "zh", is_final=False, addressed=True))
            await until(lambda: home.rows("SELECT begins FROM selftest") == [(0,)])
        clock.move(at("10:00"))
        async with a_home(tmp_path, clock) as home:
            await until(lambda: home.rows("SELECT begins FROM selftest") == [(1,)])
            home.core.bus.publish(Heard("v", "今天的新闻", "zh", is_final=True, addressed=False))
            await until(lambda: home.is_made("03-01"))


async def test_a_clock_that_was_ahead_hides_no_day(tmp_path) -> None:
    async with a_home(tmp_path, VirtualClock(at("10:00", 400))) as home:
        await until(lambda: len(home.days()) == 1 and all(home.days().values()))
    clock = VirtualClock(at("10:00"))
    async with a_home(tmp_path, clock) as home:
        await until(lambda: list(home.days().items()) == [("03-01", True)])
        assert not home.found()["clock"].is_well
        assert "earlier than it was" in home.found()["clock"].detail
        clock.move(at("10:00", 1))
        await until(lambda: home.is_made("03-02"))
        assert home.found()["clock"].is_well


async def test_a_home_without_contacts_says_so(tmp_path) -> None:
    clock = VirtualClock(at("10:00"))
    async with a_home(tmp_path, clock) as home:
        await until(lambda: home.is_made("03-01"))
        assert not home.found()["people"].is_well


async def test_a_cry_for_help_ends_it_though_nobody_can_be_called(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with one_under_way(tmp_path, clock, mei, 3.0) as home:
            home.core.bus.publish(CryForHelpHeard("救命", "other", clock.at))
            await until(lambda: home.rows("SELECT begins FROM selftest") == [(0,)])


async def test_a_memory_that_cannot_be_written_is_told_without_it(tmp_path) -> None:
    clock = VirtualClock(at("06:00"))
    with daughter() as mei:
        async with a_home(tmp_path, clock) as home:
            home.add("Mei", mei.url)
            await home.core.database.write(lambda c: c.execute("DROP TABLE selftest_finding"))
            await home.core.database.write(lambda c: c.execute("DROP TABLE selftest"))
            clock.move(at("09:31"))
            await until(lambda: len(notices(mei)) == 1)
            assert "我记事的地方坏了" in notices(mei)[0]
            clock.move(at("11:00"))
            clock.move(at("23:00"))
            clock.move(at("09:31", 1))
            await until(lambda: len(notices(mei)) == 2)
