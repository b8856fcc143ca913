"""The simulator: one thread that lets time pass, feeds the firmware and obeys orders."""

import os
import queue
import random
import select
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from robot_io import codes
from robot_io.simulator.body import SimulatedBody
from robot_io.simulator.faults import Faults, OrderError
from robot_io.simulator.firmware import Firmware, NewFirmware, load_firmware
from robot_io.simulator.port import PtyPort
from robot_io.simulator.world import Room, living_room

STEP_SECONDS = 0.01
BOOT_SECONDS = 0.5
WATCHDOG_SECONDS = codes.DEAD_MAN_MS / 1000
BAUD = 115_200


ORDERS = """\
drop|duplicate|corrupt P   lose, double or spoil each byte with probability P (0 to 1)
delay SECONDS              every byte arrives so much later
unplug / plug              pull the cable, put it back
freeze SECONDS             the firmware hangs; the hardware watchdog cuts the motors
reboot                     the robot restarts
battery PERCENT            set the battery
stick left|right|none      a wheel does not turn
bump left|right|none       somebody touches the bumper
lift on|off                somebody lifts the robot
emergency on|off           the emergency button is pressed, released
button                     the button is pressed once
person X Y / person none   where the person stands, in metres
help                       this list"""


class Simulator:
    """A robot on a pseudo-terminal.

    Args:
        link: a name for the port; a new temporary one if None.
        protocol: what it speaks: the name of an installed firmware, or the firmware itself.
        baud: speed of the line, which paces the pty.
        faults: the line's faults from the start.
        room: what is around it.
        seed: of the random faults.
    """

    def __init__(
        self,
        link: Path | None = None,
        protocol: str | NewFirmware = "anban",
        baud: int = BAUD,
        faults: Faults | None = None,
        room: Room | None = None,
        seed: int = 1,
    ) -> None:
        self._own_folder = None if link else tempfile.TemporaryDirectory(prefix="anban-robot-")
        self.link = link or Path(self._own_folder.name if self._own_folder else "") / "robot"
        self.body = SimulatedBody(room or living_room())
        self._new = load_firmware(protocol) if isinstance(protocol, str) else protocol
        self._port = PtyPort(self.link, baud, faults or Faults(), random.Random(seed))  # noqa: S311 - faults, not secrets
        self._starts = 0
        self._firmware = self._boot()
        self._frozen_until = self._booting_until = 0.0
        self._ticked_at = time.monotonic()
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = (
            queue.SimpleQueue()
        )
        self._wake_read, self._wake_write = os.pipe()
        self._running = True
        self._thread = threading.Thread(target=self._run, name="robot-simulator", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Plug the robot in and let time pass."""
        self._port.plug()
        self._thread.start()

    def close(self) -> None:
        """End it and take the port away."""
        self._running = False
        self._wake()
        self._thread.join()
        self._port.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def order(self, line: str) -> None:
        """Carry out one line of `ORDERS`; it is done when this returns.

        Raises:
            OrderError: the line is not understood.
        """
        action = self._parse(line.split())
        done = threading.Event()
        self._orders.put((action, done))
        self._wake()
        if not done.wait(5):
            raise OrderError("the simulator does not run; start it first")

    def _wake(self) -> None:
        os.write(self._wake_write, b"x")

    def _parse(self, words: list[str]) -> Callable[[], None]:
        body, faults = self.body, self._port.faults
        try:
            match words:
                case ["drop" | "duplicate" | "corrupt" as fault, chance]:
                    probability = float(chance)
                    if not 0 <= probability <= 1:
                        raise OrderError(f"{chance} is no probability from 0 to 1")
                    return lambda: setattr(faults, fault, probability)
                case ["delay", text]:
                    delay = max(0.0, float(text))
                    return lambda: setattr(faults, "delay_seconds", delay)
                case ["unplug"]:
                    return self._port.unplug
                case ["plug"]:
                    return self._port.plug
                case ["freeze", text]:
                    seconds = float(text)
                    return lambda: self._freeze(seconds)
                case ["reboot"]:
                    return self._reboot
                case ["battery", text]:
                    level = min(100.0, max(0.0, float(text))) / 100
                    return lambda: setattr(body, "battery", level)
                case ["stick", "left" | "right" | "none" as side]:
                    return lambda: self._stick(side)
                case ["bump", "left" | "right" | "none" as side]:
                    return lambda: body.press(left=side == "left", right=side == "right")
                case ["lift", "on" | "off" as state]:
                    return lambda: setattr(body, "lifted", state == "on")
                case ["emergency", "on" | "off" as state]:
                    return lambda: setattr(body, "emergency_stop", state == "on")
                case ["button"]:
                    return lambda: setattr(body, "button_presses", body.button_presses + 1)
                case ["person", "none"]:
                    return lambda: setattr(body.room, "person", None)
                case ["person", x, y]:
                    position = (float(x), float(y))
                    return lambda: setattr(body.room, "person", position)
        except ValueError as error:
            raise OrderError(f"{' '.join(words)!r}: {error}") from error
        raise OrderError(f"no such order: {' '.join(words)!r}; there are:\n{ORDERS}")

    def _boot(self) -> Firmware:
        def send(data: bytes) -> None:
            self._port.send(data, time.monotonic())

        starts, self._starts = self._starts, self._starts + 1
        return self._new(self.body, send, starts)

    def _reboot(self) -> None:
        self.body.halt()
        self._firmware = self._boot()
        self._booting_until = time.monotonic() + BOOT_SECONDS

    def _freeze(self, seconds: float) -> None:
        self._frozen_until = time.monotonic() + seconds

    def _stick(self, side: str) -> None:
        self.body.stuck_left, self.body.stuck_right = side == "left", side == "right"

    def _run(self) -> None:
        stepped_at = time.monotonic()
        while self._running:
            now = time.monotonic()
            self._wait(now, stepped_at + STEP_SECONDS)
            now = time.monotonic()
            while not self._orders.empty():
                action, done = self._orders.get()
                action()
                done.set()
            stepping = now - stepped_at >= STEP_SECONDS
            while now - stepped_at >= STEP_SECONDS:
                stepped_at += STEP_SECONDS
                self.body.step(STEP_SECONDS)
            self._run_firmware(now, stepping)
            self._port.flush(time.monotonic())

    def _wait(self, now: float, until: float) -> None:
        due = self._port.next_at()
        if due is not None:
            until = min(until, due)
        port = self._port.fileno
        watched = [self._wake_read] + ([port] if port is not None else [])
        ready, _, _ = select.select(watched, [], [], max(0.0, until - now))
        if self._wake_read in ready:
            os.read(self._wake_read, 4096)
        if port is not None and port in ready:
            self._port.read_ready(time.monotonic())

    def _run_firmware(self, now: float, stepping: bool) -> None:
        if now < self._frozen_until:
            if now - self._ticked_at >= WATCHDOG_SECONDS:
                self.body.halt()
            return
        data = self._port.arrived(now)
        if now < self._booting_until:
            self._ticked_at = now
            return
        now_ms = int(now * 1000) & 0xFFFFFFFF
        if data:
            self._firmware.receive(data, now_ms)
        elif stepping:
            self._firmware.tick(now_ms)
        self._ticked_at = now
