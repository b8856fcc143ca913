"""Train the fall and posture model: real TI falls beside simulated bodies.

    python -m perception.train.fall DATA_FOLDER OUT_FOLDER

Needs PyTorch.  `DATA_FOLDER` holds `ti_pose_fall`, `radhar` and `iwr6843_tlv`.  The figures of the
model card come from `benchmarks/radar.py`, on models that `train` made of each fold's training
part.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from perception.fall_features import FEATURES, LABELS, WINDOW_FRAMES
from perception.train import radhar, ti_falls, walkers
from perception.train.fall_examples import (
    Pool,
    disturbed_features,
    exercise_examples,
    one_hot,
    real_examples,
    rising_examples,
    simulated_examples,
    walker_examples,
)
from perception.train.onnx_export import export
from perception.train.ti_falls import Clip

STEPS: Final = 2_500
BATCH: Final = 96
CHANNELS: Final = 48
LEARNING_RATE: Final = 3e-3
MEMBERS: Final = 6
"""Networks of different seeds whose probabilities are averaged inside the model."""
_SCENES: Final = 4_000


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


def train(clips: list[Clip], data: Path, seed: int) -> Ensemble:
    """An ensemble trained on these clips, on what is no fall in `data`, and on the simulator."""
    torch.set_num_threads(1)
    pools = _pools(clips, data, np.random.default_rng(seed))
    nets = []
    for member in range(MEMBERS):
        torch.manual_seed(1_000 * seed + member)
        nets.append(_fit(pools, np.random.default_rng((seed, member))))
    ensemble = Ensemble(nets)
    ensemble.eval()
    return ensemble


def _pools(clips: list[Clip], data: Path, rng: np.random.Generator) -> list[tuple[float, Pool]]:
    """Groups of examples with the share of a batch each is drawn."""
    real = real_examples(clips, rng)
    pools = [
        (share, [e for e in real if e.target == one_hot(label)])
        for label, share in zip(LABELS, (0.15, 0.11, 0.12, 0.12, 0.1), strict=True)
    ]
    captures = data / "iwr6843_tlv"
    walking = walkers.tracks(captures, walkers.WALKING)
    sitting_down = walkers.tracks(captures, walkers.SITTING_DOWN)
    pools += [
        (0.32, simulated_examples(_SCENES, rng)),
        (0.08, exercise_examples(radhar.load(data / "radhar", "train"), rng)),
        (0.08, rising_examples(clips, rng)),
        (0.08, walker_examples(walking, walking=True)),
        (0.04, walker_examples(sitting_down, walking=False)),
    ]
    return [(share, Pool(pool)) for share, pool in pools if pool]


def _fit(pools: list[tuple[float, Pool]], rng: np.random.Generator) -> FallNet:
    net = FallNet()
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS)
    shares: NDArray[np.float64] = np.array([share for share, _ in pools])
    for _ in range(STEPS):
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


def main() -> None:
    """Train on everything there is, for shipping."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, help="folder of ti_pose_fall, radhar, iwr6843_tlv")
    options.add_argument("out", type=Path, help="folder that will hold model.onnx")
    chosen = options.parse_args()
    try:
        model = train(ti_falls.load(chosen.data / "ti_pose_fall"), chosen.data, seed=0)
    except FileNotFoundError as error:
        options.error(str(error))
    export(model, chosen.out / "model.onnx", WINDOW_FRAMES, FEATURES)


if __name__ == "__main__":
    main()
