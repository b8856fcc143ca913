"""How every model of ours becomes ONNX, as `perception.onnx_model` reads it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn


def export(model: nn.Module, path: Path, frames: int, features: int) -> None:
    """Write ONNX: `features` (n, `frames`, `features`) to `probabilities` (n, labels)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        torch.zeros(1, frames, features),
        str(path),
        dynamo=False,
        input_names=["features"],
        output_names=["probabilities"],
        dynamic_axes={"features": {0: "n"}, "probabilities": {0: "n"}},
    )
