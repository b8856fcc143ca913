"""How falls are found, event by event, by the very code that watches a room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from perception import activity_features
from perception.activity_features import body_points
from perception.descent_features import Slot
from perception.fall import Fall, FallModel, FallWatch
from perception.fall_features import FRAMES_PER_SECOND
from perception.train.radhar import BODY_MIDDLE_METRES, ActivityFile
from perception.train.ti_falls import SENSOR_HEIGHT_METRES, Clip

SHORTEST_FRAMES: Final = 8
"""Falls cut shorter than this hold less than the fall; they are counted apart."""
LATCH_SECONDS: Final = 5.0
"""Alarms closer than this are one."""
HELD_FRAMES: Final = 3
"""The last so many frames of a recording, played again and again while it is held."""


@dataclass(slots=True)
class FallScores:
    """Events of some recordings."""

    falls: int = 0
    found: int = 0
    short_falls: int = 0
    short_found: int = 0
    false_alarms: dict[str, int] = field(default_factory=dict)
    other_seconds: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def add(self, other: FallScores) -> None:
        """Take those of other recordings in."""
        self.falls += other.falls
        self.found += other.found
        self.short_falls += other.short_falls
        self.short_found += other.short_found
        self.missed += other.missed
        for label, count in other.false_alarms.items():
            self.false_alarms[label] = self.false_alarms.get(label, 0) + count
        for label, seconds in other.other_seconds.items():
            self.other_seconds[label] = self.other_seconds.get(label, 0.0) + seconds

    @property
    def alarms_without_fall(self) -> int:
        """False alarms of all kinds."""
        return sum(self.false_alarms.values())

    @property
    def hours(self) -> float:
        """Of recordings without a fall."""
        return sum(self.other_seconds.values()) / 3600

    @property
    def precision(self) -> float:
        """Falls among all alarms."""
        told = self.found + self.alarms_without_fall
        return self.found / told if told else 1.0


def score(clips: list[Clip], model: FallModel, held_seconds: float = 0.0) -> FallScores:
    """Each clip watched from its beginning; what is suspected at its end is judged then.

    With `held_seconds` it is watched as before a living radar instead: its end is held for so long,
    since the recordings of falls end before a fall is told, and nothing is judged at an end.
    """
    scores = FallScores()
    for clip in clips:
        slots = [Slot(f[:, 1] + np.float32(SENSOR_HEIGHT_METRES), f[:, 0]) for f in clip.frames]
        holds = round(held_seconds * FRAMES_PER_SECOND)
        held = (slots[-HELD_FRAMES:] * holds)[:holds]
        alarms = _alarms([*slots, *held], model, is_cut_off=not held)
        if clip.label != "falling":
            label, seconds = clip.label, len(slots) / FRAMES_PER_SECOND
            scores.add(FallScores(false_alarms={label: alarms}, other_seconds={label: seconds}))
        elif len(slots) < SHORTEST_FRAMES:
            scores.add(FallScores(short_falls=1, short_found=min(alarms, 1)))
        else:
            missed = [] if alarms else [clip.file]
            scores.add(FallScores(falls=1, found=min(alarms, 1), missed=missed))
    return scores


def score_cut(clips: list[Clip], model: FallModel, frames: int = 13) -> FallScores:
    """What is no fall, cut like the falls are: shows whether the cutting itself raises alarms."""
    pieces = [
        Clip(clip.file, clip.label, clip.group, clip.frames[at : at + frames])
        for clip in clips
        if clip.label != "falling"
        for at in range(0, len(clip.frames) - frames + 1, frames)
    ]
    return score(pieces, model)


def score_exercises(files: list[ActivityFile], model: FallModel) -> FallScores:
    """RadHAR, 30 frames/s made 10: a jumping, squatting body is no fall."""
    together = activity_features.FRAMES_PER_SECOND // FRAMES_PER_SECOND
    window = activity_features.WINDOW_FRAMES
    scores = FallScores()
    for file in files:
        slots: list[Slot] = []
        for start in range(0, file.frames - window + 1, window):
            s = file.points_of(start, start + window)
            slot = file.frame[s] - start
            body = body_points(file.xyz[s], file.doppler[s], file.strength_db[s], slot)
            late = body.slot // together
            for k in range(window // together):
                place = body.place[late == k]
                slots.append(Slot(place[:, 2] + np.float32(BODY_MIDDLE_METRES), place[:, 0] + 2))
        label = activity_features.LABELS[file.label]
        seconds = len(slots) / FRAMES_PER_SECOND
        alarms = _alarms(slots, model)
        scores.add(FallScores(false_alarms={label: alarms}, other_seconds={label: seconds}))
    return scores


def _alarms(slots: list[Slot], model: FallModel, *, is_cut_off: bool = True) -> int:
    watch = FallWatch(model)
    told = [number for number, slot in enumerate(slots) if isinstance(watch.update(slot), Fall)]
    if is_cut_off and isinstance(watch.finish(), Fall):
        told.append(len(slots))
    latch = LATCH_SECONDS * FRAMES_PER_SECOND
    return sum(1 for k, number in enumerate(told) if k == 0 or number - told[k - 1] > latch)
