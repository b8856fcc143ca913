"""The firmware of a simulated iRobot Create 2: the Open Interface on the same body.

It knows the commands that the driver uses and the lengths of those; like the real one it has
neither checksums nor a dead-man on what it receives, and drives on until told otherwise.
"""

import math
import struct
from collections.abc import Callable

from robot_io import codes
from robot_io import messages as m
from robot_io.body import Progress
from robot_io.drivers import create2_interface as oi
from robot_io.drivers.create2_interface import Mode, Opcode, Packet
from robot_io.simulator.body import WHEEL_BASE_METRES, SimulatedBody

_STREAM_PERIOD_MS = 15
_PRESS_MS = 100
_CAPACITY_MAH = 2696
_CLIFF_PACKETS = (
    Packet.CLIFF_LEFT,
    Packet.CLIFF_FRONT_LEFT,
    Packet.CLIFF_FRONT_RIGHT,
    Packet.CLIFF_RIGHT,
)


class Create2Device:
    """Bytes in, wheels and sensor streams out; same calls as `device.Device`."""

    def __init__(self, body: SimulatedBody, send: Callable[[bytes], None]) -> None:
        self.mode = Mode.OFF
        self._body, self._send = body, send
        self._buffer = bytearray()
        self._wanted = (0, 0)
        self._streaming: tuple[Packet, ...] = ()
        self._paused = False
        self._streamed_ms = 0
        self._docking = False
        self._presses = body.button_presses
        self._pressed_for_ms = 0
        self._ticked_ms: int | None = None
        self._pose = (body.x, body.y, body.heading)
        self._counts = [0.0, 0.0]

    def receive(self, data: bytes, now_ms: int) -> None:
        self._buffer += data
        while self._buffer:
            size = self._command_bytes()
            if size is None or len(self._buffer) < size:
                break
            command = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._obey(command)
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        self._count_wheels()
        self._feel_button(now_ms)
        senses = self._body.sense()
        danger = senses.cliffs or senses.flags & codes.Flag.LIFTED
        if self.mode == Mode.SAFE and danger and self._wanted != (0, 0):
            self._halt()
            self.mode = Mode.PASSIVE
        if self._docking and self._body.progress() != Progress.RUNNING:
            self._docking = False
            self._halt()
        due = (now_ms - self._streamed_ms) & 0xFFFFFFFF >= _STREAM_PERIOD_MS
        if self._streaming and not self._paused and due:
            self._streamed_ms = now_ms
            data = b"".join(bytes((p,)) + self._packet(p) for p in self._streaming)
            frame = bytes((oi.STREAM_HEADER, len(data))) + data
            self._send(frame + bytes((-sum(frame) & 0xFF,)))

    def _command_bytes(self) -> int | None:
        """Length of the command at the start of the buffer; None: not known yet."""
        opcode = self._buffer[0]
        if opcode == Opcode.SONG:
            return 3 + 2 * self._buffer[2] if len(self._buffer) >= 3 else None
        if opcode in (Opcode.STREAM, Opcode.QUERY_LIST):
            return 2 + self._buffer[1] if len(self._buffer) >= 2 else None
        if opcode in oi.DATA_BYTES:
            return 1 + oi.DATA_BYTES[Opcode(opcode)]
        return 1  # an unknown opcode is skipped

    def _obey(self, command: bytes) -> None:
        opcode, data = command[0], command[1:]
        if opcode == Opcode.START:
            self._halt()
            self.mode = Mode.PASSIVE
        elif self.mode == Mode.OFF:
            return
        elif opcode in (Opcode.RESET, Opcode.STOP, Opcode.POWER):
            self._halt()
            self.mode, self._streaming = Mode.OFF, ()
        elif opcode in (Opcode.SAFE, Opcode.FULL):
            self.mode = Mode.SAFE if opcode == Opcode.SAFE else Mode.FULL
        elif opcode == Opcode.STREAM:
            known = (Packet(p) for p in data[1:] if p in oi.FORMATS)
            self._streaming, self._paused = tuple(known), False
        elif opcode == Opcode.STREAM_TOGGLE:
            self._paused = data[0] == 0
        elif opcode == Opcode.SENSORS and data[0] in oi.FORMATS:
            self._send(self._packet(Packet(data[0])))
        elif opcode == Opcode.QUERY_LIST:
            asked = (self._packet(Packet(p)) for p in data[1:] if p in oi.FORMATS)
            self._send(b"".join(asked))
        elif opcode == Opcode.SEEK_DOCK:
            self.mode = Mode.PASSIVE
            self._docking = self._body.begin(codes.Motion.DOCK, "")
        elif self.mode in (Mode.SAFE, Mode.FULL):
            self._act(opcode, data)

    def _act(self, opcode: int, data: bytes) -> None:
        """Commands that only the Safe and Full modes carry out."""
        if opcode == Opcode.DRIVE_DIRECT:
            right, left = struct.unpack(">hh", data)
            self._drive(right, left)
        elif opcode == Opcode.DRIVE:
            velocity, radius = struct.unpack(">hh", data)
            self._drive_curve(velocity, radius)
        elif opcode == Opcode.PLAY:
            self._body.show(m.Chime(data[0]))
        elif opcode == Opcode.LEDS:
            self._body.show(m.Light(data[1], 255 - data[1], 0, 0))
        elif opcode == Opcode.DIGIT_LEDS_ASCII:
            self._body.show(m.Text(data.decode("ascii", "replace").rstrip()))

    def _drive_curve(self, velocity: int, radius: int) -> None:
        if radius in (-32768, 32767, 0):
            self._drive(velocity, velocity)
        elif radius in (1, -1):
            self._drive(velocity * radius, -velocity * radius)
        else:
            half = oi.WHEEL_BASE_MM / 2
            self._drive(
                round(velocity * (radius + half) / radius),
                round(velocity * (radius - half) / radius),
            )

    def _drive(self, right_mm_s: int, left_mm_s: int) -> None:
        limit = oi.WHEEL_MAX_MM_S
        right = max(-limit, min(limit, right_mm_s))
        left = max(-limit, min(limit, left_mm_s))
        self._docking = False
        self._wanted = (right, left)
        turn = (right - left) / oi.WHEEL_BASE_MM
        self._body.drive(round((right + left) / 2), round(turn * 1000))

    def _halt(self) -> None:
        self._wanted = (0, 0)
        self._body.halt()

    def _count_wheels(self) -> None:
        """Encoder counts from how the body has moved since the last time."""
        x, y, heading = self._pose
        body = self._body
        self._pose = (body.x, body.y, body.heading)
        turned = body.heading - heading
        forward = (body.x - x) * math.cos(heading + turned / 2) + (body.y - y) * math.sin(
            heading + turned / 2
        )
        for side, sign in ((0, -1), (1, 1)):
            metres = forward + sign * turned * WHEEL_BASE_METRES / 2
            self._counts[side] += metres * 1000 / oi.MM_PER_COUNT

    def _feel_button(self, now_ms: int) -> None:
        """A press holds the button down for a moment."""
        passed_ms = 0 if self._ticked_ms is None else now_ms - self._ticked_ms & 0xFFFFFFFF
        self._ticked_ms = now_ms
        self._pressed_for_ms = max(0, self._pressed_for_ms - passed_ms)
        if self._body.button_presses != self._presses:
            self._presses, self._pressed_for_ms = self._body.button_presses, _PRESS_MS

    def _packet(self, packet: Packet) -> bytes:
        return struct.pack(oi.FORMATS[packet], self._value(packet))

    def _value(self, packet: Packet) -> int:
        senses = self._body.sense()
        match packet:
            case Packet.BUMPS:
                bumps = (senses.bumpers & 1) << 1 | senses.bumpers >> 1 & 1
                return bumps | (12 if senses.flags & codes.Flag.LIFTED else 0)
            case Packet.BUTTONS:
                return oi.CLEAN_BUTTON if self._pressed_for_ms else 0
            case Packet.CHARGING_STATE:
                return 2 if senses.flags & codes.Flag.CHARGING else 0
            case Packet.CHARGE:
                return senses.battery_permille * _CAPACITY_MAH // 1000
            case Packet.CAPACITY:
                return _CAPACITY_MAH
            case Packet.CHARGING_SOURCES:
                return oi.HOME_BASE if senses.flags & codes.Flag.DOCKED else 0
            case Packet.MODE:
                return self.mode
            case Packet.RIGHT_WANTED:
                return self._wanted[0]
            case Packet.LEFT_WANTED:
                return self._wanted[1]
            case Packet.LEFT_COUNTS:
                return round(self._counts[0]) & 0xFFFF
            case Packet.RIGHT_COUNTS:
                return round(self._counts[1]) & 0xFFFF
            case _:
                return senses.cliffs >> _CLIFF_PACKETS.index(packet) & 1
