"""The link on real pseudo-terminals, sockets and RFC 2217."""

import os
import socket
import termios
import threading
import tty
from types import SimpleNamespace

import pytest
import serial
from serial import rfc2217

from robot_io import codes
from robot_io import link as link_module
from robot_io import messages as m
from robot_io.drivers.anban import AnbanDriver
from robot_io.errors import LinkError, NotARobotError, VersionError
from robot_io.frame import Decoder, Frame, encode
from robot_io.link import Link, open_port, resolve


class Listener:
    """A link's client that keeps what happens; waits are for events, never for time."""

    def __init__(self):
        self.changed = threading.Condition()
        self.events = []
        self.data = b""
        self.to_send = []

    def _keep(self, event):
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def link_up(self):
        self._keep("up")

    def link_down(self, error):
        self._keep(error)

    def received(self, data):
        with self.changed:
            self.data += data
            self.changed.notify_all()

    def outgoing(self, budget_bytes):
        return (self.to_send.pop(0), 0.0) if self.to_send else (b"", 1.0)

    def wait(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, 60), self.events


class Plug:
    """A pty behind a link of a fixed name, as udev makes one."""

    def __init__(self, folder):
        self.path = folder / "robot"
        self.master = None

    def plug(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path.symlink_to(os.ttyname(self.slave))

    def unplug(self):
        self.path.unlink()
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def plug(tmp_path):
    return Plug(tmp_path)


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def link(plug, listener):
    link = Link(str(plug.path), 115_200, listener)
    link.start()
    yield link
    link.close()


def test_bytes_go_both_ways(plug, link, listener):
    plug.plug()
    listener.wait(lambda: "up" in listener.events)
    os.write(plug.master, b"hello\0")
    listener.wait(lambda: listener.data == b"hello\0")
    listener.to_send.append(b"answer")
    link.wake()
    assert os.read(plug.master, 100) == b"answer"
    assert link.send_now(b"stop")
    assert os.read(plug.master, 100) == b"stop"
    counts = link.statistics
    assert (counts.bytes_read, counts.bytes_written, counts.times_opened) == (6, 10, 1)


@pytest.mark.parametrize(
    "count", [5, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
)
def test_it_comes_back_every_time(plug, link, listener, count):
    for times in range(1, count + 1):
        plug.plug()
        listener.wait(lambda times=times: listener.events.count("up") == times)
        os.write(plug.master, b"x")
        listener.wait(lambda times=times: len(listener.data) == times)
        plug.unplug()
        listener.wait(lambda: isinstance(listener.events[-1], LinkError))
    assert link.statistics.times_opened == count
    assert link.statistics.times_lost == count
    assert not link.send_now(b"x")


def test_a_missing_port_is_told_once_with_advice(link, listener):
    listener.wait(lambda: listener.events)
    link._closing.wait(3 * link_module.REOPEN_SECONDS)
    assert len(listener.events) == 1
    assert "not plugged in" in str(listener.events[0])


def test_two_programs_cannot_have_one_port(plug, link, listener):
    plug.plug()
    listener.wait(lambda: "up" in listener.events)
    with pytest.raises(LinkError, match="another program has it"):
        open_port(str(plug.path), 115_200)


@pytest.mark.parametrize(
    "failure",
    [
        serial.SerialException("device disconnected"),
        OSError(5, "Input/output error"),
        termios.error(5, "Input/output error"),
        TypeError("'NoneType' object cannot be interpreted as an integer"),
        ValueError("file descriptor cannot be a negative integer (-1)"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_every_way_to_fail_becomes_one_error(plug, monkeypatch, listener, failure):
    plug.plug()
    port = serial.Serial(str(plug.path), timeout=0.1)
    reads = iter([failure])

    def read(size):
        raise next(reads)

    monkeypatch.setattr(port, "read", read)
    monkeypatch.setattr(link_module, "open_port", lambda *_: port if port.is_open else _gone())
    link = Link(str(plug.path), 115_200, listener)
    link.start()
    listener.wait(lambda: any(isinstance(event, LinkError) for event in listener.events))
    link.close()
    assert listener.events[0] == "up"
    assert type(failure).__name__ in str(listener.events[1])


def _gone():
    raise LinkError("it is gone")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("usb:zz", "is not usb:VID:PID"),
        ("usb:1a86:zz", "is not usb:VID:PID"),
        ("usb:1a86:7523", "no USB serial device 1a86:7523"),
        ("nonsense://x", "serial port nonsense://x"),
        ("socket://127.0.0.1:1", "serial port socket"),
        ("/dev/null", "it is no serial port"),
        ("/", "serial port /"),
    ],
)
def test_addresses_that_lead_nowhere(address, message, monkeypatch):
    monkeypatch.setattr(link_module.list_ports, "comports", list)
    with pytest.raises(LinkError, match=message):
        open_port(address, 115_200)


def test_usb_devices_are_found_by_their_ids(monkeypatch):
    ports = [
        SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None, serial_number=None),
        SimpleNamespace(device="/dev/ttyUSB0", vid=0x1A86, pid=0x7523, serial_number="a"),
        SimpleNamespace(device="/dev/ttyUSB1", vid=0x1A86, pid=0x7523, serial_number="b"),
    ]
    monkeypatch.setattr(link_module.list_ports, "comports", lambda: ports)
    assert resolve("usb:1a86:7523") == "/dev/ttyUSB0"
    assert resolve("usb:1A86:7523:b") == "/dev/ttyUSB1"
    with pytest.raises(LinkError, match="1a86:7523"):
        resolve("usb:10c4:ea60")


class PtyPort(serial.Serial):
    """A pty has no modem lines, and an RFC 2217 server asks for them."""

    cts = dsr = ri = cd = False

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


def serve(pty_path, speak):
    """One TCP client in front of a serial port; `speak` gives what decodes and encodes for it."""
    server = socket.create_server(("127.0.0.1", 0))

    def run():
        client, _ = server.accept()
        client.settimeout(0.02)
        with client, PtyPort(str(pty_path), timeout=0.02) as port:
            decode, encode = speak(port, client)
            while pump(port, client, decode, encode):
                pass

    threading.Thread(target=run, daemon=True).start()
    return server


def pump(port, client, decode, encode):
    """Once in each direction; false when the client or the port is gone."""
    try:
        try:
            data = client.recv(1024)
            if not data:
                return False
            port.write(decode(data))
        except TimeoutError:
            pass
        client.sendall(encode(port.read(port.in_waiting or 1)))
    except OSError:
        return False
    return True


def plain(_port, _client):
    return bytes, bytes


def as_rfc2217(port, client):
    manager = rfc2217.PortManager(port, SimpleNamespace(write=client.sendall))
    return lambda data: b"".join(manager.filter(data)), lambda data: b"".join(manager.escape(data))


# pyserial's RFC 2217 client names its thread in a way that Python has deprecated.
@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")
@pytest.mark.parametrize(("scheme", "speak"), [("socket", plain), ("rfc2217", as_rfc2217)])
def test_a_robot_over_the_network(simulator, scheme, speak):
    with serve(simulator.link, speak) as server:
        driver = AnbanDriver.at(f"{scheme}://127.0.0.1:{server.getsockname()[1]}")
        driver.open()
        try:
            assert driver.wait_connected(15).name == "Anban simulator"
            driver.text("网络").result(5)
            assert simulator.body.text == "网络"
        finally:
            driver.close()


def test_a_device_that_is_no_robot_is_named_with_what_it_says(plug, monkeypatch):
    monkeypatch.setattr("robot_io.drivers.anban.PATIENCE_SECONDS", 0.3)
    plug.plug()
    driver = AnbanDriver.at(str(plug.path))
    driver.open()
    try:
        stop = threading.Event()

        def talk():
            while not stop.wait(0.02):
                os.write(plug.master, b"$GPGGA,1,2,3\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(NotARobotError, match="GPGGA"):
            driver.wait_connected(1.0)
        stop.set()
        thread.join()
    finally:
        driver.close()


def test_a_firmware_of_another_version_is_named(plug):
    plug.plug()
    driver = AnbanDriver.at(str(plug.path))
    driver.open()
    gone = threading.Event()

    def answer():
        decoder = Decoder()
        refusal = m.Refusal(codes.Reason.VERSION, 2 | 2 << 8).pack()
        while not gone.is_set():
            for frame in decoder.feed(os.read(plug.master, 100)):
                back = Frame(codes.Type.REFUSAL, frame.session, frame.sequence, refusal, version=2)
                os.write(plug.master, encode(back))

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with pytest.raises(VersionError, match=r"protocol 2 to 2, this program 1; update"):
            driver.wait_connected(1.0)
    finally:
        gone.set()
        thread.join()  # the driver goes on to ask, so the last read ends
        driver.close()


def test_a_line_that_takes_nothing_is_an_error_not_a_hang(plug, link, listener):
    plug.plug()
    listener.wait(lambda: "up" in listener.events)
    listener.to_send += [bytes(2000)] * 400  # nobody reads the other end
    link.wake()
    listener.wait(lambda: any("takes no bytes" in str(event) for event in listener.events))
