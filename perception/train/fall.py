"""Train the fall and posture model: real TI falls beside simulated bodies.

    python -m perception.train.fall DATA_FOLDER OUT_FOLDER

Needs PyTorch.  `DATA_FOLDER` holds `ti_pose_fall`.  The figures of the model
card come from `benchmarks/radar.py`, on models that `train` made of each fold's training part.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from perception import activity_features
from perception.activity_features import body_points
from perception.fall_features import (
    FEATURES,
    FRAMES_PER_SECOND,
    LABELS,
    WINDOW_FRAMES,
    window_features,
)
from perception.radar.frames import FloatArray
from perception.train import radhar, ti_falls
from perception.train.bodies import KINDS, simulate
from perception.train.radhar import ActivityFile
from perception.train.ti_falls import SENSOR_HEIGHT_METRES, Clip

STEPS: Final = 1_200
BATCH: Final = 96
CHANNELS: Final = 48
LEARNING_RATE: Final = 3e-3
MEMBERS: Final = 2
"""Networks of different seeds whose probabilities are averaged inside the model."""
_SCENES: Final = 4_000
_FALL_FROM: Final = 6
_FALL_TO: Final = 16
"""A window is a fall where it ends this many frames after the beginning of the cut recording."""
_BETWEEN: Final = (0.0, 0.15, 0.4, 0.35, 0.1)
"""What a window between two postures is: anything but a fall."""
_UPRIGHT: Final = (0.0, 0.0, 0.1, 0.6, 0.3)
"""What exercise is."""
BODY_MIDDLE_METRES: Final = 1.0
"""RadHAR's mounting height is not given; the middle of a standing body's reflections is put
here."""
LABELS_OF_RADHAR: Final = activity_features.LABELS


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Points of a window with its target distribution over `LABELS`."""

    points: tuple[FloatArray, ...]
    """`WINDOW_FRAMES` of (n, 2): height, distance."""
    target: tuple[float, ...]


class FallNet(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Temporal convolution over the frames' histograms; (b, 12, 23) to (b, 5) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(FEATURES, CHANNELS, 3, padding=1),
            nn.BatchNorm1d(CHANNELS),
            nn.ReLU(),
            nn.Dropout1d(0.1),
            nn.Conv1d(CHANNELS, CHANNELS, 3, padding=1),
            nn.BatchNorm1d(CHANNELS),
            nn.ReLU(),
            nn.Conv1d(CHANNELS, CHANNELS, 3, padding=2, dilation=2),
            nn.BatchNorm1d(CHANNELS),
            nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(3 * CHANNELS, len(LABELS)))

    def forward(self, features: Any) -> Any:
        """Logits."""
        hidden = self.body(features.transpose(1, 2))
        pooled = (hidden.mean(2), hidden.amax(2), hidden[:, :, -3:].mean(2))
        return self.head(torch.cat(pooled, 1))


class Ensemble(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Mean probabilities of its members."""

    def __init__(self, members: list[FallNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Any) -> Any:
        """Probabilities."""
        return torch.stack([net(features).softmax(-1) for net in self.members]).mean(0)


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


def plain_features(windows: list[list[FloatArray]]) -> FloatArray:
    """Features of undisturbed windows of (n, 2) frames, shorter ones filled up in front."""
    clouds, slots = [np.zeros((0, 2), np.float32)], [np.zeros(0, np.intp)]
    for number, window in enumerate(windows):
        first = (number + 1) * WINDOW_FRAMES - len(window)
        for slot, frame in enumerate(window, start=first):
            clouds.append(frame)
            slots.append(np.full(len(frame), slot))
    cloud = np.concatenate(clouds)
    return window_features(cloud[:, 0], cloud[:, 1], np.concatenate(slots), len(windows))


def train(
    clips: list[Clip],
    exercises: list[ActivityFile],
    seed: int,
    steps: int = STEPS,
    members: int = MEMBERS,
) -> Ensemble:
    """An ensemble trained on these clips, RadHAR files and the simulator."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    pools = _pools(
        real_examples(clips, rng),
        simulated_examples(_SCENES, rng),
        exercise_examples(exercises, rng),
    )
    nets = []
    for member in range(members):
        torch.manual_seed(1_000 * seed + member)
        nets.append(_fit(pools, np.random.default_rng((seed, member)), steps))
    ensemble = Ensemble(nets)
    ensemble.eval()
    return ensemble


def _pools(
    real: list[Example], simulated: list[Example], exercises: list[Example]
) -> list[tuple[float, Pool]]:
    """Groups of examples with the share of a batch each is drawn."""
    pools = [
        (share, [e for e in real if e.target == one_hot(label)])
        for label, share in zip(LABELS, (0.15, 0.11, 0.12, 0.12, 0.1), strict=True)
    ]
    pools += [(0.32, simulated), (0.08, exercises)]
    return [(share, Pool(pool)) for share, pool in pools if pool]


def _fit(pools: list[tuple[float, Pool]], rng: np.random.Generator, steps: int) -> FallNet:
    net = FallNet()
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    shares: NDArray[np.float64] = np.array([share for share, _ in pools])
    for _ in range(steps):
        counts = rng.multinomial(BATCH, shares / shares.sum())
        clouds, slots, targets = [], [], []
        begun = 0
        for (_, pool), count in zip(pools, counts.tolist(), strict=True):
            points, slot, target = pool.draw(count, rng)
            clouds.append(points)
            slots.append(slot + begun * WINDOW_FRAMES)
            targets.append(target)
            begun += count
        features = disturbed_features(np.concatenate(clouds), np.concatenate(slots), BATCH, rng)
        target = torch.from_numpy(np.concatenate(targets))
        logits = net(torch.from_numpy(features))
        loss = nn.functional.cross_entropy(logits, target, label_smoothing=0.03)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    return net


def export(model: Ensemble, path: Path) -> None:
    """Write the model as ONNX: `features` (n, 12, 23) to `probabilities` (n, 5)."""
    torch.onnx.export(
        model,
        torch.zeros(1, WINDOW_FRAMES, FEATURES),
        str(path),
        dynamo=False,
        input_names=["features"],
        output_names=["probabilities"],
        dynamic_axes={"features": {0: "n"}, "probabilities": {0: "n"}},
    )


def main() -> None:
    """Train on everything there is, for shipping."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    clips = ti_falls.load(data / "ti_pose_fall")
    model = train(clips, radhar.load(data / "radhar", "train"), seed=0)
    export(model, out / "model.onnx")


if __name__ == "__main__":
    main()
