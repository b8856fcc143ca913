"""The process of one added sensor: `python -m assistant.sensors [run|check|watch]`.

The package's code runs here and nowhere else, within bounds of memory and of what it may write; it
is told its own settings and nothing of the home.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import threading
from collections.abc import Callable
from typing import Final

from assistant.events import Ready, SensorTold, Shutdown
from assistant.runtime.child import end_at_once, follow_core, run_child
from assistant.runtime.link import Link
from assistant.runtime.privacy import keep_private
from assistant.runtime.rights import SENSOR_PREFIX
from assistant.sensors.chatter import keep_short
from assistant.sensors.own_settings import own_settings
from assistant.sensors.pace import Pace
from sensor_io import Fact, Sensor, SensorError, kind_of, load_sensor, values_of

MEMORY_BYTES: Final = 1 << 29
FILE_BYTES: Final = 1 << 23
"""The largest file that it may write, its own chatter included."""

log = logging.getLogger(__name__)


def made() -> Sensor:
    """Make the sensor of the settings in the environment.

    Raises:
        SensorError: they name none, or it cannot be made.
    """
    driver, config = own_settings()
    sensor = load_sensor(driver)
    try:
        return sensor(config)
    except SensorError:
        raise
    except Exception as error:
        raise SensorError(f"its package failed over the settings: {error!r:.200}") from error


def telling(send: Callable[[Fact], object]) -> Callable[[Fact], None]:
    """Give what a sensor tells its facts to: checked, and not faster than anybody can use."""
    pace = Pace()

    def tell(fact: Fact) -> None:
        if not isinstance(fact, Fact):
            raise TypeError(f"a sensor tells facts of sensor_io, not {fact!r:.80}")
        pace.wait(fact)
        send(fact)

    return tell


async def _serve() -> None:
    sensor = made()
    name = sensor.config.name
    async with Link(f"{SENSOR_PREFIX}{name}", (Shutdown,)) as link:
        loop = asyncio.get_running_loop()

        def send(fact: Fact) -> None:
            told = SensorTold(name, kind_of(fact), values_of(fact))
            loop.call_soon_threadsafe(link.send, told)

        ready = Ready(link.name, sensor.config.port)
        threading.Thread(target=_run, args=(sensor, telling(send)), daemon=True).start()
        await follow_core(link, lambda _: None, tell_ready=lambda: link.send(ready))


def _run(sensor: Sensor, tell: Callable[[Fact], None]) -> None:
    """Run the sensor; without its thread the process would live on and notice nothing."""
    try:
        sensor.run(tell)
    except SensorError as error:
        end_at_once(f"{sensor.config.name}: {error}")
    except BaseException:
        log.exception("%s failed; it is started again", sensor.config.name)
        end_at_once(f"{sensor.config.name}: its package failed")
    end_at_once(f"{sensor.config.name}: its package came to an end by itself")


def _check() -> str | None:
    """Print how the sensor is; gives what is wrong with it."""
    try:
        said = made().check()
    except SensorError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (another package's code)
        return f"its package failed: {error!r:.200}"
    print(str(said)[:200])  # noqa: T201  (read by `anban sensors check`)
    return None


def _watch() -> str | None:
    """Print every fact as a line of JSON, without end; gives what ended it."""

    def send(fact: Fact) -> None:
        line = {"kind": kind_of(fact), **values_of(fact)}
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201

    try:
        made().run(telling(send))
    except SensorError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001
        return f"its package failed: {error!r:.200}"
    return "its package came to an end by itself"


def _bound() -> None:
    """Keep the package from taking all of the machine."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))


def main() -> None:
    """Run the process; a hopeless end is one line on stderr and status 1."""
    _bound()
    match sys.argv[1:]:
        case ["check"]:
            keep_private()
            end_at_once(_check())
        case ["watch"]:
            keep_private()
            end_at_once(_watch())
        case _:
            keep_short()
            end_at_once(run_child("sensor", _serve(), SensorError))


if __name__ == "__main__":
    main()
