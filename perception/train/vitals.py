"""Train the breath and heart model on simulated scenes.

    python -m perception.train.vitals OUT_FOLDER

Needs PyTorch.  Only the training part of `splits/vitals.json` is looked at; the figures of the
model card come from `benchmarks/radar_vitals.py`, on the other parts and these same weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from perception.radar.frames import FloatArray
from perception.train.onnx_export import export
from perception.train.vital_signs import SECONDS, Ranges, ranges
from perception.train.vital_windows import scenes, windows
from perception.vitals_features import (
    BEATS_UNIT,
    BREATH_RIGHT,
    BREATHS_UNIT,
    FEATURES,
    FRAMES_PER_SECOND,
    SEEN_SHARE,
    WINDOW_FRAMES,
    WINDOW_SECONDS,
)

SCENES: Final = 1_200
"""Of each kind."""
WINDOWS: Final = 4
"""Of each scene."""
STEPS: Final = 4_500
BATCH: Final = 96
CHANNELS: Final = 24
LEARNING_RATE: Final = 3e-3
MEMBERS: Final = 2
"""Networks of different seeds whose probabilities are averaged inside the model."""
SHARES: Final = {"still": 0.45, "disturbed": 0.15, "nobody": 0.4}
"""Of a batch."""
_WHAT: Final = 3
_BREATH_STEPS: Final = np.arange(0.05, 0.75, 0.02)
_HEART_STEPS: Final = np.arange(0.6, 3.4, 0.04)
"""Hertz at which spectra are taken."""
_HARMONICS: Final = range(2, 8)


def _waves(hertz: NDArray[np.float64]) -> Any:
    """(frames, 2, frequencies): cosines and sines under a Hann window."""
    t = np.arange(WINDOW_FRAMES) / FRAMES_PER_SECOND
    angle = 2 * np.pi * t[:, None] * hertz[None]
    hann = np.hanning(WINDOW_FRAMES)[:, None]
    both = np.stack((np.cos(angle) * hann, np.sin(angle) * hann), 1) * 2 / WINDOW_FRAMES
    return torch.from_numpy(both.reshape(WINDOW_FRAMES, -1).astype(np.float32))


class VitalsNet(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Convolution over time beside spectra of the bands; (b, 300, 11) to (b, 5) logits."""

    def __init__(self) -> None:
        super().__init__()
        c = CHANNELS
        self.time = nn.Sequential(
            nn.Conv1d(FEATURES, c, 9, stride=3, padding=4),
            nn.BatchNorm1d(c),
            nn.ReLU(),
            nn.Conv1d(c, c, 7, stride=2, padding=3),
            nn.BatchNorm1d(c),
            nn.ReLU(),
            nn.Conv1d(c, 2 * c, 7, stride=2, padding=3),
            nn.BatchNorm1d(2 * c),
            nn.ReLU(),
        )
        self.breath, self.heart = _spectrum_net(3, c), _spectrum_net(4, c)
        self.register_buffer("breath_waves", _waves(_BREATH_STEPS), persistent=False)
        self.register_buffer("heart_waves", _waves(_HEART_STEPS), persistent=False)
        for name, steps in (("breath_steps", _BREATH_STEPS), ("heart_steps", _HEART_STEPS)):
            self.register_buffer(name, torch.from_numpy(steps.astype(np.float32)), persistent=False)
        pooled = 2 * (2 * c) + 2 * (2 * c) + 3
        self.head = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(pooled, 48), nn.ReLU(), nn.Linear(48, 5)
        )

    def forward(self, features: Any) -> Any:
        """Logits."""
        rows = features.transpose(1, 2)
        seen = self.time(rows)
        told_breath = rows[:, 5].mean(1, keepdim=True) * (BREATHS_UNIT / 60)
        told_heart = rows[:, 6].mean(1, keepdim=True) * (BEATS_UNIT / 60)
        low = self._spectra(rows[:, (1, 3)], self.breath_waves)
        high = self._spectra(rows[:, (2, 4)], self.heart_waves)
        # Of the heart's band also the told breath's harmonics, which modules tell as heartbeats.
        harmonics = sum(_bump(self.heart_steps, k * told_breath, 0.05) for k in _HARMONICS)
        low = self.breath(torch.cat((low, _bump(self.breath_steps, told_breath, 0.04)), 1))
        high = torch.cat((high, _bump(self.heart_steps, told_heart, 0.08), harmonics), 1)
        high = self.heart(high)
        parts = (
            seen.mean(2), seen.amax(2), low.mean(2), low.amax(2), high.mean(2), high.amax(2),
            rows[:, 8:, 0],
        )  # fmt: skip
        return self.head(torch.cat(parts, 1))

    def _spectra(self, rows: Any, waves: Any) -> Any:
        both = torch.matmul(rows, waves)
        half = both.shape[2] // 2
        power = both[:, :, :half] ** 2 + both[:, :, half:] ** 2
        return torch.sqrt(power + 1e-6)


def _spectrum_net(inputs: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(inputs, channels, 5, padding=2),
        nn.BatchNorm1d(channels),
        nn.ReLU(),
        nn.Conv1d(channels, channels, 5, padding=2),
        nn.BatchNorm1d(channels),
        nn.ReLU(),
    )


def _bump(steps: Any, middle: Any, width: float) -> Any:
    return torch.exp(-(((steps[None] - middle) / width) ** 2) / 2)[:, None]


class Ensemble(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Mean probabilities of its members."""

    def __init__(self, members: list[VitalsNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Any) -> Any:
        """Probabilities."""
        each = []
        for net in self.members:
            logits = net(features)
            each.append(torch.cat((logits[:, :_WHAT].softmax(-1), logits[:, _WHAT:].sigmoid()), 1))
        return torch.stack(each).mean(0)


def examples(
    part: Ranges, count: int, rng: np.random.Generator
) -> list[tuple[FloatArray, FloatArray]]:
    """(features, truths) of all kinds' windows, at random times; one pair for each of `SHARES`."""
    found = []
    for what in SHARES:
        features, truths = [], []
        for kind in getattr(part, what):
            for scene in scenes(part, kind, count):
                for window in windows(
                    scene, rng.uniform(WINDOW_SECONDS * SEEN_SHARE, SECONDS, WINDOWS).tolist()
                ):
                    features.append(window.features)
                    truths.append(window.truth)
        found.append((np.stack(features), np.stack(truths)))
    return found


def train(
    part: Ranges, seed: int, count: int = SCENES, steps: int = STEPS, members: int = MEMBERS
) -> Ensemble:
    """An ensemble trained on this part's scenes."""
    torch.set_num_threads(1)
    pools = examples(part, count, np.random.default_rng(seed))
    nets = []
    for member in range(members):
        torch.manual_seed(1_000 * seed + member)
        nets.append(_fit(pools, np.random.default_rng((seed, member)), steps))
    ensemble = Ensemble(nets)
    ensemble.eval()
    return ensemble


def _fit(
    pools: list[tuple[FloatArray, FloatArray]], rng: np.random.Generator, steps: int
) -> VitalsNet:
    net = VitalsNet()
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    shares = list(SHARES.values())
    for _ in range(steps):
        batches = []
        for (features, truths), count in zip(pools, rng.multinomial(BATCH, shares), strict=True):
            chosen = rng.integers(len(truths), size=count)
            batches.append((features[chosen], truths[chosen]))
        features, truths = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        loss = _loss(net(torch.from_numpy(_disturbed(features, rng))), torch.from_numpy(truths))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    return net


def _loss(logits: Any, truths: Any) -> Any:
    what = nn.functional.cross_entropy(logits[:, :_WHAT], truths[:, :_WHAT], label_smoothing=0.03)
    known = ~torch.isnan(truths[:, BREATH_RIGHT:])
    right = nn.functional.binary_cross_entropy_with_logits(
        logits[:, BREATH_RIGHT:][known], truths[:, BREATH_RIGHT:][known]
    )
    return what + right


def _disturbed(features: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Waves upside down, as a module may have them, and without the total of some."""
    features = features.copy()
    count = len(features)
    features[:, :, :3] *= rng.choice([-1.0, 1.0], (count, 1, 1)).astype(np.float32)
    features[:, :, 3:5] *= rng.choice([-1.0, 1.0], (count, 1, 2)).astype(np.float32)
    return features


def main() -> None:
    """Train for shipping."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path, help="folder that will hold model.onnx")
    chosen = options.parse_args()
    model = train(ranges("train"), seed=0)
    export(model, chosen.out / "model.onnx", WINDOW_FRAMES, FEATURES)


if __name__ == "__main__":
    main()
