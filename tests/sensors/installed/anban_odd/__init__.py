"""Sensors of a package that behaves badly; which one is meant stands in the option `how`."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

from sensor_io import (
    DoorClosed,
    DoorOpened,
    Fact,
    Sensor,
    SensorConfig,
    SensorError,
    SmokeDetected,
    Tell,
)


class Odd(Sensor):
    """Does what it is told to, good or bad."""

    def __init__(self, config: SensorConfig) -> None:
        super().__init__(config)
        if config.options["how"] == "refuses":
            raise SensorError("write how it is")
        if config.options["how"] == "raises":
            raise RuntimeError("a fault")

    def run(self, tell: Tell) -> None:
        getattr(self, self.config.options["how"])(tell)

    def check(self) -> str:
        return {"refuses": "", "good": "all doors are there"}[self.config.options["how"]]

    def good(self, tell: Tell) -> None:
        tell(DoorOpened(device="left", confidence=0.9))
        threading.Event().wait()

    def dies(self, tell: Tell) -> None:
        tell(DoorOpened())
        os._exit(3)

    def ends(self, tell: Tell) -> None:
        tell(DoorOpened())

    def lies(self, tell: Tell) -> None:
        tell("the door is open")  # type: ignore[arg-type]

    def grows(self, tell: Tell) -> None:
        hoard = []
        while True:
            hoard.append(bytearray(1 << 24))

    def floods(self, tell: Tell) -> None:
        for number in range(120):
            tell(DoorOpened() if number % 2 else DoorClosed())
        tell(SmokeDetected())

    def peeks(self, tell: Tell) -> None:
        """Write down what of the home it can see, and try to speak for another sensor."""
        names = [name for name in os.environ if name.startswith("ANBAN")]
        Path(self.config.options["file"]).write_text(" ".join(names))
        self._raw(
            b'{"type":"Hello","name":"sensor.odd"}\n'
            b'{"type":"SensorTold","sensor":"other","kind":"door_opened"}\n'
            b'{"type":"CryForHelpHeard","phrase":"x","reason":"fall","at":0}\n'
            b'{"type":"ServiceAsked","service":"home.state"}\n'
            b'{"type":"SensorTold","sensor":"odd","kind":"door_opened","values":{"at":1}}\n'
        )

    def rubbish(self, tell: Tell) -> None:
        self._raw(
            b'{"type":"Hello","name":"sensor.odd"}\n'
            b'{"type":"SensorTold","sensor":"odd","kind":"earthquake"}\n' + b"no JSON\n" * 200
        )

    def _raw(self, data: bytes) -> None:
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(os.environ["ANBAN_SOCKET"])
        peer.sendall(data)
        while peer.recv(4096):
            pass
        time.sleep(3_600)


def rubbish_of(_: Fact) -> None:
    """No sensor at all."""
