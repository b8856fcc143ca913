"""The simulated hardware: wheels, head, battery, sensors; it fulfils `robot_io.body.Body`."""

import math
from collections.abc import Callable

from robot_io import codes
from robot_io import messages as m
from robot_io.body import Nature, Progress, Senses
from robot_io.simulator.world import ROBOT_RADIUS_METRES, Room

WHEEL_BASE_METRES = 0.235
ACCELERATION_MPS2 = 0.6
BRAKING_MPS2 = 2.0
TURN_ACCELERATION_RADPS2 = 6.0
HEAD_RADPS = 1.5
ERRAND_SPEED_MPS = 0.25
ERRAND_TURN_RADPS = 1.2
ARRIVED_METRES = 0.05
UNDOCK_METRES = 0.35
LOW_BATTERY = 0.15
# A full battery lasts three hours of standing and one of driving, and charges in two.
STANDING_PER_SECOND = 1 / (3 * 3600)
DRIVING_PER_SECOND = 1 / 3600 - STANDING_PER_SECOND
CHARGING_PER_SECOND = 1 / (2 * 3600)
_CLIFF_SENSORS_RADIANS = (1.0, 0.3, -0.3, -1.0)

NATURE = Nature(
    name="Anban simulator",
    parts=codes.Part(0x3FFF),
    linear_max_mm_s=500,
    angular_max_mrad_s=2000,
    pan_max_mrad=1500,
    tilt_max_mrad=700,
)


class SimulatedBody:
    """One robot in one room; `step` moves it through time."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.x, self.y, self.heading = room.dock
        self.speed = self.turn = 0.0
        self.battery = 0.9
        self.docked = True
        self.emergency_stop = False
        self.lifted = False
        self.stuck_left = self.stuck_right = False
        self.button_presses = 0
        self.pan = self.tilt = 0.0
        self.face = self.volume = 0
        self.text = ""
        self.light = (0, 0, 0, 0)
        self.chimes = 0
        self.moved_metres = 0.0
        """Way of the wheels since the start, in any direction."""
        self.on_show: Callable[[m.Message], None] | None = None
        self._pressed = 0
        self._contact = 0
        self._wanted_speed = self._wanted_turn = 0.0
        self._wanted_pan = self._wanted_tilt = 0.0
        self._errand: codes.Motion | None = None
        self._target = (0.0, 0.0)
        self._errand_from = (0.0, 0.0)
        self._progress = Progress.RUNNING

    # What the firmware calls.

    def sense(self) -> Senses:
        flags = codes.Flag(0)
        for state, flag in (
            (self.docked, codes.Flag.DOCKED),
            (self.docked and self.battery < 1.0, codes.Flag.CHARGING),
            (self.emergency_stop, codes.Flag.EMERGENCY_STOP),
            (self.battery < LOW_BATTERY, codes.Flag.LOW_BATTERY),
            (self.lifted, codes.Flag.LIFTED),
        ):
            flags |= flag if state else codes.Flag(0)
        return Senses(
            x_mm=round(self.x * 1000),
            y_mm=round(self.y * 1000),
            heading_mrad=round(self.heading * 1000),
            linear_mm_s=round(self.speed * 1000),
            angular_mrad_s=round(self.turn * 1000),
            battery_permille=round(self.battery * 1000),
            bumpers=self._contact | self._pressed,
            cliffs=self._cliffs(),
            flags=flags,
            button_presses=self.button_presses & 0xFF,
            pan_mrad=round(self.pan * 1000),
            tilt_mrad=round(self.tilt * 1000),
        )

    def drive(self, linear_mm_s: int, angular_mrad_s: int) -> None:
        self._errand = None
        self._wanted_speed, self._wanted_turn = linear_mm_s / 1000, angular_mrad_s / 1000

    def halt(self) -> None:
        self.drive(0, 0)
        self.halt_head()

    def halt_head(self) -> None:
        self._wanted_pan, self._wanted_tilt = self.pan, self.tilt

    def begin(self, errand: codes.Motion, place: str) -> bool:
        if errand == codes.Motion.GO_TO:
            if place not in self.room.places:
                return False
            self._target = self.room.places[place]
        elif errand == codes.Motion.DOCK:
            self._target = self.room.dock[:2]
        self.drive(0, 0)
        self._errand, self._progress = errand, Progress.RUNNING
        self._errand_from = (self.x, self.y)
        return True

    def progress(self) -> Progress:
        return self._progress

    def look(self, pan_mrad: int, tilt_mrad: int) -> None:
        self._wanted_pan, self._wanted_tilt = pan_mrad / 1000, tilt_mrad / 1000

    def show(self, message: m.Face | m.Text | m.Light | m.Chime | m.Volume) -> None:
        match message:
            case m.Face(face):
                self.face = face
            case m.Text(text):
                self.text = text
            case m.Light(red, green, blue, pattern):
                self.light = (red, green, blue, pattern)
            case m.Chime():
                self.chimes += 1
            case m.Volume(percent):
                self.volume = percent
        if self.on_show is not None:
            self.on_show(message)

    def places(self) -> str:
        return "\n".join(self.room.places)

    # What the world does.

    @property
    def is_moving(self) -> bool:
        """Whether the wheels turn or are told to."""
        return bool(self.speed or self.turn or self._wanted_speed or self._wanted_turn)

    def press(self, *, left: bool, right: bool) -> None:
        """Something touches the bumper from outside."""
        self._pressed = left | right << 1

    def step(self, seconds: float) -> None:
        """Let time pass."""
        if self._errand is not None and self._progress == Progress.RUNNING:
            self._run_errand()
        self.speed = _towards(self.speed, self._wanted_speed, self._acceleration() * seconds)
        self.turn = _towards(self.turn, self._wanted_turn, TURN_ACCELERATION_RADPS2 * seconds)
        self._roll(seconds)
        self.pan = _towards(self.pan, self._wanted_pan, HEAD_RADPS * seconds)
        self.tilt = _towards(self.tilt, self._wanted_tilt, HEAD_RADPS * seconds)
        self._use_battery(seconds)

    def _acceleration(self) -> float:
        slower = abs(self._wanted_speed) < abs(self.speed)
        return BRAKING_MPS2 if slower else ACCELERATION_MPS2

    def _roll(self, seconds: float) -> None:
        left = self.speed - self.turn * WHEEL_BASE_METRES / 2
        right = self.speed + self.turn * WHEEL_BASE_METRES / 2
        if self.lifted or self.stuck_left:
            left = 0.0
        if self.lifted or self.stuck_right:
            right = 0.0
        if self.battery <= 0:
            left = right = 0.0
        speed, turn = (left + right) / 2, (right - left) / WHEEL_BASE_METRES
        self.moved_metres += (abs(left) + abs(right)) / 2 * seconds
        self.heading += turn * seconds
        x = self.x + speed * math.cos(self.heading) * seconds
        y = self.y + speed * math.sin(self.heading) * seconds
        touching = self.room.obstacles_near(x, y)
        self._contact = 0
        blocked = False
        for _gap, direction, _person in touching:
            bearing = _wrapped(direction - self.heading)
            if abs(bearing) < 2.0:  # the bumper covers the front
                self._contact |= (1 if bearing > -0.35 else 0) | (2 if bearing < 0.35 else 0)
            blocked = blocked or speed * math.cos(bearing) > 0
        if not blocked:
            self.x, self.y = x, y
        if speed and math.hypot(self.x - self.room.dock[0], self.y - self.room.dock[1]) > 0.1:
            self.docked = False

    def _cliffs(self) -> int:
        bits = 0
        for bit, bearing in enumerate(_CLIFF_SENSORS_RADIANS):
            x = self.x + ROBOT_RADIUS_METRES * math.cos(self.heading + bearing)
            y = self.y + ROBOT_RADIUS_METRES * math.sin(self.heading + bearing)
            bits |= (not self.room.floor_at(x, y)) << bit
        return bits

    def _use_battery(self, seconds: float) -> None:
        if self.docked:
            change = CHARGING_PER_SECOND
        else:
            change = -STANDING_PER_SECOND - (DRIVING_PER_SECOND if self.speed or self.turn else 0)
        self.battery = min(1.0, max(0.0, self.battery + change * seconds))

    def _run_errand(self) -> None:
        if self._errand == codes.Motion.UNDOCK:
            self._wanted_speed, self._wanted_turn = ERRAND_SPEED_MPS, 0.0
            if math.dist((self.x, self.y), self._errand_from) >= UNDOCK_METRES:
                self._arrive()
            return
        dx, dy = self._target[0] - self.x, self._target[1] - self.y
        distance = math.hypot(dx, dy)
        if distance < ARRIVED_METRES:
            if self._errand == codes.Motion.DOCK:
                self.x, self.y, self.heading = self.room.dock
                self.docked = True
            self._arrive()
            return
        bearing = _wrapped(math.atan2(dy, dx) - self.heading)
        self._wanted_turn = max(-ERRAND_TURN_RADPS, min(ERRAND_TURN_RADPS, 3 * bearing))
        facing = max(0.0, math.cos(bearing)) if abs(bearing) < 0.5 else 0.0
        self._wanted_speed = min(ERRAND_SPEED_MPS, distance) * facing

    def _arrive(self) -> None:
        self._progress = Progress.ARRIVED
        self._wanted_speed = self._wanted_turn = self.speed = self.turn = 0.0


def _towards(value: float, wanted: float, step: float) -> float:
    return min(wanted, value + step) if wanted > value else max(wanted, value - step)


def _wrapped(radians: float) -> float:
    return math.remainder(radians, math.tau)
