"""No unread message is ever deleted, and none blocks another."""

from __future__ import annotations

import os
import termios
import time
import tty
from pathlib import Path

import pytest
import serial

from assistant.channels.gsm import IncomingSms, Modem, ModemSettings, Sms
from assistant.channels.gsm import modem as modem_module
from assistant.channels.gsm.pdu import PduError, deliver, received
from assistant.channels.gsm.port_name import present, stable_name
from simulators.modem import SimulatedModem
from simulators.modem_manners import ModemManners
from simulators.modem_pdu import encode_deliver, encode_report
from tests.channels.parts import message, run_attempt
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
NUMBER, OTHER = "+8613800138000", "+8613700137000"
STAMP_AT = 26
"""Behind the fields of the centre, the sender and the two of the coding."""


@pytest.fixture(autouse=True)
def taken_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modem_module, "REOPEN_SECONDS", 0.1)


@pytest.mark.parametrize("at", [0.0, 951_782_400.0, 1_796_006_400.0, 1_735_689_599.0])
@pytest.mark.parametrize("quarters", [0, 32, -20, 23, 56, -48])
def test_the_networks_time_is_read_in_its_zone(at: float, quarters: int) -> None:
    at = at or 1_700_000_000.0
    assert deliver(encode_deliver(NUMBER, "1", at, quarters=quarters)).sent_at == at


@pytest.mark.parametrize("stamp", ["00" * 7, "FF" * 7, "99999999999999", "62139922000040"])
def test_a_time_that_is_none_is_not_known(stamp: str) -> None:
    pdu = encode_deliver(NUMBER, "1")
    assert deliver(pdu[:STAMP_AT] + stamp + pdu[STAMP_AT + 14 :]).sent_at is None


def test_the_same_message_through_another_centre_is_the_same() -> None:
    pdu = encode_deliver(NUMBER, "1", 1_700_000_000.0)
    through = "07917283010010F5" + pdu[2:]
    assert deliver(pdu).fingerprint == deliver(through).fingerprint
    later = encode_deliver(NUMBER, "1", 1_700_000_001.0)
    assert deliver(pdu).fingerprint != deliver(later).fingerprint


@pytest.mark.parametrize("cut", range(2, 44, 2))
def test_a_message_that_is_cut_off_is_never_read(cut: int) -> None:
    pdu = encode_deliver(NUMBER, "1，马上")
    with pytest.raises(PduError):
        received(pdu[:-cut])


@pytest.mark.parametrize("coding", [0x10, 0xF0, 0x18])
def test_flash_messages_and_other_classes_are_read(coding: int) -> None:
    pdu = encode_deliver(NUMBER, "1", coding=coding)
    assert deliver(pdu).text == "1"


async def test_one_that_cannot_be_handed_over_blocks_no_other(tmp_path: Path) -> None:
    taken: list[str] = []

    async def take(sms: IncomingSms) -> None:
        if sms.sender == OTHER:
            raise OSError("the disk is full")
        taken.append(sms.text)

    with SimulatedModem(tmp_path) as simulated:
        simulated.messages.receive(OTHER, "坏的")
        simulated.messages.receive(NUMBER, "1")
        simulated.messages.receive(NUMBER, "2")
        async with Modem(ModemSettings(simulated.port), take):
            await until(lambda: taken == ["1", "2"])
            await until(lambda: len(simulated.messages.inbox) == 1)
    assert "坏的" in deliver(simulated.messages.inbox[1]).text
    assert not simulated.messages.deleted_unread


async def test_a_journal_that_cannot_be_written_keeps_the_message(tmp_path: Path) -> None:
    taken: list[str] = []

    class Full:
        is_full = True

        async def knows(self, fingerprint: str) -> bool:
            return False

        async def note(self, fingerprint: str) -> None:
            if self.is_full:
                raise OSError("no space left on device")

    async def take(sms: IncomingSms) -> None:
        taken.append(sms.text)

    journal = Full()
    with SimulatedModem(tmp_path) as simulated:
        simulated.messages.receive(NUMBER, "1")
        async with Modem(ModemSettings(simulated.port), take, journal=journal) as modem:
            await until(lambda: taken == ["1"])
            assert modem.inbox is not None
            await modem.inbox.read()
            assert simulated.messages.inbox, "not deleted before it is written down"
            journal.is_full = False
            await modem.inbox.read()
            assert not simulated.messages.inbox
    assert taken == ["1"], "and handed over once all the same"


async def test_what_lies_at_an_index_is_looked_at_before_it_is_deleted(tmp_path: Path) -> None:
    """The modem gives the index to another message while the first is handed over."""
    taken: list[str] = []

    async def take(sms: IncomingSms) -> None:
        taken.append(sms.text)
        if sms.text == "1":
            simulated.messages.inbox[1] = encode_deliver(NUMBER, "2")

    with SimulatedModem(tmp_path) as simulated:
        simulated.messages.receive(NUMBER, "1")
        async with Modem(ModemSettings(simulated.port), take) as modem:
            await until(lambda: taken == ["1"])
            assert modem.inbox is not None
            await modem.inbox.read()
            await until(lambda: not simulated.messages.inbox)
    assert taken == ["1", "2"]


async def test_reports_go_and_what_cannot_be_read_stays_and_is_told(tmp_path: Path) -> None:
    async def take(sms: IncomingSms) -> None:
        raise AssertionError("nobody wrote")

    with SimulatedModem(tmp_path, ModemManners(store_size=3)) as simulated:
        simulated.messages.report(NUMBER)
        simulated.messages.inbox.update({2: "00", 3: encode_deliver(NUMBER, "老人")[:-2]})
        kept = {2: simulated.messages.inbox[2], 3: simulated.messages.inbox[3]}
        async with Modem(ModemSettings(simulated.port), take) as modem:
            await until(lambda: simulated.messages.inbox == kept)
            simulated.messages.inbox[1] = "0100"
            assert modem.inbox is not None
            await modem.inbox.read()
            assert modem.inbox.unreadable == 3
            health = await Sms(modem, NUMBER).check()
    assert not health.is_well
    assert "full" in health.detail
    assert encode_report(NUMBER, 1) not in simulated.messages.inbox.values()


async def test_a_long_message_waits_for_its_missing_part(tmp_path: Path) -> None:
    taken: list[str] = []

    async def take(sms: IncomingSms) -> None:
        taken.append(sms.text)

    parts = [
        encode_deliver(NUMBER, t, part=(7, 2, n)) for n, t in enumerate(("我二十", "分钟到"), 1)
    ]
    with SimulatedModem(tmp_path) as simulated:
        simulated.messages.inbox[1] = parts[1]
        async with Modem(ModemSettings(simulated.port), take) as modem:
            await until(lambda: not modem.problem)
            assert modem.inbox is not None
            await modem.inbox.read()
            assert not taken
            assert simulated.messages.inbox
            simulated.messages.stores["ME"][1] = parts[0]  # in the other store
            await modem.inbox.read()
            await until(
                lambda: not simulated.messages.inbox and not simulated.messages.stores["ME"]
            )
    assert taken == ["我二十分钟到"]


# ---------------------------------------------------------------------- the port


@pytest.mark.parametrize(
    "error",
    [
        termios.error(5, "Input/output error"),
        serial.SerialException("could not open port"),
        OSError(16, "Device or resource busy"),
        ValueError("Not a valid baudrate"),
        TypeError("'NoneType' object cannot be interpreted as an integer"),
        AttributeError("'NoneType' object has no attribute 'fileno'"),
        PermissionError(13, "Permission denied"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_failure_of_opening_ends_the_modem(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = serial.Serial, []

    def fail_first(*arguments: object, **options: object) -> serial.Serial:
        if len(failed) < 2:
            failed.append(error)
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(serial, "Serial", fail_first)
    with SimulatedModem(tmp_path) as simulated:
        async with Modem(ModemSettings(simulated.port)) as modem:
            await until(lambda: bool(failed) and "no modem" in modem.problem)
            await until(lambda: not modem.problem)
            ended = (await run_attempt(Sms(modem, NUMBER), message()))[-1]
    assert "part" in ended.detail  # type: ignore[union-attr]


async def test_any_fault_of_the_driver_is_told_and_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = modem_module.set_up, []

    async def fail_first(*arguments: object) -> frozenset[str]:
        if not failed:
            failed.append(True)
            raise RuntimeError("a fault of the program")
        return await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(modem_module, "set_up", fail_first)
    with SimulatedModem(tmp_path) as simulated:
        async with Modem(ModemSettings(simulated.port)) as modem:
            await until(lambda: "RuntimeError" in modem.problem)
            await until(lambda: not modem.problem)


def test_a_port_is_found_under_another_name(tmp_path: Path) -> None:
    here, there = os.openpty()
    tty.setraw(there)
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-other").symlink_to("/dev/null")
    (by_id / "usb-modem-if02").symlink_to(os.ttyname(there))
    stable = stable_name(os.ttyname(there), by_id)
    assert stable == str(by_id / "usb-modem-if02")
    assert present("/dev/ttyUSB2", stable) == stable
    (by_id / "usb-modem-if02").unlink()
    assert present("/dev/ttyUSB2", stable) == "/dev/ttyUSB2"
    assert not stable_name("/dev/ttyUSB99", by_id)
    assert not stable_name(os.ttyname(there), tmp_path / "none")
    os.close(here)
    os.close(there)


@pytest.mark.parametrize("state", ["PH-SIM PIN", "SIM PUK", "PH-NET PIN", "SIM PIN", "SIM PIN2"])
async def test_only_the_cards_own_pin_is_entered(tmp_path: Path, state: str) -> None:
    manners = ModemManners(sim=state)
    with SimulatedModem(tmp_path, manners) as simulated:
        async with Modem(ModemSettings(simulated.port, pin="4321")) as modem:
            is_usable = state in {"SIM PIN", "SIM PIN2"}
            await until(lambda: modem.problem == "" if is_usable else state in modem.problem)
            entered = [c for c in simulated.commands if c.startswith("AT+CPIN=")]
            assert len(entered) == (state == "SIM PIN")


async def test_a_pin_that_somebody_got_wrong_is_not_tried(tmp_path: Path) -> None:
    with SimulatedModem(tmp_path, ModemManners(sim="SIM PIN", pin_tries=2)) as simulated:
        async with Modem(ModemSettings(simulated.port, pin="9999")) as modem:
            await until(lambda: "2 tries left" in modem.problem)
            assert not any(command.startswith("AT+CPIN=") for command in simulated.commands)


def test_the_simulated_time_is_now() -> None:
    assert deliver(encode_deliver(NUMBER, "1")).sent_at == pytest.approx(time.time(), abs=2)
