"""Commands for sensors: `anban radar record`, `anban radar watch`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from perception.activity import ExerciseWatch
from perception.calibration import FEWEST_SECONDS
from perception.events import Event, Unsure, to_json
from perception.fall import FallModel
from perception.onnx_model import ModelError
from perception.radar import (
    PROTOCOLS,
    PortSettings,
    RadarConfigError,
    RadarFound,
    RadarLost,
    RecordingError,
    RecordingWriter,
    SerialRadar,
    UnknownRadarError,
    open_recording,
    protocol_named,
    read_config,
)
from perception.radar.room import MountingPose, Room, RoomError
from perception.replay import played
from perception.sensor import RadarSensor

in_words: Callable[[str], str] = str
"""Puts what is told into the language of a home; whoever runs these commands in one sets it."""

app = typer.Typer(name="radar", help="Millimetre-wave radars.", no_args_is_help=True)

Port = Annotated[str, typer.Option(help="Data port, such as /dev/ttyUSB1.")]
Radar = Annotated[str, typer.Option("--protocol", help=f"Which radar: {', '.join(PROTOCOLS)}.")]
Config = Annotated[Path | None, typer.Option(help="TI boards: the .cfg to send first.")]
CommandPort = Annotated[str | None, typer.Option(help="TI boards: where the .cfg goes.")]
Height = Annotated[float, typer.Option(help="Metres from the floor to the sensor.")]
Tilt = Annotated[float, typer.Option(help="Degrees that the sensor looks down; 90 on a ceiling.")]
Exercise = Annotated[
    bool, typer.Option(help="Name exercises too: boxing, jack, jump, squats, walk.")
]
Seconds = Annotated[float, typer.Option(help="Stop after this long; 0 goes on until Ctrl-C.")]


@app.command()
def record(
    file: Path,
    port: Port,
    protocol: Radar,
    config: Config = None,
    command_port: CommandPort = None,
    seconds: Seconds = 0.0,
) -> None:
    """Write what a radar sends to FILE, for `anban replay`; no file where nothing came."""
    radar = _open(port, protocol, config, command_port)
    began = time.monotonic()
    size = 0
    try:
        with file.open("xb") as out:
            writer = RecordingWriter(out, protocol_named(protocol), time.time())
            for at, data in _bytes_of(radar, began, seconds):
                writer.write(at, data)
                size += len(data)
    except FileExistsError:
        _fail(f"{file} is there already; choose another name.")
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}.")
    except KeyboardInterrupt:
        pass
    finally:
        radar.close()
    if not size:
        file.unlink()
        _fail(f"Nothing came from {port}: look at its name, its power and --protocol.")
    _tell(f"{file}: {size} bytes in {time.monotonic() - began:.1f} s")


@app.command()
def watch(
    port: Port,
    protocol: Radar,
    config: Config = None,
    command_port: CommandPort = None,
    height: Height = 1.8,
    tilt: Tilt = 0.0,
    exercise: Exercise = False,
    seconds: Seconds = 0.0,
) -> None:
    """Print what happens before a radar, one JSON object a line."""
    radar = _open(port, protocol, config, command_port)
    sensor = _sensor(protocol, height, tilt, exercise=exercise)
    try:
        for at, data in _bytes_of(radar, time.monotonic(), seconds, idle=True):
            _print(sensor.feed(at, data))
    except ModelError as error:  # the breath model is loaded where a module sends its phase
        _fail(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        radar.close()


@app.command()
def calibrate(
    file: Annotated[Path | None, typer.Argument(help="A recording of somebody who walks.")] = None,
    port: Annotated[str, typer.Option(help="Data port, if there is no recording.")] = "",
    protocol: Annotated[str, typer.Option(help=f"Which radar: {', '.join(PROTOCOLS)}.")] = "",
    config: Config = None,
    command_port: CommandPort = None,
    height: Height = 1.8,
    tilt: Tilt = 0.0,
    seconds: Annotated[float, typer.Option(help="How long to look, before a port.")] = 120.0,
) -> None:
    """Say how high the radar hangs, by the walks of whoever is before it: walk about meanwhile."""
    sensor = _sensor(protocol or "xwr68xx", height, tilt, exercise=False)
    try:
        if file is not None:
            recording = open_recording(file, protocol or None)
            sensor = _sensor(recording.protocol.name, height, tilt, exercise=False)
            for at, data in played(recording):
                sensor.feed(at, data)
        elif port and protocol:
            _tell(f"Walk about before the radar for {seconds:.0f} s.")
            radar = _open(port, protocol, config, command_port)
            try:
                for at, data in _bytes_of(radar, time.monotonic(), seconds):
                    sensor.feed(at, data)
            finally:
                radar.close()
        else:
            _fail("Name a recording, or --port and --protocol of a radar.")
    except RecordingError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        pass
    found = sensor.floor
    if isinstance(found, Unsure):
        _fail(UNSURE[found])
    if found.differs(MountingPose(height, tilt)):
        hangs = f"{found.height_metres:.1f}"
        typer.echo(in_words(f"The radar hangs at {hangs} m, not at {height:.1f} m."))
        typer.echo(in_words(f"In anban.toml, under [radar]: height_metres = {hangs}"))
    else:
        typer.echo(in_words(f"The radar hangs at {height:.1f} m, as told."))
    _tell(f"Seen over {found.walked_seconds:.0f} s of walking; sure to 0.2 m.")


UNSURE: Final = {
    Unsure.NOBODY_WALKED: (
        f"The floor cannot be found: nobody walked for {FEWEST_SECONDS:.0f} s before the radar. "
        "Walk to and fro across the room, 1 to 4 m before it."
    ),
    Unsure.NO_FEET: (
        "The floor cannot be found: what is seen does not reach from feet to head. Is the view "
        "narrow in height, or does furniture stand before the radar? Measure the height by hand."
    ),
    Unsure.TURNED: (
        "The heights of who walks make no sense: does the radar hang upside down, on its side, or "
        "look down from the ceiling (--tilt 90)? Hang it upright, or tell its tilt."
    ),
}
"""What to do if the mounting cannot be told."""


def _open(port: str, protocol: str, config: Path | None, command_port: str | None) -> SerialRadar:
    try:
        if config is not None:
            read_config(config)  # else it is tried again and again
        return SerialRadar(PortSettings(port, protocol_named(protocol), command_port, config))
    except (UnknownRadarError, RadarConfigError) as error:
        _fail(str(error))


def _sensor(protocol: str, height: float, tilt: float, *, exercise: bool) -> RadarSensor:
    try:
        room = Room(MountingPose(height_metres=height, tilt_degrees=tilt))
        watch = ExerciseWatch() if exercise else None
        return RadarSensor(protocol_named(protocol), room, FallModel(), exercise=watch)
    except (RoomError, ModelError, UnknownRadarError) as error:
        _fail(str(error))


def _bytes_of(
    radar: SerialRadar, began: float, seconds: float, *, idle: bool = False
) -> Iterator[tuple[float, bytes]]:
    """Bytes with the seconds since `began`; news of the port goes to standard error."""
    while not seconds or time.monotonic() - began < seconds:
        got = radar.read()
        at = time.monotonic() - began
        if isinstance(got, bytes):
            yield at, got
        elif isinstance(got, RadarLost):
            reason = got.reason if got.reason.endswith((".", "?")) else f"{got.reason}."
            where = "" if got.port in reason else f"{got.port}: "
            _tell(f"{where}{reason} {_tries_again(began, seconds)}")
        elif isinstance(got, RadarFound):
            _tell(f"{got.port}: it is open.")
        elif idle:
            yield at, b""


def _tries_again(began: float, seconds: float) -> str:
    if not seconds:
        return "It is tried again and again until it is there; Ctrl-C ends this."
    left = max(0.0, began + seconds - time.monotonic())
    return f"It is tried again for {left:.0f} s; Ctrl-C ends this sooner."


def _print(events: list[Event]) -> None:
    for event in events:
        typer.echo(json.dumps(to_json(event), ensure_ascii=False))


def _fail(message: str) -> NoReturn:
    _tell(message)
    raise typer.Exit(1)


def _tell(message: str) -> None:
    typer.echo(in_words(message), err=True)
