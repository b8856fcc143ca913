"""A robot without a robot: kinematics, walls, a person, a battery and faults, on a real pty."""

from robot_io.simulator.body import SimulatedBody
from robot_io.simulator.faults import Faults, OrderError
from robot_io.simulator.simulator import Protocol, Simulator
from robot_io.simulator.world import Room, living_room

__all__ = [
    "Faults",
    "OrderError",
    "Protocol",
    "Room",
    "SimulatedBody",
    "Simulator",
    "living_room",
]
