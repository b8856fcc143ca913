"""`anban robot`: a simulated robot, commands to a real one, and what it is."""

import asyncio
import contextlib
import math
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from robot_io.driver import ChimeName, FaceName, LightPattern, RobotState
from robot_io.errors import RobotError
from robot_io.motion import MotionEnd
from robot_io.people import KEEP_METRES, Point
from robot_io.robot import Robot
from robot_io.simulator import Faults, OrderError, Simulator
from robot_io.simulator.simulator import BAUD, ORDERS
from robot_io.simulator.view import as_svg, as_text

in_words: Callable[[str], str] = str
"""Puts what is told into the language of a home; whoever runs these commands in one sets it."""

app = typer.Typer(help="A robot over a serial line.", no_args_is_help=True)
# Negative numbers are values here, not options.
_NUMBERS = {"ignore_unknown_options": True}
send = typer.Typer(help="Send one command to a robot and wait for its end.", no_args_is_help=True)
app.add_typer(send, name="send")

_VIEW_SECONDS = 0.2


class _Target:
    """Which robot `send` and `info` speak to."""

    port = ""
    driver = "anban"
    baud: int | None = None
    wait = 5.0


_target = _Target()
PortOption = Annotated[
    str,
    typer.Option(
        "--port", "-p", help="Path, pyserial URL, or usb:VID:PID.", envvar="ANBAN_ROBOT_PORT"
    ),
]
DriverOption = Annotated[str, typer.Option(help="Driver: anban, create2, or an installed one.")]
BaudOption = Annotated[int | None, typer.Option(help="Baud rate; the driver's own if not given.")]
WaitOption = Annotated[float, typer.Option(min=0, help="Seconds to wait for the robot.")]


@send.callback()
def _choose(
    port: PortOption,
    driver: DriverOption = "anban",
    baud: BaudOption = None,
    wait: WaitOption = 5.0,
) -> None:
    _target.port, _target.driver, _target.baud, _target.wait = port, driver, baud, wait


def _with_robot(use: Callable[[Robot], Awaitable[MotionEnd | None]]) -> None:
    """Connect, do one thing, say how it ended; an interrupt stops the robot first."""

    async def run() -> MotionEnd | None:
        connecting = Robot.connect(_target.port, _target.driver, _target.baud, _target.wait)
        async with await connecting as robot:
            for number in (signal.SIGINT, signal.SIGTERM):
                task = asyncio.current_task()
                if task is not None:
                    asyncio.get_running_loop().add_signal_handler(number, task.cancel)
            return await use(robot)

    try:
        end = asyncio.run(run())
    except RobotError as error:
        typer.echo(in_words(str(error)), err=True)
        raise typer.Exit(1) from error
    except asyncio.CancelledError as error:
        typer.echo(in_words("interrupted; the robot was told to stop"), err=True)
        raise typer.Exit(130) from error
    if end is None:
        return
    typer.echo(in_words(f"{end.reason}{_where(end.state)}"))
    if not end.finished:
        raise typer.Exit(2)


def _where(state: RobotState | None) -> str:
    if state is None:
        return ""
    heading = math.degrees(state.heading_radians)
    return f" at x {state.x_metres:.2f} m, y {state.y_metres:.2f} m, heading {heading:.0f}°"


@send.command("stop")
def send_stop() -> None:
    """Stop now."""

    async def use(robot: Robot) -> None:
        if not robot.stop():
            raise RobotError("the line takes nothing; a robot with a dead-man stops by itself")

    _with_robot(use)


@send.command("drive", context_settings=_NUMBERS)
def send_drive(
    speed: Annotated[float, typer.Argument(help="Forward, m/s.")],
    turn: Annotated[float, typer.Argument(help="To the left, rad/s.")] = 0.0,
    seconds: Annotated[float, typer.Option(help="How long.")] = 1.0,
) -> None:
    """Roll for some seconds."""
    _with_robot(lambda robot: robot.drive(speed, turn, seconds))


@send.command("turn", context_settings=_NUMBERS)
def send_turn(degrees: Annotated[float, typer.Argument(help="To the left.")]) -> None:
    """Turn on the spot."""
    _with_robot(lambda robot: robot.turn(math.radians(degrees)))


@send.command("approach", context_settings=_NUMBERS)
def send_approach(
    x: Annotated[float, typer.Argument(help="Metres ahead.")],
    y: Annotated[float, typer.Argument(help="Metres to the left.")],
    keep: Annotated[float, typer.Option(help="Distance to keep, m.")] = KEEP_METRES,
) -> None:
    """Come near a point seen from the robot, and face it."""
    _with_robot(lambda robot: robot.approach(Point(x, y), keep))


@send.command("go")
def send_go(place: Annotated[str, typer.Argument(help="A place the robot knows.")]) -> None:
    """Go to a place."""
    _with_robot(lambda robot: robot.go_to(place))


@send.command("dock")
def send_dock() -> None:
    """Go to the charger."""
    _with_robot(lambda robot: robot.dock())


@send.command("undock")
def send_undock() -> None:
    """Come off the charger."""
    _with_robot(lambda robot: robot.undock())


@send.command("release")
def send_release() -> None:
    """Let it move again after it stopped itself."""
    _with_robot(lambda robot: robot.release())


@send.command("look", context_settings=_NUMBERS)
def send_look(
    pan: Annotated[float, typer.Argument(help="Degrees to the left.")],
    tilt: Annotated[float, typer.Argument(help="Degrees up.")] = 0.0,
) -> None:
    """Turn the head."""
    _with_robot(lambda robot: robot.look(math.radians(pan), math.radians(tilt)))


@send.command("face")
def send_face(face: FaceName) -> None:
    """Show a face."""
    _with_robot(lambda robot: robot.face(face))


@send.command("text")
def send_text(text: str) -> None:
    """Show a text."""
    _with_robot(lambda robot: robot.text(text))


@send.command("light")
def send_light(
    red: int, green: int, blue: int, pattern: LightPattern = LightPattern.STEADY
) -> None:
    """Set the light (0 to 255 each)."""
    _with_robot(lambda robot: robot.light(red, green, blue, pattern))


@send.command("chime")
def send_chime(chime: ChimeName) -> None:
    """Play a chime."""
    _with_robot(lambda robot: robot.chime(chime))


@send.command("volume")
def send_volume(percent: int) -> None:
    """Set the loudness."""
    _with_robot(lambda robot: robot.volume(percent))


@app.command()
def info(
    port: PortOption,
    driver: DriverOption = "anban",
    baud: BaudOption = None,
    wait: WaitOption = 5.0,
) -> None:
    """Say what robot it is and how it is."""
    _choose(port, driver, baud, wait)

    async def use(robot: Robot) -> None:
        able, state = robot.capabilities, robot.state
        parts = ", ".join(str(part.name).lower() for part in able.parts)
        typer.echo(in_words(f"{able.name} {able.firmware}\nparts: {parts}"))
        limits = f"limits: {able.speed_max_mps} m/s, {able.turn_max_radps} rad/s"
        typer.echo(in_words(limits))
        if state is not None:
            battery = "unknown" if state.battery is None else f"{state.battery:.0%}"
            held = f", held: {state.held}" if state.held else ""
            told = f"battery {battery}, docked {state.docked}{held}{_where(state)}"
            typer.echo(in_words(told))
        for name, value in robot.statistics.items():
            typer.echo(f"{name}: {value}")

    _with_robot(use)


@app.command()
def sim(
    protocol: Annotated[
        str, typer.Option(help="What it speaks: anban, create2, or an installed one.")
    ] = "anban",
    link: Annotated[
        Path | None, typer.Option(help="Name for its port; a temporary one if not given.")
    ] = None,
    baud: Annotated[int, typer.Option(min=1200, help="Speed of the line.")] = BAUD,
    drop: Annotated[float, typer.Option(min=0, max=1, help="Bytes lost.")] = 0.0,
    duplicate: Annotated[float, typer.Option(min=0, max=1, help="Bytes doubled.")] = 0.0,
    corrupt: Annotated[float, typer.Option(min=0, max=1, help="Bytes spoilt.")] = 0.0,
    delay: Annotated[float, typer.Option(min=0, max=5, help="Seconds of delay.")] = 0.0,
    picture: Annotated[
        Path | None, typer.Option(help="Keep this SVG file up to date instead of drawing text.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Draw nothing.")] = False,
) -> None:
    """A simulated robot on a pseudo-terminal; type `help` for the faults to order.

    Ends with the end of its input, `quit`, or an interrupt.
    """
    faults = Faults(drop, duplicate, corrupt, delay)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Simulator(link, protocol, baud, faults) as simulator:
        told = f"robot on {simulator.link} ({protocol}, {baud} baud); `help` lists the faults"
        typer.echo(in_words(told))
        threading.Thread(target=_obey, args=(simulator, ended), daemon=True).start()
        while not ended.wait(_VIEW_SECONDS):
            if picture is not None:
                new = picture.with_name(picture.name + ".new")
                new.write_text(as_svg(simulator.body))
                new.replace(picture)
            elif not quiet and sys.stdout.isatty():
                typer.echo("\x1b[H\x1b[2J" + as_text(simulator.body) + f"\n{simulator.link}")


def _obey(simulator: Simulator, ended: threading.Event) -> None:
    """Orders from standard input, one a line."""
    for line in sys.stdin:
        words = line.split()
        if words in (["quit"], ["exit"]):
            break
        if words in (["help"], ["?"]):
            typer.echo(ORDERS)
        elif words == ["show"]:
            typer.echo(as_text(simulator.body))
        elif words:
            with contextlib.suppress(BrokenPipeError):
                try:
                    simulator.order(line)
                    typer.echo("ok")
                except OrderError as error:
                    typer.echo(in_words(str(error)), err=True)
    ended.set()
