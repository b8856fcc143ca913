"""People's poses in the recorded clips, read once and kept: reading them is what costs.

    python -m perception.train.pose_clips DATA_FOLDER CACHE_FOLDER [CLIP...]

`DATA_FOLDER` holds `index.csv` and the sets' folders.  One file a clip: who was seen in each of ten
pictures a second, from the very pipeline that watches a home.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.camera.people import People
from perception.camera.pose import PoseFinder, PoseOfOne
from perception.camera.video import shots

PICTURES_PER_SECOND: Final = 10.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is told of it."""

    set: str
    name: str
    path: Path
    frames: int
    per_second: float
    is_fall: bool
    fall_seconds: tuple[float, float] | None
    """When the fall begins and when the body is down, if the set tells."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the pipeline saw in one clip: one row a person and picture."""

    at: NDArray[np.float64]
    """(pictures,) seconds."""
    picture: NDArray[np.int32]
    """(n,) which picture each row is of."""
    person: NDArray[np.int32]
    points: NDArray[np.float32]
    """(n, 17, 2) pixels."""
    scores: NDArray[np.float32]
    """(n, 17)."""
    size: tuple[int, int]
    """Width and height of the picture."""


def clips(folder: Path) -> list[Clip]:
    """All clips of the index."""
    with (folder / "index.csv").open(encoding="utf-8") as file:
        return [_clip(folder, row) for row in csv.DictReader(file)]


def _clip(folder: Path, row: dict[str, str]) -> Clip:
    per_second = float(row["fps"])
    when = None
    if row["fall_start"]:
        when = (int(row["fall_start"]) / per_second, int(row["fall_end"]) / per_second)
    path = folder / row["file"]
    is_fall = row["kind"] == "fall"
    return Clip(row["set"], path.stem, path, int(row["frames"]), per_second, is_fall, when)


def watch(clip: Clip, people: People, per_second: float = PICTURES_PER_SECOND) -> Seen:
    """Run the pipeline over one clip."""
    ats: list[float] = []
    rows: list[tuple[int, int, NDArray[np.float32], NDArray[np.float32]]] = []
    size = (0, 0)
    for shot in shots(clip.path, per_second):
        size = (shot.picture.shape[1], shot.picture.shape[0])
        rows += [
            (len(ats), person.number, person.pose.points, person.pose.scores)
            for person in people.update(shot.at, shot.picture)
            if person.last_seen == shot.at
        ]
        ats.append(shot.at)
    return Seen(
        np.array(ats),
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.float32).reshape(-1, 17, 2),
        np.array([row[3] for row in rows], np.float32).reshape(-1, 17),
        size,
    )


def kept(clip: Clip, cache: Path) -> Seen:
    """What was seen in this clip, from the cache or read now."""
    path = cache / f"{clip.set}_{clip.name}.npz"
    if not path.exists():
        save(path, watch(clip, People(PoseOfOne(), PoseFinder())))
    with np.load(path) as data:
        return Seen(
            data["at"],
            data["picture"],
            data["person"],
            data["points"],
            data["scores"],
            (int(data["size"][0]), int(data["size"][1])),
        )


def save(path: Path, seen: Seen) -> None:
    """Write one clip's poses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        at=seen.at,
        picture=seen.picture,
        person=seen.person,
        points=seen.points,
        scores=seen.scores,
        size=np.array(seen.size),
    )
    part.replace(path)


def main() -> None:
    """Read all clips, or those that are named."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("clip", nargs="*")
    told = parser.parse_args()
    cv2.setNumThreads(1)
    one, finder = PoseOfOne(), PoseFinder()
    for clip in clips(told.data):
        path = told.cache / f"{clip.set}_{clip.name}.npz"
        if (told.clip and clip.name not in told.clip) or path.exists():
            continue
        people = People(one, finder)
        began = time.process_time()
        seen = watch(clip, people)
        spent = (time.process_time() - began) / max(len(seen.at), 1)
        save(path, seen)
        cost = people.cost
        print(  # noqa: T201  # a program for who trains
            f"{clip.set} {clip.name}: {len(seen.at)} pictures, {1000 * spent:.1f} ms each, "
            f"{cost.looks / cost.pictures:.2f} looks, {cost.finds / cost.pictures:.2f} finds"
        )


if __name__ == "__main__":
    main()
