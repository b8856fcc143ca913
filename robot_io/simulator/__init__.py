"""A robot without a robot: kinematics, walls, a person, a battery and faults, on a real pty."""

from robot_io.simulator.body import SimulatedBody
from robot_io.simulator.faults import Faults, OrderError
from robot_io.simulator.firmware import Firmware, NewFirmware, load_firmware
from robot_io.simulator.simulator import Simulator
from robot_io.simulator.world import Room, living_room

__all__ = [
    "Faults",
    "Firmware",
    "NewFirmware",
    "OrderError",
    "Room",
    "SimulatedBody",
    "Simulator",
    "living_room",
    "load_firmware",
]
