"""How a sensor's program is told its own settings: by the environment, and nothing else of them."""

from __future__ import annotations

import json
import os
from typing import Final

from assistant.settings import SensorSettings
from sensor_io.sensor import SensorConfig

_VARIABLE: Final = "ANBAN_SENSOR"


def environment_of(name: str, settings: SensorSettings) -> dict[str, str]:
    """Give the variable in which a program finds its settings."""
    values = {
        "name": name,
        "driver": settings.driver,
        "port": settings.port,
        "place": settings.place,
        "options": settings.options,
    }
    return {_VARIABLE: json.dumps(values)}


def own_settings() -> tuple[str, SensorConfig]:
    """Give the driver and the settings of this program."""
    values = json.loads(os.environ[_VARIABLE])
    return values.pop("driver"), SensorConfig(**values)
