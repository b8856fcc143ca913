"""Train the activity model on RadHAR.

    python -m perception.train.activity DATA_FOLDER OUT.onnx [--leave-session N] [--seed N]

Needs PyTorch.  Without `--leave-session` it trains on the fixed training files; with it, on all
files of the three other sessions.  Nothing here looks at the files that are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from perception.activity_features import (
    FEATURES,
    LABELS,
    WINDOW_FRAMES,
    BodyPoints,
    body_points,
    frame_features,
)
from perception.radar.frames import FloatArray
from perception.train import radhar
from perception.train.onnx_export import export
from perception.train.radhar import ActivityFile

STEPS: Final = 1_400
BATCH: Final = 64
CHANNELS: Final = 80
MEMBERS: Final = 2
"""Networks of different seeds whose probabilities are averaged inside the model."""
LEARNING_RATE: Final = 2e-3
_STATIC_SHARES: Final = (0.15, 0.4)
"""The clutter rule is drawn anew for each window, so that nothing hangs on its threshold."""


class ActivityNet(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """(b, 60, features) to (b, 5) logits: each frame embedded, then convolution over time."""

    def __init__(self) -> None:
        super().__init__()
        c = CHANNELS
        self.embed = nn.Sequential(nn.Linear(FEATURES, c), nn.ReLU())
        self.begin = nn.Sequential(nn.BatchNorm1d(c), nn.Dropout1d(0.15))
        self.first = _conv(c, 5, padding=2)
        self.halve = _conv(c, 5, padding=2, stride=2)
        self.wide = _conv(c, 5, padding=4, dilation=2)
        self.quarter = _conv(c, 5, padding=2, stride=2)
        self.last = _conv(c, 3, padding=1)
        self.head = nn.Sequential(nn.Dropout(0.4), nn.Linear(2 * c, len(LABELS)))

    def forward(self, features: Any) -> Any:
        """Logits."""
        hidden = self.begin(self.embed(features).transpose(1, 2))
        hidden = self.halve(self.first(hidden))
        hidden = hidden + self.wide(hidden)
        hidden = self.quarter(hidden)
        hidden = hidden + self.last(hidden)
        return self.head(torch.cat((hidden.mean(2), hidden.amax(2)), 1))


class Ensemble(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Mean probabilities of its members."""

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Any) -> Any:
        """Probabilities."""
        return torch.stack([net(features).softmax(-1) for net in self.members]).mean(0)


def _conv(channels: int, size: int, **how: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(channels, channels, size, **how), nn.BatchNorm1d(channels), nn.ReLU()
    )


def windows_of(
    files: list[ActivityFile], starts: list[float], paces: list[float]
) -> tuple[FloatArray, FloatArray, FloatArray, Any]:
    """Points of one window a file, from `starts` on at `paces`, as `body_points` wants them."""
    pieces = []
    for number, (file, start, pace) in enumerate(zip(files, starts, paces, strict=True)):
        wanted = np.rint(start + np.arange(WINDOW_FRAMES) * pace).astype(np.intp)
        edges = np.searchsorted(file.frame, np.stack((wanted, wanted + 1)))
        sizes = edges[1] - edges[0]
        slot = np.repeat(np.arange(WINDOW_FRAMES), sizes)
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        index = edges[0][slot] + within
        pieces.append(
            (
                file.xyz[index],
                file.doppler[index],
                file.strength_db[index],
                slot + number * WINDOW_FRAMES,
            )
        )
    xyz, doppler, strength, slot = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return xyz, doppler, strength, slot


def training_batch(
    files: list[ActivityFile], rng: np.random.Generator
) -> tuple[FloatArray, list[int]]:
    """Features of one disturbed window a file, and the labels."""
    paces = np.exp(rng.uniform(-0.15, 0.15, len(files)))
    lasts = [
        file.frames - 1 - (WINDOW_FRAMES - 1) * pace
        for file, pace in zip(files, paces, strict=True)
    ]
    starts = [rng.uniform(0, last) for last in lasts]
    shares = rng.uniform(*_STATIC_SHARES, len(files))
    points = body_points(
        *windows_of(files, starts, paces.tolist()), len(files), shares.astype(np.float32)
    )
    return frame_features(_disturb(points, len(files), rng), len(files)), [f.label for f in files]


def _disturb(points: BodyPoints, windows: int, rng: np.random.Generator) -> BodyPoints:
    """Another mounting, sensor and body: mirrored, scaled, tilted, thinned, reversed."""
    u = rng.uniform
    slot = points.slot
    keep = rng.random(len(slot)) > u(0, 0.35, windows)[slot // WINDOW_FRAMES]
    lost = rng.random((windows, WINDOW_FRAMES)) < u(0, 0.1, (windows, 1))
    keep &= ~lost.ravel()[slot]
    slot = slot[keep]
    window = slot // WINDOW_FRAMES
    place = points.place[keep] * u(0.85, 1.15, (windows, 3))[window]
    place[:, 1] *= rng.choice([-1.0, 1.0], windows)[window]
    place[:, 2] += place[:, 0] * u(-0.2, 0.2, windows)[window]
    place[:, 1] += place[:, 0] * u(-0.2, 0.2, windows)[window]
    place += (u(-1, 1, (windows, 3)) * (0.12, 0.10, 0.12))[window]
    place += rng.normal(0, 0.02, place.shape)
    strength = points.strength[keep] * u(0.8, 1.2, windows)[window]
    strength += u(-0.4, 0.4, windows)[window] + u(-0.1, 0.1, windows * WINDOW_FRAMES)[slot]
    reverse = (rng.random(windows) < 0.25)[window]
    doppler = np.where(reverse, -points.doppler[keep], points.doppler[keep])
    backwards = window * WINDOW_FRAMES + WINDOW_FRAMES - 1 - slot % WINDOW_FRAMES
    slot = np.where(reverse, backwards, slot)
    return BodyPoints(place.astype(np.float32), doppler, strength.astype(np.float32), slot)


def fit(files: list[ActivityFile], seed: int, steps: int = STEPS) -> nn.Module:
    """One network; every class of every session is drawn equally often."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = ActivityNet()
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=3e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.2
    )
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99), use_buffers=True
    )
    kinds = [(file.label, file.session) for file in files]
    odds = np.array([1.0 / kinds.count(kind) for kind in kinds])
    odds /= odds.sum()
    for _ in range(steps):
        chosen = [files[i] for i in rng.choice(len(files), BATCH, p=odds)]
        features, labels = training_batch(chosen, rng)
        logits = net(torch.from_numpy(features))
        loss = nn.functional.cross_entropy(logits, torch.tensor(labels), label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(net)
    module: nn.Module = average.module
    return module.eval()


def main() -> None:
    """Train and write one model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, help="folder that holds radhar/")
    options.add_argument("out", type=Path)
    options.add_argument("--leave-session", type=int, choices=range(radhar.SESSIONS))
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--members", type=int, default=MEMBERS)
    chosen = options.parse_args()
    parts = ("train",) if chosen.leave_session is None else ("train", "test")
    try:
        files = [file for part in parts for file in radhar.load(chosen.data / "radhar", part)]
    except FileNotFoundError as error:
        options.error(str(error))
    if chosen.leave_session is not None:
        files = [file for file in files if file.session != chosen.leave_session]
    members = [fit(files, chosen.seed + number) for number in range(chosen.members)]
    export(Ensemble(members).eval(), chosen.out, WINDOW_FRAMES, FEATURES)


if __name__ == "__main__":
    main()
