"""What every sensor offers.  It runs in a process of its own, which Anban keeps alive."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sensor_io.facts import Fact

Tell = Callable[[Fact], None]
"""Tells one fact, from any thread.  It blocks for a moment if more come than anybody can use."""


@dataclass(frozen=True, slots=True)
class SensorConfig:
    """What the home's settings say of one sensor: `[sensors.NAME]`."""

    name: str
    port: str = ""
    """Where the device is: a serial port, an address."""
    place: str = ""
    """Its room or name, as the family is to hear it."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What else this kind of sensor wants to know."""


class Sensor(ABC):
    """One sensor, or a receiver of several."""

    def __init__(self, config: SensorConfig) -> None:
        """Look at the settings only, and open nothing.

        Raises:
            SensorError: they cannot be used; the message says how they are written.
        """
        self.config = config

    @abstractmethod
    def run(self, tell: Tell) -> None:
        """Watch, and tell every fact, without end.

        It has a thread of its own and may block.  A device that is unplugged is no reason to end:
        tell `DeviceLost` and look for it again.  If this returns or raises, the process ends and
        is started again after a pause.

        Raises:
            SensorError: only a human can mend it.
        """

    @abstractmethod
    def check(self) -> str:
        """Look once whether the device is there, in a few seconds; gives in a few words how it is.

        Raises:
            SensorError: it is not; the message says what to do.
        """
