"""A simulated scene as the bytes of an HLK-LD6002, and as a recording for `anban replay`.

python -m perception.train.vital_bytes KIND SEED FILE
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from perception.radar import RecordingWriter, protocol_named
from perception.radar.hlk_ld6002 import DISTANCE
from perception.radar.tinyframe import BREATH, HEART, PHASE, PRESENCE, SOF, checksum
from perception.train.vital_kinds import SCENES
from perception.train.vital_module import Report
from perception.train.vital_signs import ranges, simulate

_DISTANCE_CENTIMETRES = 80.0


def frame(kind: int, data: bytes, number: int = 0) -> bytes:
    """One TinyFrame."""
    head = struct.pack(">BHHH", SOF, number & 0xFFFF, len(data), kind)
    return head + bytes((checksum(head),)) + data + bytes((checksum(data),))


def report_bytes(report: Report) -> Iterator[tuple[float, bytes]]:
    """Seconds, and what the module sent then."""
    rows = zip(report.at, report.phases, report.rates, report.present, strict=True)
    for number, (at, phases, (breaths, beats), seen) in enumerate(rows):
        present = int(seen)
        messages = (
            (PHASE, struct.pack("<3f", *phases)),
            (BREATH, struct.pack("<f", breaths)),
            (HEART, struct.pack("<f", beats)),
            (DISTANCE, struct.pack("<If", present, _DISTANCE_CENTIMETRES)),
            (PRESENCE, struct.pack("<H", present)),
        )
        yield float(at), b"".join(frame(kind, data, number) for kind, data in messages)


def main() -> None:
    """Write one scene."""
    parser = argparse.ArgumentParser(prog="python -m perception.train.vital_bytes")
    parser.add_argument("kind", choices=SCENES)
    parser.add_argument("seed", type=int)
    parser.add_argument("file", type=Path)
    wanted = parser.parse_args()
    part = next(p for p in (ranges("train"), ranges("unseen")) if wanted.kind in p.kinds)
    scene = simulate(wanted.kind, part, np.random.default_rng(abs(wanted.seed)))
    try:
        with wanted.file.open("xb") as out:
            writer = RecordingWriter(out, protocol_named("ld6002"), 0.0)
            for at, data in report_bytes(scene.report):
                writer.write(at, data)
    except FileExistsError:
        parser.error(f"{wanted.file} is there already; choose another name.")
    except OSError as error:
        parser.error(f"{wanted.file} cannot be written: {error.strerror}.")


if __name__ == "__main__":
    main()
