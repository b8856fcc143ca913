"""Ports that vanish, boards that refuse: real pseudo-terminals, no device."""

from __future__ import annotations

import os
import pty
import termios
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from captures import DATA, needs_data
from radar_bytes import FALL, PRESENT

from perception.radar import (
    PortSettings,
    RadarConfigError,
    RadarFound,
    RadarLost,
    SerialRadar,
    protocol_named,
    read_config,
    send_config,
    serial_port,
)
from perception.radar.ti_config import data_baud

FDA2 = protocol_named("mr60fda2")


@pytest.fixture
def wire() -> Iterator[tuple[int, str]]:
    """Our end of a serial line, and the name of the other end."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    try:
        os.close(ours)
    except OSError:
        return  # the test pulled the plug


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_reads_frames(wire: tuple[int, str]) -> None:
    ours, name = wire
    radar = SerialRadar(PortSettings(name, FDA2))
    assert radar.read() == RadarFound(name)
    os.write(ours, FALL + PRESENT)
    got = b""
    while len(got) < len(FALL + PRESENT):
        piece = radar.read()
        assert isinstance(piece, bytes)
        got += piece
    assert [frame.fallen for frame in FDA2.parser().feed(got)] == [True, None]
    assert radar.read() is None
    radar.close()


def test_unplugged_mid_frame_is_told_once_and_comes_back(wire: tuple[int, str]) -> None:
    ours, name = wire
    clock = Clock()
    radar = SerialRadar(PortSettings(name, FDA2), clock)
    assert radar.read() == RadarFound(name)
    os.write(ours, FALL[:5])
    assert radar.read() == FALL[:5]
    os.close(ours)
    news = [radar.read() for _ in range(5)]
    assert [type(n) for n in news if n is not None] == [RadarLost]
    clock.now = 100.0
    again, theirs = pty.openpty()
    tty.setraw(theirs)
    radar._settings = PortSettings(os.ttyname(theirs), FDA2)
    assert isinstance(radar.read(), RadarFound)
    parser = FDA2.parser()
    parser.feed(FALL[:5])
    os.write(again, PRESENT)
    piece = radar.read()
    assert isinstance(piece, bytes)
    radar.close()
    os.close(again)
    os.close(theirs)


def test_unplugged_while_it_is_opened_is_told_once(
    wire: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanished(*_: object) -> None:
        raise termios.error(5, "Input/output error")

    monkeypatch.setattr(termios, "tcflush", vanished)
    clock = Clock()
    radar = SerialRadar(PortSettings(wire[1], FDA2), clock)
    news = []
    for _ in range(4):
        news.append(radar.read())
        clock.now += 40.0
    assert [type(n) for n in news if n is not None] == [RadarLost]
    monkeypatch.undo()
    assert radar.read() == RadarFound(wire[1])
    radar.close()


def test_a_port_that_opens_and_cannot_be_read_is_opened_once_a_second(
    wire: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stolen(*_: object) -> bytes:
        raise serial.SerialException("device reports readiness to read but returned no data")

    monkeypatch.setattr(serial.Serial, "read", stolen)
    clock = Clock()
    radar = SerialRadar(PortSettings(wire[1], FDA2), clock)
    news = []
    for _ in range(8):
        news.append(radar.read())
        clock.now += 0.25
    assert [type(n) for n in news if n is not None] == [RadarFound, RadarLost] * 2
    radar.close()


def test_a_port_that_fails_again_when_it_is_closed_is_told_and_opened_again(
    wire: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    radar = SerialRadar(PortSettings(wire[1], FDA2), clock)
    assert radar.read() == RadarFound(wire[1])

    def gone(*_: object) -> bytes:
        raise termios.error(5, "Input/output error")

    monkeypatch.setattr(serial.Serial, "read", gone)
    monkeypatch.setattr(serial.Serial, "close", gone)
    assert isinstance(radar.read(), RadarLost)
    monkeypatch.undo()
    clock.now += 40.0
    # The port that could not be closed is still locked by it: told once, and tried on.
    assert radar.read() in {None, RadarFound(wire[1])}
    radar.close()


def test_a_port_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    clock = Clock()
    radar = SerialRadar(PortSettings(str(tmp_path / "none"), FDA2), clock)
    news = []
    for _ in range(8):
        news.append(radar.read())
        clock.now += 40.0
    assert [type(n) for n in news if n is not None] == [RadarLost]


class Board:
    """Answers like a TI board; `baud` is the rate at which it listens."""

    def __init__(self, answers: dict[str, bytes], baud: int = 115_200) -> None:
        self.answers = answers
        self.baud = baud
        self.baudrate = 115_200
        self.got: list[str] = []
        self.line = b""
        self.waiting = b""
        self.timed_out = 0

    def write(self, data: bytes, /) -> int:
        if self.baudrate != self.baud:
            self.waiting = b"\x9f\xf8" * 40  # its frames, heard at the wrong rate
            return len(data)
        self.line += data
        if self.line.endswith(b"\n"):
            command, self.line = self.line.decode().strip(), b""
            self.got.append(command)
            self.waiting = self.answers.get(command.split()[0], b"Done\nmmwDemo:/>")
            if command.startswith("baudRate"):
                self.baud = int(command.split()[1])
        return len(data)

    def read(self, size: int = 1, /) -> bytes:
        piece, self.waiting = self.waiting[:size], self.waiting[size:]
        self.timed_out += len(piece) < size
        return piece


def test_config_is_sent_line_by_line() -> None:
    board = Board({"sensorStop": b"Ignored: Sensor is already stopped\nmmwDemo:/>"})
    send_config(board, ("sensorStop", "profileCfg 0 60", "sensorStart"))
    assert board.got == ["sensorStop", "profileCfg 0 60", "sensorStart"]


def test_no_answer_is_awaited_beyond_its_prompt() -> None:
    board = Board({})
    send_config(board, ("sensorStop", "profileCfg 0 60", "sensorStart"))
    assert board.timed_out == 0


FASTER = ("sensorStop 0", "baudRate 1250000", "sensorStart 0 0 0 0")


@pytest.mark.parametrize("has_kept_its_power", [False, True])
def test_a_rate_that_the_config_sets_is_followed(has_kept_its_power: bool) -> None:
    board = Board({}, 1_250_000 if has_kept_its_power else 115_200)
    send_config(board, FASTER)
    assert board.got == list(FASTER)
    assert board.baudrate == 1_250_000
    assert data_baud(FASTER, has_own_port=False) == 1_250_000


def test_an_own_data_port_has_the_rate_that_the_config_gives_it() -> None:
    commands = ("sensorStop", "configDataPort 1250000 1", "sensorStart")
    assert data_baud(commands, has_own_port=True) == 1_250_000
    assert data_baud(commands, has_own_port=False) is None
    assert data_baud(("sensorStart",), has_own_port=True) is None


@pytest.mark.parametrize("rate", ["", "fast", "0", "-1", "99999999", "٣"])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(f"baudRate {rate}\nsensorStart\n", "utf-8")
    with pytest.raises(RadarConfigError):
        read_config(path)


def test_a_board_that_runs_already_or_stands_still_is_fine() -> None:
    ignored = b"Ignored: Sensor is already in that state\nmmwDemo:/>"
    board = Board({"sensorStop": b"Error -1\nmmwDemo:/>", "sensorStart": ignored})
    send_config(board, ("sensorStop", "sensorStart"))
    assert board.got == ["sensorStop", "sensorStart"]


def test_a_refused_start_is_no_start() -> None:
    refusal = b"Error: Full configuration must be provided\nError -1\nmmwDemo:/>"
    with pytest.raises(RadarConfigError, match="refused 'sensorStart'"):
        send_config(Board({"sensorStart": refusal}), ("sensorStop", "sensorStart"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"Error -1\nmmwDemo:/>", "refused 'profileCfg 0 60'"),
        (b"'profileCfg' is not recognized as a CLI command", "refused"),
        (b"", "did not answer"),
        (b"\xff\x00" * 9_000, "did not answer"),
    ],
)
def test_a_refused_or_unanswered_line_is_named(answer: bytes, says: str) -> None:
    board = Board({"profileCfg": answer})
    with pytest.raises(RadarConfigError, match=says):
        send_config(board, ("profileCfg 0 60", "sensorStart"))
    assert board.got == ["profileCfg 0 60"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_comments_may_be_in_any_language(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text("% 客厅\nprofileCfg 0 60 % 六十吉赫\r\nsensorStart\n", encoding)
    assert read_config(path) == ("profileCfg 0 60", "sensorStart")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_mark_of_a_windows_editor_is_no_part_of_the_first_command(
    tmp_path: Path, encoding: str
) -> None:
    path, mark = tmp_path / "a.cfg", "\ufeff" if encoding.endswith("e") else ""
    path.write_text(f"{mark}sensorStop\n% 客厅\nprofileCfg 0 60\nsensorStart\n", encoding)
    assert read_config(path) == ("sensorStop", "profileCfg 0 60", "sensorStart")


@pytest.mark.parametrize("content", [b"", b"% nothing\n", b"\xff\xfe", b"profileCfg 1\n"])
def test_a_config_that_starts_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.cfg"
    path.write_bytes(content)
    with pytest.raises(RadarConfigError):
        read_config(path)


@needs_data
def test_config_of_the_captures() -> None:
    commands = read_config(DATA / "iwr6843_tlv" / "people_tracking_config.cfg")
    assert commands[0] == "sensorStop"
    assert commands[-1] == "sensorStart"
    assert not any("%" in command for command in commands)


def test_config_travels_over_a_real_port(wire: tuple[int, str], tmp_path: Path) -> None:
    ours, name = wire
    got: list[bytes] = []

    def board() -> None:
        line = b""
        while b"sensorStart\n" not in line:
            line += os.read(ours, 64)
            for _ in range(line.count(b"\n") - len(got)):
                got.append(b"")
                os.write(ours, b"Done\nmmwDemo:/>")

    config = tmp_path / "a.cfg"
    config.write_text("sensorStop\nchannelCfg 15 7 0 % all\nsensorStart\n", "ascii")
    thread = threading.Thread(target=board)
    thread.start()
    radar = SerialRadar(PortSettings(name, protocol_named("xwr68xx"), name, config))
    assert radar.read() == RadarFound(name)
    thread.join(5)
    assert len(got) == 3
    radar.close()


@pytest.mark.parametrize("has_config", [True, False])
def test_a_board_that_lost_its_power_behind_the_port_is_configured_anew(
    wire: tuple[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_config: bool
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(serial_port, "send_config", lambda _, commands: sent.append(commands))
    config = tmp_path / "a.cfg"
    config.write_text("sensorStart\n", "ascii")
    clock = Clock()
    settings = PortSettings(wire[1], FDA2, config=config if has_config else None)
    radar = SerialRadar(settings, clock)
    assert radar.read() == RadarFound(wire[1])
    os.write(wire[0], b"x")
    assert radar.read() == b"x"
    news = []
    for _ in range(9):  # after 10 s, then after 20
        clock.now += 5.0
        news.append(radar.read())
    assert [type(n) for n in news if n is not None] == [RadarLost, RadarFound] * 2 * has_config
    assert len(sent) == 3 * has_config
    radar.close()
