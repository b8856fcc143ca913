"""Finding sensors: every entry point of the group `anban.sensors`."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final

from sensor_io.errors import SensorError
from sensor_io.sensor import Sensor

GROUP: Final = "anban.sensors"


def installed() -> tuple[str, ...]:
    """Give the names of the sensors that are installed; nothing of them is imported."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load_sensor(name: str) -> type[Sensor]:
    """Import the installed sensor of this name.

    Raises:
        SensorError: there is none, there are two, or it cannot be loaded.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        names = ", ".join(installed()) or "none"
        raise SensorError(f"no sensor {name!r} is installed; there are: {names}")
    if len({point.value for point in found}) > 1:
        raise SensorError(f"two packages bring a sensor {name!r}; uninstall one")
    try:
        sensor = found[0].load()
    except (Exception, SystemExit) as error:  # another package's code
        raise SensorError(f"the sensor {name!r} does not load: {error!r:.200}") from error
    if not (isinstance(sensor, type) and issubclass(sensor, Sensor)):
        raise SensorError(f"{found[0].value} is no subclass of sensor_io.Sensor")
    return sensor
