"""How fast the radar lane is: parsers, models, and one sensor from bytes to events."""

from __future__ import annotations

import json
import random
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks import table
from perception.activity_features import body_points, frame_features
from perception.descent_features import MEMORY_SLOTS, Slot, course
from perception.events import FallDetected
from perception.fall import JUDGE, FallModel
from perception.fall import MODEL as FALL_MODEL
from perception.fall_windows import WindowModel
from perception.radar import PROTOCOLS, open_recording
from perception.radar.room import MountingPose, Room
from perception.radar.ti_packet import MAGIC
from perception.replay import replay
from perception.sensor import RadarSensor
from perception.train import evaluate_activity, radhar
from perception.train.evaluate_activity import load_model
from tests.perception.radar_live import live

CHUNK_BYTES = 4_096
"""What a parser is fed at a time: the most that `SerialRadar.read` and a replay hand over."""
STREAM_BYTES = 2_000_000
TRIES = 10
"""Runs of which the quickest counts: CPU time, too, grows while others use the same core."""


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def inference(data: Path, activity_model: Path) -> list[str]:
    one_each = {file.label: file for file in radhar.load(data / "radhar", "test")}.values()
    windows = [evaluate_activity.window(f, start) for f in one_each for start in f.starts()]
    model = load_model(activity_model)

    def once(window: tuple[np.ndarray, ...]) -> None:
        model.probabilities(frame_features(body_points(*window)))

    activity = ["activity, features and network", *milliseconds(once, windows)]
    rng = np.random.default_rng(0)
    slots = [
        [Slot(rng.uniform(0, 1.8, 8), rng.uniform(2, 3, 8)) for _ in range(12)] for _ in range(50)
    ]
    fall = ["fall windows, features and network", *milliseconds(WindowModel().probabilities, slots)]
    pasts = [(each * MEMORY_SLOTS)[:MEMORY_SLOTS] for each in slots]
    judge = FallModel()

    def judged(past: list[Slot]) -> None:
        seen = course(past)
        assert seen is not None  # each slot holds eight points
        judge.probabilities(seen, None)

    verdict = ["judge of falls, features and network", *milliseconds(judged, pasts)]
    head = ["one window on one core", "CPU time, median (least)", f"each at its best of {TRIES}",
            "size"]  # fmt: skip
    return [
        table(
            head,
            [[*activity, size(activity_model)], [*fall, size(FALL_MODEL)], [*verdict, size(JUDGE)]],
        ),
        "",
    ]


def milliseconds(work: Callable[..., object], items: list) -> list[str]:
    """Median and least of all runs; median over the items, each at its quickest."""
    runs = np.empty((TRIES, len(items)))
    for times in runs:
        for number, item in enumerate(items):
            began = time.process_time()
            work(item)
            times[number] = 1e3 * (time.process_time() - began)
    quickest = np.median(runs.min(axis=0))
    return [f"{np.median(runs):.2f} ms ({runs.min():.2f})", f"{quickest:.2f} ms"]


def size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.2f} MB"


SMALL_MODULES = {
    "mr60fda2, one to three people": ("mr60fda2", (1, 2, 3)),
    "mr60fda2, nobody": ("mr60fda2", (0,)),
    "ld6002, all it says": ("ld6002", (0, 1)),
    "ld2450, people come and go": ("ld2450", (0, 1, 2, 3)),
    "ld2450, three people": ("ld2450", (3,)),
    "ld2410, somebody comes and goes": ("ld2410", (0, 1)),
    "mr60fda1, somebody comes and goes": ("mr60fda1", (0, 1)),
}
"""Made streams of these, and how many people may be there."""


def streams(data: Path) -> Iterator[tuple[str, str, list[bytes]]]:
    """Title, protocol, and the bytes, cut at frames where there are frames."""
    for path in sorted((data / "iwr6843_tlv").glob("*.bin")):
        yield f"xwr68xx, {path.stem}", "xwr68xx", cut_at_magic(path.read_bytes())
    busy = [busy_packet(number) for number in range(1_000)]
    yield "xwr68xx, 120 points a frame", "xwr68xx", busy
    files = sorted((data / "iwrl6432_tlv").glob("*/*/*.bin"))
    captures = b"".join(file.read_bytes() for file in files)
    yield "xwrl6432, all captures", "xwrl6432", cut_at_magic(captures)
    for title, (name, people) in SMALL_MODULES.items():
        yield title, name, live(name, random.Random(0), STREAM_BYTES, people)
    noise = np.random.default_rng(0).bytes(STREAM_BYTES)
    for name in PROTOCOLS:
        yield f"{name}, noise", name, [noise]


def parsers(data: Path) -> list[str]:
    rows = []
    for title, name, pieces in streams(data):
        raw = b"".join(pieces)
        chunks = [raw[at : at + CHUNK_BYTES] for at in range(0, len(raw), CHUNK_BYTES)]
        took, frames = parse(name, chunks)
        row = [title, f"{len(raw) / took / 1e6:.1f} MB/s", f"{len(raw) / took / line(name):.0f}"]
        if frames:
            alone, _ = parse(name, pieces)
            row += [
                f"{len(raw) / frames:.0f} B",
                f"{1e6 * took / frames:.2f} us",
                f"{1e6 * alone / frames:.1f} us ({len(raw) / alone / 1e6:.1f} MB/s)",
            ]
        rows.append(row + ["—"] * (6 - len(row)))
    head = ["parser", "speed", "times its serial line", "a frame has", "and takes",
            "and takes alone, as it comes live"]  # fmt: skip
    return [
        table(head, rows),
        "",
        f"Fed {CHUNK_BYTES} bytes at a time; CPU time, the best of {TRIES} runs; points are "
        "unpacked and checked in it. What the small modules send is made: whole frames, no two "
        "reports alike (tests/perception/radar_live.py). A frame is one that is handed on; the "
        "bytes and the time of those that are of no use are in it.",
        "",
    ]


def line(name: str) -> float:
    """Bytes a second of its serial line, at ten bits a byte."""
    return PROTOCOLS[name].baud / 10


def cut_at_magic(raw: bytes) -> list[bytes]:
    places = [found.start() for found in re.finditer(re.escape(MAGIC), raw)]
    return [raw[a:b] for a, b in pairwise([*places, len(raw)])]


def parse(name: str, chunks: list[bytes]) -> tuple[float, int]:
    """CPU seconds of the quickest run, and frames found."""
    runs = []
    for _ in range(TRIES):
        parser = PROTOCOLS[name].parser()
        began = time.process_time()
        frames = sum(len(parser.feed(chunk)) for chunk in chunks)
        runs.append((time.process_time() - began, frames))
    return min(runs)


def busy_packet(number: int) -> bytes:
    """An out-of-box packet of a full room."""
    points = np.random.default_rng(number).uniform(-3, 3, (120, 4)).astype("<f4").tobytes()
    body = struct.pack("<2I", 1, len(points)) + points
    size = 40 + len(body) + -(40 + len(body)) % 32
    header = struct.pack("<8I", 0x3060000, size, 0xA6843, number, 0, 120, 1, 0)
    return (MAGIC + header + body).ljust(size, b"\0")


def cost(data: Path) -> list[str]:
    """CPU and memory of one sensor, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._radar_speed", str(data.resolve())]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
        cwd=Path(__file__).parents[1],
    )
    measured = json.loads(result.stdout)
    return [
        f"One 20 fps sensor (people_tracking_walking played at 50 ms a frame, "
        f"{measured['seconds']:.0f} s): {percent(measured['core'])} of one core, "
        f"{measured['megabytes']:.0f} MB resident at most; "
        f"{measured['falls']} falls told.",
        "",
    ]


def measure_cost(data: Path) -> None:
    recording = open_recording(data / "iwr6843_tlv" / "people_tracking_walking.bin", "xwr68xx")
    sensor = RadarSensor(recording.protocol, Room(MountingPose(2.0, 10)), FallModel())
    began = time.process_time()
    events = list(replay(recording, sensor, raw_frame_seconds=0.05))
    took = time.process_time() - began
    seconds = 0.05 * 6632
    told = sum(isinstance(event, FallDetected) for event in events)
    # Not getrusage: its peak is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    memory = int(status.split("VmHWM:")[1].split()[0]) / 1e3
    print(
        json.dumps({"seconds": seconds, "core": took / seconds, "megabytes": memory, "falls": told})
    )


if __name__ == "__main__":
    measure_cost(Path(sys.argv[1]))
