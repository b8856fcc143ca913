"""Answers by text message in a whole home: newer than the alarm, counted once, never in silence."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path

import pytest

from assistant.events import AlarmAcknowledged
from assistant.settings import EmergencySettings, ModemSettings
from simulators.modem import SimulatedModem
from simulators.modem_pdu import encode_deliver
from tests.faults.parts import Home, a_home
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
DAUGHTER, SON, STRANGER = "+8613800138000", "+8613700137000", "+8613900139000"
DAY = 24 * 3_600.0


def sent_to(modem: SimulatedModem, number: str) -> str:
    return "".join(part.text for part in modem.messages.sent if part.number == number)


async def alarmed(home: Home, *people: tuple[str, str]) -> None:
    for name, number in people or (("大女儿", DAUGHTER),):
        home.add(name, f"sms:{number}")
    home.cry()
    for name, _ in people or (("大女儿", DAUGHTER),):
        await until(lambda name=name: "delivered" in home.outcomes(name))  # type: ignore[misc]


@pytest.mark.parametrize("age_seconds", [DAY, 3_600.0, 120.0])
async def test_an_answer_of_before_the_alarm_is_none(tmp_path: Path, age_seconds: float) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.receive(DAUGHTER, "1", time.time() - age_seconds)
            await until(lambda: "之前发出" in sent_to(modem, DAUGHTER))
            assert home.state() == "raised"
            modem.messages.receive(DAUGHTER, "1")
            await until(home.has(AlarmAcknowledged))


@pytest.mark.parametrize("zone_quarters", [32, 0, -20, 22])
async def test_the_time_zone_of_the_network_changes_nothing(
    tmp_path: Path, zone_quarters: int
) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.arrive(encode_deliver(DAUGHTER, "1", quarters=zone_quarters))
            await until(home.has(AlarmAcknowledged))


@pytest.mark.parametrize("stamp", ["00000000000000", "99999999999999", "future"])
async def test_an_answer_of_no_known_time_is_asked_for_a_number(tmp_path: Path, stamp: str) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)

            def arrive(text: str) -> None:
                pdu = encode_deliver(DAUGHTER, text, time.time() + 8 * 3_600)
                # The stamp stands behind the centre, the sender and the two of the coding.
                pdu = pdu if stamp == "future" else pdu[:26] + stamp + pdu[40:]
                modem.messages.arrive(pdu)

            arrive("1")
            await until(lambda: "没有带时间" in sent_to(modem, DAUGHTER))
            assert home.state() == "raised"
            code = re.findall(r"只回复数字(\d+)", sent_to(modem, DAUGHTER))[-1]
            arrive(code)
            await until(home.has(AlarmAcknowledged))


async def test_a_clear_answer_that_is_no_1_and_minutes(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.receive(DAUGHTER, "收到，我20分钟到")
            await until(home.has(AlarmAcknowledged))
            await until(lambda: any("20" in text for text in home.said()))


@pytest.mark.parametrize(
    ("answer", "back"), [("怎么了？", "没看懂"), ("去不了", "继续联系其他人"), ("0", "继续联系")]
)
async def test_what_takes_nothing_on_gets_a_word_back(
    tmp_path: Path, answer: str, back: str
) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.receive(DAUGHTER, answer)
            await until(lambda: back in sent_to(modem, DAUGHTER))
            assert home.state() == "raised"


async def test_a_telephone_that_answers_by_itself_is_not_answered_for_ever(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            for number in range(8):
                modem.messages.receive(DAUGHTER, f"我正在开车，稍后回复 {number}")
            await until(lambda: not modem.messages.inbox)
            await home.core.alarms._answers._tasks.finish()
            assert sent_to(modem, DAUGHTER).count("没看懂") == 5


async def test_a_stranger_is_told_nothing(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.receive(STRANGER, "怎么了")
            modem.messages.receive(STRANGER, "1")
            await until(lambda: not modem.messages.inbox)
            await home.core.alarms._answers._tasks.finish()
            assert home.state() == "raised"
            assert not sent_to(modem, STRANGER)


async def test_no_word_goes_back_to_a_public_number(tmp_path: Path) -> None:
    """Whoever writes "120" as the sender gets no text message sent to an ambulance service."""
    may_ring = EmergencySettings(may_ring_number=True)
    with SimulatedModem(tmp_path) as modem:
        port = ModemSettings(modem.port)
        async with a_home(tmp_path / "home", modem=port, emergency=may_ring) as home:
            await alarmed(home, ("大女儿", DAUGHTER), ("急救", "120"))
            for sender in ("120", DAUGHTER):
                modem.messages.receive(sender, "怎么了？")
            await until(lambda: "没看懂" in sent_to(modem, DAUGHTER))
            await home.core.alarms._answers._tasks.finish()
            assert "没看懂" not in sent_to(modem, "120")


async def test_who_took_it_on_may_take_it_back(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home, ("大女儿", DAUGHTER), ("儿子", SON))
            modem.messages.receive(DAUGHTER, "1")
            await until(home.has(AlarmAcknowledged))
            modem.messages.receive(SON, "去不了")
            await until(lambda: not modem.messages.inbox)
            assert home.state() == "acknowledged", "another one's refusal changes nothing"
            modem.messages.receive(DAUGHTER, "来不了了")
            await until(lambda: home.state() != "acknowledged")
            assert home.state() in {"raised", "delivered"}


async def test_the_same_message_is_counted_once_over_a_restart(tmp_path: Path) -> None:
    pdu = encode_deliver(DAUGHTER, "怎么了")
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            modem.messages.arrive(pdu)
            await until(lambda: "没看懂" in sent_to(modem, DAUGHTER))
            await until(lambda: not modem.messages.inbox)
        modem.messages.sent.clear()
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await until(lambda: home.state() != "none")
            modem.messages.arrive(pdu)  # the network gives it again
            await until(lambda: not modem.messages.inbox)
            await home.core.alarms._answers._tasks.finish()
            assert "没看懂" not in sent_to(modem, DAUGHTER)


async def test_an_answer_of_before_it_went_out_again_is_none(tmp_path: Path) -> None:
    """Taken on, and nobody came: an answer to the messages of before takes nothing on."""
    with SimulatedModem(tmp_path) as modem:
        async with a_home(tmp_path / "home", modem=ModemSettings(modem.port)) as home:
            await alarmed(home)
            (alarm,) = home.core.alarms.store.open_alarms()
            again_at = time.time() + 3_600.0  # as if that answer were an hour old

            def taken_and_out_again(connection: sqlite3.Connection) -> None:
                sql = "INSERT INTO journal (at, alarm_id, state, who, why) VALUES (?, ?, ?, '', '')"
                connection.execute(sql, (time.time(), alarm.alarm_id, "acknowledged"))
                connection.execute(sql, (again_at, alarm.alarm_id, "raised"))

            await home.core.database.write(taken_and_out_again)
            modem.messages.receive(DAUGHTER, "1")
            await until(lambda: "之前发出" in sent_to(modem, DAUGHTER))
            assert home.state() == "raised"
