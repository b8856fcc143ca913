"""A virtual fall as a TI board would send it; alone, and as a recording to play."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from perception.radar import RecordingWriter, protocol_named
from tests.perception.radar_bytes import ti_packet, ti_points
from tests.perception.virtual_person import scenes

HEIGHT = 1.6
"""Of the radar over the floor, in metres."""
FELL_AT = (2.5, 3.0)
"""Before the radar, in metres."""
FRAME_SECONDS = 0.1
STANDING_FRAMES = 20


def fall_packets(first: int = 1) -> list[bytes]:
    """Somebody stands before the radar, then falls; ten packets a second."""
    rng = np.random.default_rng(0)
    packets = []
    before = [scenes("stand", [7])[0].frames[0]] * STANDING_FRAMES
    for number, frame in enumerate([*before, *scenes("fall", [903])[0].frames], first):
        shift = FELL_AT[1] - float(np.median(frame[:, 1])) if len(frame) else 0.0
        points = [
            (rng.normal(FELL_AT[0], 0.1), float(d) + shift, float(h) - HEIGHT, 0.0)
            for h, d in frame
        ]
        packets.append(ti_packet(number, ti_points(points)))
    return packets


def record(path: Path, packets: list[bytes]) -> None:
    """Keep them as `anban radar record` does."""
    with path.open("wb") as file:
        writer = RecordingWriter(file, protocol_named("xwr68xx"), 0.0)
        for k, raw in enumerate(packets):
            writer.write(k * FRAME_SECONDS, raw)
