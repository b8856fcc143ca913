"""Windows for training the fall model: recorded, exercised, simulated, and disturbed afresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception import activity_features
from perception.activity_features import body_points
from perception.fall_features import (
    FRAMES_PER_SECOND,
    LABELS,
    WINDOW_FRAMES,
    window_features,
)
from perception.radar.frames import FloatArray
from perception.train.bodies import KINDS, simulate
from perception.train.radhar import BODY_MIDDLE_METRES, ActivityFile
from perception.train.ti_falls import SENSOR_HEIGHT_METRES, Clip
from perception.train.walkers import Track

_FALL_FROM: Final = 6
_FALL_TO: Final = 16
"""A window is a fall where it ends this many frames after the beginning of the cut recording."""
_BETWEEN: Final = (0.0, 0.15, 0.4, 0.35, 0.1)
"""What a window between two postures is: anything but a fall."""
_TURNED_BACK: Final = range(4, 9)
"""Frames of a fall after which a body is made to come up again: well on its way, not yet down."""
_SEEN_SLOTS: Final = 6
"""A window in which a walker was seen less often says nothing."""
_UPRIGHT: Final = (0.0, 0.0, 0.1, 0.6, 0.3)
"""What exercise is."""
_BLANK_SHARE: Final = 0.3
_LONGEST_BLANK: Final = 6
LABELS_OF_RADHAR: Final = activity_features.LABELS


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Points of a window with its target distribution over `LABELS`."""

    points: tuple[FloatArray, ...]
    """`WINDOW_FRAMES` of (n, 2): height, distance."""
    target: tuple[float, ...]


def in_room(points: FloatArray) -> FloatArray:
    """(n, 3) y, z, snr of the sensor to (n, 2) height over the floor, distance."""
    return np.stack((points[:, 1] + SENSOR_HEIGHT_METRES, points[:, 0]), 1)


def one_hot(label: str) -> tuple[float, ...]:
    """All on one label."""
    return tuple(float(name == label) for name in LABELS)


def real_examples(clips: list[Clip], rng: np.random.Generator) -> list[Example]:
    """Windows of the recordings; half of the falls get frames of standing before their cut."""
    standing = [clip for clip in clips if clip.label == "standing"]
    nothing = np.zeros((0, 2), np.float32)
    examples = []
    for clip in clips:
        frames = [in_room(frame) for frame in clip.frames]
        if clip.label != "falling":
            for end in range(WINDOW_FRAMES, len(frames), 2):
                window = frames[end - WINDOW_FRAMES : end]
                blank = int(rng.integers(0, 7)) if rng.random() < 0.5 else 0
                points = [nothing] * blank + window[blank:]
                examples.append(Example(tuple(points), one_hot(clip.label)))
            continue
        for end in range(_FALL_FROM, min(_FALL_TO, len(frames)) + 1):
            window = frames[max(0, end - WINDOW_FRAMES) : end]
            missing = WINDOW_FRAMES - len(window)
            before = [nothing] * missing
            if missing and rng.random() < 0.6:
                source = standing[int(rng.integers(len(standing)))].frames
                at = int(rng.integers(len(source) - missing))
                before = [in_room(frame) for frame in source[at : at + missing]]
            examples.append(Example(tuple(before + window), one_hot("falling")))
    return examples


def rising_examples(clips: list[Clip], rng: np.random.Generator) -> list[Example]:
    """Recorded falls played backwards, and played there and back: real echoes of what is none."""
    standing = [clip for clip in clips if clip.label == "standing"]
    nothing = np.zeros((0, 2), np.float32)
    examples = []
    for clip in clips:
        fall = [in_room(frame) for frame in clip.frames]
        if clip.label != "falling" or len(fall) < _TURNED_BACK.stop - 1:
            continue
        rise = [nothing] * (WINDOW_FRAMES - _TURNED_BACK.stop + 1) + fall[::-1]
        ends = range(WINDOW_FRAMES, len(rise) + 1)
        examples += [Example(tuple(rise[end - WINDOW_FRAMES : end]), _BETWEEN) for end in ends]
        for turn in _TURNED_BACK:
            source = standing[int(rng.integers(len(standing)))].frames
            at = int(rng.integers(len(source) - WINDOW_FRAMES))
            before = [in_room(frame) for frame in source[at : at + WINDOW_FRAMES]]
            there_and_back = [*before, *fall[:turn], *fall[:turn][::-1]]
            examples.append(Example(tuple(there_and_back[-WINDOW_FRAMES:]), _BETWEEN))
    return examples


def walker_examples(tracks: list[Track], *, walking: bool) -> list[Example]:
    """Windows of people before an IWR6843, who walk, or who sit down and stand up."""
    target = one_hot("walking") if walking else _BETWEEN
    windows = (
        track[end - WINDOW_FRAMES : end]
        for track in tracks
        for end in range(WINDOW_FRAMES, len(track) + 1, 2)
    )
    return [
        Example(window, target)
        for window in windows
        if sum(len(slot) > 0 for slot in window) >= _SEEN_SLOTS
    ]


def exercise_examples(files: list[ActivityFile], rng: np.random.Generator) -> list[Example]:
    """Windows of RadHAR: another sensor, and bodies that jump, squat and walk but never fall."""
    frames_together = activity_features.FRAMES_PER_SECOND // FRAMES_PER_SECOND
    examples = []
    for file in files:
        target = one_hot("walking") if LABELS_OF_RADHAR[file.label] == "walk" else _UPRIGHT
        for start in range(0, file.frames - activity_features.WINDOW_FRAMES, 30):
            s = file.points_of(start, start + activity_features.WINDOW_FRAMES)
            slot = file.frame[s] - start
            body = body_points(file.xyz[s], file.doppler[s], file.strength_db[s], slot)
            late = body.slot // frames_together - int(rng.integers(0, 8))
            points = body.place[:, [2, 0]] + np.array((BODY_MIDDLE_METRES, 2.0), np.float32)
            frames = tuple(points[late == k] for k in range(WINDOW_FRAMES))
            examples.append(Example(frames, target))
    return examples


def simulated_examples(count: int, rng: np.random.Generator) -> list[Example]:
    """Windows of simulated scenes, three of each."""
    kinds = list(KINDS)
    odds = np.array([KINDS[kind] for kind in kinds])
    examples = []
    for _ in range(count):
        scene = simulate(str(rng.choice(kinds, p=odds / odds.sum())), rng)
        for _ in range(3):
            if len(scene.frames) < WINDOW_FRAMES:
                continue
            end = int(rng.integers(WINDOW_FRAMES, len(scene.frames) + 1))
            labels = scene.labels[end - WINDOW_FRAMES : end]
            target = _simulated_target(labels)
            if target is not None:
                examples.append(Example(scene.frames[end - WINDOW_FRAMES : end], target))
    return examples


def _simulated_target(labels: tuple[str, ...]) -> tuple[float, ...] | None:
    going_down = labels.count("falling")
    if going_down >= 4 and labels[-1] in {"falling", "lying"}:
        return one_hot("falling")
    if going_down:
        return None  # just begun, or almost out of the window: no clear answer
    last = labels[-1]
    if last == "other" or labels.count(last) < WINDOW_FRAMES - 4:
        return _BETWEEN
    return one_hot(last)


class Pool:
    """Examples packed for drawing many at once."""

    def __init__(self, examples: list[Example]) -> None:
        sizes = [[len(frame) for frame in example.points] for example in examples]
        self._points = np.concatenate([frame for example in examples for frame in example.points])
        ends = np.cumsum(np.array(sizes).ravel()).reshape(-1, WINDOW_FRAMES)
        self._sizes = np.array(sizes)
        self._starts = ends - self._sizes
        self._targets = np.array([example.target for example in examples], np.float32)

    def draw(
        self, count: int, rng: np.random.Generator
    ) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
        """Points of `count` windows at random paces, their slots, and the targets.

        The end of a window is kept; at a quicker pace what is before its beginning repeats.
        """
        chosen = rng.integers(len(self._targets), size=count)
        paces = np.exp(rng.uniform(-0.2, 0.2, (count, 1)))
        ages = np.rint(np.arange(WINDOW_FRAMES)[::-1] * paces).astype(np.intp)
        source = np.maximum(0, WINDOW_FRAMES - 1 - ages)
        sizes = self._sizes[chosen[:, None], source].ravel()
        starts = self._starts[chosen[:, None], source].ravel()
        slots = np.repeat(np.arange(count * WINDOW_FRAMES), sizes)
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self._points[starts[slots] + within], slots, self._targets[chosen]


def disturbed_features(
    points: FloatArray, slots: NDArray[np.intp], windows: int, rng: np.random.Generator
) -> FloatArray:
    """Features of disturbed windows: mounting, sensor and room differ each time."""
    u = rng.uniform
    keep = rng.random(len(slots)) > u(0, 0.6, windows)[slots // WINDOW_FRAMES]
    lost = rng.random((windows, WINDOW_FRAMES)) < u(0, 0.15, (windows, 1))
    keep &= ~lost.ravel()[slots]
    # A watch that has just begun sees the end of a window only, whatever the body does.
    begins = rng.integers(0, _LONGEST_BLANK + 1, windows) * (rng.random(windows) < _BLANK_SHARE)
    keep &= slots % WINDOW_FRAMES >= begins[slots // WINDOW_FRAMES]
    points, slots = points[keep], slots[keep]
    window = slots // WINDOW_FRAMES
    count = np.maximum(np.bincount(window, minlength=windows), 1)
    middle = np.bincount(window, points[:, 1], windows) / count
    heights = points[:, 0] * u(0.9, 1.1, windows)[window]
    heights += rng.normal(0, 0.08, windows)[window]
    heights += rng.normal(0, 0.05, windows)[window] * (points[:, 1] - middle[window])
    heights += rng.normal(0, 1, len(slots)) * u(0.01, 0.08, windows)[window]
    distances = points[:, 1] * u(0.85, 1.15, windows)[window]
    distances += rng.normal(0, 1, len(slots)) * u(0.01, 0.08, windows)[window]
    ghosts = rng.poisson(u(0, 6, windows))
    haunted = np.repeat(np.arange(windows), ghosts)
    ghost_slots = haunted * WINDOW_FRAMES + rng.integers(0, WINDOW_FRAMES, len(haunted))
    return window_features(
        np.concatenate((heights, u(-0.5, 2.5, len(haunted)))),
        np.concatenate((distances, middle[haunted] + u(-1.5, 1.5, len(haunted)))),
        np.concatenate((slots, ghost_slots)),
        windows,
    )
