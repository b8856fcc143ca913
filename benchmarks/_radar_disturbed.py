"""The TI falls as another radar would have told them: hung otherwise, sparser, slower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray
from perception.train import ti_falls
from perception.train.ti_falls import Clip

HEIGHT: Final = ti_falls.SENSOR_HEIGHT_METRES

Disturb = Callable[[list[FloatArray], np.random.Generator], list[FloatArray]]
"""Frames (n, 2) height, distance of ten a second, to slots of a tenth of a second."""


def raised(metres: float) -> Disturb:
    return lambda frames, _: [frame + np.array((metres, 0.0), np.float32) for frame in frames]


def tilted(degrees: float) -> Disturb:
    rise = float(np.tan(np.radians(degrees)))

    def tilt(frames: list[FloatArray], _: np.random.Generator) -> list[FloatArray]:
        return [np.stack((f[:, 0] + rise * f[:, 1], f[:, 1]), 1).astype(np.float32) for f in frames]

    return tilt


def thinned(share: float) -> Disturb:
    return lambda frames, rng: [frame[rng.random(len(frame)) < share] for frame in frames]


def at_rate(rate: float) -> Disturb:
    """Frames that do not come at a slower rate; a quicker one changes nothing in a slot."""

    def slow(frames: list[FloatArray], rng: np.random.Generator) -> list[FloatArray]:
        nothing = np.zeros((0, 2), np.float32)
        share = min(rate / ti_falls.FRAMES_PER_SECOND, 1.0)
        places = np.floor(np.arange(len(frames)) * share + rng.uniform())
        comes = np.diff(places, prepend=places[0] - 1) > 0
        return [frame if does else nothing for frame, does in zip(frames, comes, strict=True)]

    return slow


DISTURBED: Final[dict[str, Disturb]] = {
    "as recorded": lambda frames, _: frames,
    "mounting told 0.2 m too low": raised(-0.2),
    "mounting told 0.2 m too high": raised(0.2),
    "mounting told 0.4 m too low": raised(-0.4),
    "mounting told 0.4 m too high": raised(0.4),
    "tilt 10° off, upwards": tilted(10.0),
    "tilt 10° off, downwards": tilted(-10.0),
    "half of the points": thinned(0.5),
    "a quarter of the points": thinned(0.25),
    "a tenth of the points": thinned(0.1),
    "8 frames a second": at_rate(8.0),
    "4 frames a second": at_rate(4.0),
}


def disturbed_clips(clips: Sequence[Clip], disturb: Disturb, seed: int) -> list[Clip]:
    """The same clips, as another radar would have told them."""
    rng = np.random.default_rng(seed)
    made = []
    for clip in clips:
        frames = [np.stack((f[:, 1] + HEIGHT, f[:, 0]), 1).astype(np.float32) for f in clip.frames]
        slots = disturb(frames, rng)
        back = [
            np.stack((s[:, 1], s[:, 0] - HEIGHT, np.zeros(len(s))), 1).astype(np.float32)
            for s in slots
        ]
        made.append(Clip(clip.file, clip.label, clip.group, tuple(back)))
    return made
