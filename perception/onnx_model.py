"""Running the small models: one thread, no memory arena, the file checked when it is opened.

onnxruntime reports to its maker unless the environment forbids it before it is imported, and it is
slow to import: it is imported here alone, once the first model is opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray

MODELS: Final = Path(__file__).parents[1] / "models"


class ModelError(RuntimeError):
    """A model file that is missing or is not what it should be."""


class OnnxModel:
    """`features` (n, frames, features) to `probabilities` (n, labels)."""

    def __init__(self, path: Path, frames: int, features: int, labels: int) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # noqa: PLC0415  (only what opens a model pays for it)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  # onnxruntime raises a dozen types without a common base
            raise ModelError(f"The model {path} cannot be opened: {error}") from None
        takes = {each.name: each.shape[1:] for each in self._session.get_inputs()}
        if takes != {"features": [frames, features]}:
            raise ModelError(
                f"The model {path} takes {takes}, not {frames} by {features} features."
            )
        gives = {each.name: each.shape[1:] for each in self._session.get_outputs()}
        if gives != {"probabilities": [labels]}:
            raise ModelError(f"The model {path} gives {gives}, not {labels} probabilities.")

    def probabilities(self, features: FloatArray) -> FloatArray:
        """Probabilities of each window's labels, (n, labels)."""
        (result,) = self._session.run(["probabilities"], {"features": features})
        return np.asarray(result, np.float32)
