"""The rover's firmware on Anban's simulated body: what the driver is tested against."""

from collections.abc import Callable

from anban_rover.protocol import Lines, line
from robot_io.codes import Flag
from robot_io.simulator import SimulatedBody

DONE, HELD, BLOCKED = range(3)
NONE, FINISHED, STOPPED, REPLACED, HEARTBEAT, BUMPER, CLIFF, LIFTED = range(8)
DEAD_MAN_MS, REPORT_MS = 500, 50


class SimulatedRover:
    """Bytes in, wheels and lines out (`robot_io.simulator.Firmware`)."""

    def __init__(self, body: SimulatedBody, send: Callable[[bytes], None], starts: int) -> None:
        self._body, self._send, self._starts = body, send, starts
        self._lines = Lines()
        self._moves = self._forward = False
        self._id = self._void_id = 0
        self._end = self._held = NONE
        self._until_ms = self._heard_ms = self._reported_ms = 0

    def receive(self, data: bytes, now_ms: int) -> None:
        """Obey every whole line."""
        for word, numbers in self._lines.feed(data):
            self._heard_ms = now_ms
            match word, numbers:
                case "K", [void_id]:
                    self._void_id = max(self._void_id, void_id)
                    if self._moves and self._id <= void_id:
                        self._halt(STOPPED)
                case "R", [number]:
                    self._held = NONE
                    self._send(line("A", number, DONE))
                case "D", [number, speed, turn, milliseconds]:
                    self._send(line("A", number, self._drive(number, speed, turn)))
                    if self._moves and number == self._id:
                        self._until_ms = now_ms + milliseconds & 0xFFFFFFFF
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Stop for what is wrong or over, and report."""
        wrong = self._wrong()
        if self._moves and wrong and (self._forward or wrong == LIFTED):
            self._held = wrong
            self._halt(wrong)
        elif self._moves and _since(self._heard_ms, now_ms) >= DEAD_MAN_MS:
            self._halt(HEARTBEAT)
        elif self._moves and _since(self._until_ms, now_ms) < 0x80000000:
            self._halt(FINISHED)
        if _since(self._reported_ms, now_ms) >= REPORT_MS:
            self._reported_ms = now_ms
            self._report()

    def _drive(self, number: int, speed: int, turn: int) -> int:
        if number <= max(self._void_id, self._id):
            return DONE  # repeated by the line, or older than a stop
        if self._held:
            return HELD
        wrong = self._wrong()
        if wrong == LIFTED or (wrong and speed > 0):
            return BLOCKED
        self._id, self._moves, self._forward, self._end = number, True, speed > 0, NONE
        self._body.drive(speed, turn)
        return DONE

    def _halt(self, end: int) -> None:
        self._moves, self._end = False, end
        self._body.halt()

    def _wrong(self) -> int:
        senses = self._body.sense()
        if senses.flags & Flag.LIFTED:
            return LIFTED
        return CLIFF if senses.cliffs else BUMPER if senses.bumpers else NONE

    def _report(self) -> None:
        now = self._body.sense()
        where = (now.x_mm, now.y_mm, now.heading_mrad, now.linear_mm_s, now.angular_mrad_s)
        state = (now.battery_permille, now.bumpers, now.cliffs, int(bool(now.flags & Flag.LIFTED)))
        motion = (int(self._moves), self._id, self._end, self._held, max(self._id, self._void_id))
        self._send(line("S", self._starts, *where, *state, *motion))


def _since(then_ms: int, now_ms: int) -> int:
    return now_ms - then_ms & 0xFFFFFFFF
