"""The TI falls and postures (IWRL6432): tables of one track and its points a frame, 10 frames/s.

The files have three formats: "named" ones (five subjects, y and z of each point, no x, no
doppler), "replay" ones (x always 0, doppler), and one replay file with a `frameData_` prefix.
Whatever differs between the formats tells the class (walking exists as replay alone), so only what
all have in common is read: y, z and snr of the points.  Falls are cut to about 1.5 s; replay falls
stand one after the other in a file, separated here where the points jump.
"""

from __future__ import annotations

import csv
import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray
from perception.radar.limits import FARTHEST_METRES

FRAMES_PER_SECOND: Final = 10.0
SENSOR_HEIGHT_METRES: Final = 1.55
"""People lying on the floor reflect 1.4 m below the sensor."""
DUPLICATES: Final = frozenset({"replay_2025-09-18_14-47-34_final"})
"""The same frames as `…swap`."""
REPLAY: Final = "replay"
SUBJECT_GROUPS: Final = {
    "DYLAN": "DYLAN",
    "ED": "ED",
    "EDDIE": "ED",  # may be the same person
    "EMMANUEL": "EMMANUEL",
    "FAIK": "FAIK",
}
_SAME_FALL_METRES: Final = 0.35
"""Between two frames of one replay fall the tracker's distance changes by 0.26 m at most; the next
fall begins 0.5 m or more away."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames of one person doing one thing, without a gap."""

    file: str
    label: str
    group: str
    """Subject group, or "replay"."""
    frames: tuple[FloatArray, ...]
    """Per frame (n, 3): y, z (metres, sensor axes), snr (dB)."""


def load(folder: Path) -> list[Clip]:
    """All clips under `ti_pose_fall`, duplicates left out.

    Raises:
        FileNotFoundError: there is none; without them a model would learn of simulated falls alone.
    """
    clips: list[Clip] = []
    for path in sorted(folder.glob("*/*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        if name not in DUPLICATES:
            clips += _read(path, name)
    if not clips:
        raise FileNotFoundError(f"No recordings (*/*.csv.gz) in {folder}")
    return clips


def _read(path: Path, name: str) -> list[Clip]:
    label = path.parent.name
    subject = re.search(r"DYLAN|EDDIE|ED(?=_)|EMMANUEL|FAIK", name)
    group = SUBJECT_GROUPS[subject.group()] if subject else REPLAY
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = sorted(
        int(m.group(1)) for column in rows[0] if (m := re.fullmatch(r"pointz(\d+)", column))
    )
    frames = [_points(row, numbers) for row in rows]
    if label != "falling":
        return [Clip(name, label, group, tuple(frames))]
    if group == REPLAY:
        column = "posy" if "posy" in rows[0] else "posY"
        places = [float(row[column] or "nan") for row in rows]
        cuts = [
            i for i in range(1, len(rows)) if abs(places[i] - places[i - 1]) > _SAME_FALL_METRES
        ]
    else:
        records = [(row["Session_ID"], row["Recording_Number"]) for row in rows]
        cuts = [i for i in range(1, len(rows)) if records[i] != records[i - 1]]
    return [
        Clip(f"{name}#{number}", label, group, tuple(frames[a:b]))
        for number, (a, b) in enumerate(zip([0, *cuts], [*cuts, len(frames)], strict=True), start=1)
    ]


def _points(row: dict[str, str], numbers: list[int]) -> FloatArray:
    found = []
    for n in numbers:
        cells = (row.get(f"pointy{n}"), row.get(f"pointz{n}"), row.get(f"snr{n}"))
        if all(cells):
            found.append([float(cell or "nan") for cell in cells])
    points = np.array(found, np.float32).reshape(-1, 3)
    with np.errstate(invalid="ignore"):
        return points[(np.abs(points[:, :2]) <= FARTHEST_METRES).all(axis=1)]
