"""A door contact on a serial line, such as a reed switch at a microcontroller.

It sends a line whenever the door moves, and again every minute: `OPEN`, `CLOSED`, each with the
charge of its battery in percent behind it if it has one: `OPEN 87`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import serial

from sensor_io import (
    BatteryMeasured,
    DeviceLost,
    DoorClosed,
    DoorOpened,
    Fact,
    Sensor,
    SensorConfig,
    SensorError,
    Tell,
)

READ_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 180.0
"""How long a contact that speaks every minute may be silent."""
AGAIN_SECONDS: Final = 2.0
"""How soon a port that is not there is opened again."""
CHECK_SECONDS: Final = 5.0
LINE_BYTES: Final = 64
_DOOR: Final = {"OPEN": DoorOpened, "CLOSED": DoorClosed}


def facts_of(line: bytes) -> list[Fact]:
    """Read one line; what is damaged holds no fact."""
    word, _, charge = line.decode("ascii", "replace").strip().partition(" ")
    if word not in _DOOR:
        return []
    facts: list[Fact] = [_DOOR[word]()]
    if charge.isdecimal() and int(charge) <= 100:
        facts.append(BatteryMeasured(value=int(charge)))
    return facts


class Door(Sensor):
    """The sensor `door`: `port`, and the option `baud` if it is not 9600."""

    def __init__(
        self,
        config: SensorConfig,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(config)
        baud = config.options.get("baud", "9600")
        if not config.port or not baud.isdecimal():
            raise SensorError('write port = "/dev/serial/by-id/..."; options = { baud = "9600" }')
        self._baud, self._clock, self._sleep = int(baud), clock, sleep

    def run(self, tell: Tell) -> None:
        """Tell what the contact sends; one that is unplugged is looked for until it is back."""
        while True:
            try:
                self._read(tell)
            except (OSError, SensorError) as error:
                tell(DeviceLost(reason=f"{error}"[:40]))
            self._sleep(AGAIN_SECONDS)

    def check(self) -> str:
        """Wait for a moment for a line; the contact sends one when the door moves."""
        with self._open() as port:
            until = self._clock() + CHECK_SECONDS
            while self._clock() < until:
                for fact in facts_of(port.read_until(size=LINE_BYTES)):
                    return f"{type(fact).__name__} from {self.config.port}"
        return f"{self.config.port} is open; nothing came yet: move the door"

    def _read(self, tell: Tell) -> None:
        begun = b""
        with self._open() as port:
            heard_at = self._clock()
            while self._clock() - heard_at < SILENT_SECONDS:
                # A line may come in pieces; one without an end is cut.
                begun += port.read_until(size=LINE_BYTES)
                if not begun.endswith(b"\n") and len(begun) < LINE_BYTES:
                    continue
                line, begun = begun, b""
                for fact in facts_of(line):
                    tell(fact)
                    heard_at = self._clock()
        raise SensorError("silent; is its battery empty?")

    def _open(self) -> serial.Serial:
        try:
            return serial.Serial(self.config.port, self._baud, timeout=READ_SECONDS, exclusive=True)
        except (OSError, ValueError) as error:
            raise SensorError(f"{self.config.port} cannot be opened: {error}") from error
