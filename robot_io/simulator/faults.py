"""Faults of the line, to order: bytes dropped, doubled, corrupted or delayed."""

import random
from dataclasses import dataclass

from robot_io.errors import RobotError


class OrderError(RobotError):
    """An order to the simulator that it does not understand."""


@dataclass(slots=True)
class Faults:
    """How bad the line is; the first three are probabilities per byte."""

    drop: float = 0.0
    duplicate: float = 0.0
    corrupt: float = 0.0
    delay_seconds: float = 0.0

    def apply(self, data: bytes, rng: random.Random) -> bytes:
        """What arrives of what was sent."""
        if not (self.drop or self.duplicate or self.corrupt):
            return data
        out = bytearray()
        for byte in data:
            if rng.random() < self.drop:
                continue
            arrived = byte ^ rng.randrange(1, 256) if rng.random() < self.corrupt else byte
            out.append(arrived)
            if rng.random() < self.duplicate:
                out.append(arrived)
        return bytes(out)
