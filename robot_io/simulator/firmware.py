"""What a simulated robot speaks: firmware on the simulated body; any package may bring one."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Protocol

from robot_io.device import Device
from robot_io.errors import DriverError
from robot_io.simulator.body import NATURE, SimulatedBody
from robot_io.simulator.create2 import Create2Device

ENTRY_POINT_GROUP = "anban.robot_simulators"


class Firmware(Protocol):
    """The robot's side of the line: bytes in, wheels and answers out; calls return at once."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes have arrived; `now_ms` runs from 0 to 2**32 and begins anew."""

    def tick(self, now_ms: int) -> None:
        """A hundredth of a second has passed, in which nothing arrived."""


Send = Callable[[bytes], None]
NewFirmware = Callable[[SimulatedBody, Send, int], Firmware]
"""Starts a robot: its body, what carries its bytes to the program, and how often it was started
before (so that it can tell that it restarted)."""


def new_anban(body: SimulatedBody, send: Send, starts: int) -> Firmware:
    """Start a robot that speaks the Anban protocol."""
    return Device(NATURE, body, send, starts + 1 & 0xFFFF)


def new_create2(body: SimulatedBody, send: Send, _starts: int) -> Firmware:
    """Start an iRobot Create 2."""
    return Create2Device(body, send)


def load_firmware(name: str) -> NewFirmware:
    """The simulated robot of this name (entry point group `anban.robot_simulators`).

    Raises:
        DriverError: none, or it cannot be loaded.
    """
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if name not in found:
        names = ", ".join(sorted(found)) or "none"
        raise DriverError(f"no simulated robot {name!r} is installed; there are: {names}")
    try:
        new: NewFirmware = found[name].load()
    except Exception as error:  # a third party's module may raise anything
        raise DriverError(f"the simulated robot {name!r} does not load: {error!r}") from error
    return new
