"""Train the judge of falls: every kind of radar that the simulator can draw, and recordings.

    python -m perception.train.judge DATA_FOLDER OUT_FOLDER

Needs PyTorch.  `DATA_FOLDER` holds `ti_pose_fall`, `radhar` and `iwr6843_tlv`; `low_rate_fall` is
never read here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from perception.descent_features import JUDGE_FEATURES, JUDGE_LABELS
from perception.train import ti_falls
from perception.train.judge_examples import Windows, everything
from perception.train.onnx_export import export

LIVES: Final = 16_000
SCENES: Final = 6_000
ROUNDS: Final = 4
"""How often each recording is drawn from, disturbed otherwise each time."""
STEPS: Final = 3_500
BATCH: Final = 256
WIDTH: Final = 128
LEARNING_RATE: Final = 2e-3
MEMBERS: Final = 4
FOLD_STEPS: Final = 2_000
FOLD_MEMBERS: Final = 2
"""Of the judges that leave something out: they are measured, not shipped, and there are many."""
SHARES: Final = {"simulated": 0.4, "scenes": 0.25, "ti": 0.2, "radhar": 0.08, "iwr6843": 0.07}
"""Of a batch, by where windows come from."""


class JudgeNet(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """(b, 1, features) to (b, labels) logits."""

    def __init__(self, middle: Any, spread: Any) -> None:
        super().__init__()
        self.register_buffer("middle", middle)
        self.register_buffer("spread", spread)
        self.layers = nn.Sequential(
            nn.Linear(JUDGE_FEATURES, WIDTH),
            nn.ReLU(),
            nn.Dropout(0.15),
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(),
            nn.Dropout(0.15),
            nn.Linear(WIDTH, len(JUDGE_LABELS)),
        )

    def forward(self, features: Any) -> Any:
        """Logits."""
        return self.layers((features[:, 0] - self.middle) / self.spread)


class JudgeEnsemble(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Mean probabilities of its members."""

    def __init__(self, members: Sequence[JudgeNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Any) -> Any:
        """Probabilities."""
        return torch.stack([net(features).softmax(-1) for net in self.members]).mean(0)


def train(
    pools: Sequence[tuple[str, Windows]], seed: int, members: int = MEMBERS, steps: int = STEPS
) -> JudgeEnsemble:
    """An ensemble trained on these windows, by where they come from."""
    torch.set_num_threads(1)
    together = np.concatenate([windows.features for _, windows in pools])
    middle = torch.from_numpy(together.mean(0))
    spread = torch.from_numpy(together.std(0) + 0.05)
    nets = []
    for member in range(members):
        torch.manual_seed(1_000 * seed + member)
        net = JudgeNet(middle, spread)
        _fit(net, pools, np.random.default_rng((seed, member)), steps)
        nets.append(net)
    ensemble = JudgeEnsemble(nets)
    ensemble.eval()
    return ensemble


def _fit(
    net: JudgeNet, pools: Sequence[tuple[str, Windows]], rng: np.random.Generator, steps: int
) -> None:
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    shares = np.array([SHARES[name] for name, _ in pools])
    for _ in range(steps):
        counts = rng.multinomial(BATCH, shares / shares.sum())
        drawn = [
            (windows, rng.integers(len(windows.features), size=count))
            for (_, windows), count in zip(pools, counts, strict=True)
        ]
        features = np.concatenate([windows.features[index] for windows, index in drawn])
        targets = np.concatenate([windows.targets[index] for windows, index in drawn])
        logits = net(torch.from_numpy(features[:, None]))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(targets), label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()


def main() -> None:
    """Train on everything there is, for shipping."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, help="folder of ti_pose_fall, radhar, iwr6843_tlv")
    options.add_argument("out", type=Path, help="folder that will hold model.onnx")
    chosen = options.parse_args()
    try:
        clips = ti_falls.load(chosen.data / "ti_pose_fall")
    except FileNotFoundError as error:
        options.error(str(error))
    pools = everything(clips, chosen.data, np.random.default_rng(0), (LIVES, SCENES), ROUNDS)
    export(train(pools, seed=0), chosen.out / "model.onnx", 1, JUDGE_FEATURES)


if __name__ == "__main__":
    main()
