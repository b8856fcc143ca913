"""Commands for the camera: `anban camera watch`, `anban camera privacy`."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from assistant.commands.reminder_list import copied
from assistant.commands.setup_home import opened
from assistant.commands.told import told
from assistant.home.camera_privacy import is_private, keep_private
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.runtime.link import Link, LinkError
from assistant.services import SetCameraPrivacy
from assistant.services.errors import ServiceError
from assistant.settings import CameraSettings, home_folder, read, settings_file
from assistant.store import StoreError

DATABASE: Final = "anban.sqlite"
WAIT_SECONDS: Final = 0.5
ASK_SECONDS: Final = 5.0
"""How often it is looked whether it may still look."""
HIDDEN: Final = "The camera was told not to look. It may again with: anban camera privacy off"

app = typer.Typer(name="camera", help="The camera.", no_args_is_help=True)


@app.command()
def privacy(
    switch: Annotated[
        str,
        typer.Argument(help="on: do not look any more; off: look again; else say how it is."),
    ] = "",
) -> None:
    """Tell the camera not to look any more, or to look again; holds until it is told otherwise."""
    if switch not in {"", "on", "off"}:
        _fail(f"{switch!r} is neither on nor off.")
    folder = home_folder()
    try:
        if switch:
            asyncio.run(_switch(folder, is_hidden=switch == "on"))
        is_hidden = kept_privacy()
    except (StoreError, LinkError, ServiceError, OSError, TimeoutError) as error:
        _fail(str(error) or "Anban does not answer.")
    if not read(settings_file(folder)).settings.camera.source:
        _tell("There is no camera in the settings yet; what was said holds for one that comes.")
    typer.echo(told("The camera does not look." if is_hidden else "The camera may look."))


@app.command()
def watch(
    source: Annotated[
        str,
        typer.Option(help="/dev/video0, an rtsp:// address or file: and a video; else the home's."),
    ] = "",
    upside_down: Annotated[
        bool, typer.Option("--upside-down", help="It hangs upside down.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(help="Stop after this long; 0 goes on until Ctrl-C.")
    ] = 0.0,
) -> None:
    """Print what happens before a camera, one JSON object a line; nothing is kept."""
    try:
        if kept_privacy():
            _fail(HIDDEN)
    except StoreError as error:
        _fail(str(error))
    known = read(settings_file(home_folder())).settings.camera
    wanted = CameraSettings(source, known.place, upside_down) if source else known
    if not wanted.source:
        _fail("Which camera? Name it with --source, or in anban.toml under [camera].")
    try:
        _watch(wanted, seconds)
    except ImportError as error:
        _fail(f"OpenCV, which reads cameras, cannot be loaded: {error}")
    except KeyboardInterrupt:
        pass


def _watch(wanted: CameraSettings, seconds: float) -> None:
    from perception.camera.capture import Capture, HungError, Lost  # noqa: PLC0415  (OpenCV)
    from perception.camera.sensor import CameraSensor  # noqa: PLC0415
    from perception.camera.source import CameraError, CameraSource, Kind  # noqa: PLC0415
    from perception.events import to_json  # noqa: PLC0415
    from perception.onnx_model import ModelError  # noqa: PLC0415

    try:
        camera = CameraSource.of(wanted.source)
        sensor = CameraSensor(is_upside_down=wanted.is_upside_down)
    except (CameraError, ModelError) as error:
        _fail(str(error))
    capture = Capture(camera)
    began = asked = time.monotonic()
    try:
        while not seconds or time.monotonic() - began < seconds:
            looked = time.monotonic()
            if looked - asked >= ASK_SECONDS:
                asked = looked
                if kept_privacy():
                    _fail(HIDDEN)
            got = capture.take(WAIT_SECONDS)
            if isinstance(got, Lost):
                _tell(got.reason)
                events = sensor.lost(looked, got)
            else:
                events = sensor.take(got) if got is not None else []
            for event in events:
                values = to_json(event) | {"at": round(event.at - began, 2)}
                typer.echo(json.dumps(values, ensure_ascii=False))
            if isinstance(got, Lost) and camera.kind is Kind.FILE:
                return  # it has ended; a camera may come back
            time.sleep(max(0.0, looked + sensor.pause_seconds - time.monotonic()))
    except HungError as error:
        _fail(str(error))
    finally:
        capture.close()


def kept_privacy() -> bool:
    """Whether this home's camera was told not to look; raises StoreError."""
    with tempfile.TemporaryDirectory(prefix="anban-") as folder:
        path = copied(Path(folder))  # the home's own is left to the Anban that runs
        return path.exists() and asyncio.run(_look(path))


async def _look(path: Path) -> bool:
    async with opened(path) as database:
        return await is_private(database)


async def _switch(folder: Path, *, is_hidden: bool) -> None:
    """Through the Anban that runs, else by itself."""
    try:
        lock = lock_home(folder)
    except AlreadyRunningError:
        async with Link("camera", (), socket_path(folder)) as link:
            if not await link.request(SetCameraPrivacy(is_hidden)):
                _tell("It holds now, but the disk could not keep it: not after a restart.")
        return
    with lock:
        async with opened(folder / DATABASE) as database:
            await keep_private(database, is_private=is_hidden)


def _tell(message: str) -> None:
    typer.echo(told(message), err=True)


def _fail(message: str) -> NoReturn:
    _tell(message)
    raise typer.Exit(1)
