"""The acoustic network: a small TDNN from frame labels, in PyTorch (for training only)."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.tiny_vosk.dataset import Utterance
from models.tiny_vosk.features import CEPSTRA, SUBSAMPLING
from models.tiny_vosk.kaldi import Layer

if TYPE_CHECKING:
    import torch

# Splices of the layers in 10 ms frames. The first two run on every frame, the rest on every
# third, which is what comes out.
SPLICES = ((-2, -1, 0, 1, 2), (-1, 0, 1), (-3, 0, 3), (-3, 0, 3), (-3, 0, 3), (0,))
SUBSAMPLED_LAYER = 1
CONTEXT_FRAMES = -sum(min(splice) for splice in SPLICES)
BATCH = 32
IGNORED = -100
SILENCE_PDF = 0
LEARNING_RATE = 3e-3
GRADIENT_NORM = 5.0


@dataclass(frozen=True, slots=True)
class Acoustic:
    """A trained network, and for each phone the probability of lasting another frame."""

    layers: list[Layer]
    priors: NDArray[np.float64]
    loop_probability: dict[str, float]
    frame_accuracy: float


@dataclass(frozen=True, slots=True)
class _Items:
    """Training items with the features' mean and deviation."""

    features: list[NDArray[np.float32]]
    labels: list[NDArray[np.int64]]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def batch(self, indices: NDArray[np.int64]) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return normalised features (n, 40, time) and labels (n, time / 3), padded."""
        import torch  # noqa: PLC0415 - needed for training only

        frames = max(len(self.labels[i]) for i in indices)
        width = SUBSAMPLING * frames + 2 * CONTEXT_FRAMES - 2
        x = np.zeros((len(indices), CEPSTRA, width), np.float32)
        y = np.full((len(indices), frames), IGNORED)
        for row, i in enumerate(indices):
            features = (self.features[i] - self.mean) / self.deviation
            # Kaldi repeats the first and the last frame as context.
            around = np.arange(-CONTEXT_FRAMES, width - CONTEXT_FRAMES)
            x[row] = features[np.clip(around, 0, len(features) - 1)].T
            y[row, : len(self.labels[i])] = self.labels[i]
        return torch.from_numpy(x), torch.from_numpy(y)


def train(
    utterances: list[Utterance],
    phones: list[str],
    *,
    seed: int,
    hidden: int,
    epochs: int,
    progress: Callable[[float, str], None],
) -> Acoustic:
    """Train by plain cross-entropy; one thread, so that the sums are the same each time.

    `progress` is told the share that is done and the last epoch's figures.
    """
    import torch  # noqa: PLC0415 - needed for training only

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    items = _items(utterances, phones)
    network = _network(hidden, len(phones) + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    # Neighbours in length share a batch: little padding.
    by_length = np.argsort([len(f) for f in items.features], kind="stable")
    batches = [by_length[i : i + BATCH] for i in range(0, len(by_length), BATCH)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=len(batches) * epochs, pct_start=0.15
    )
    rng = np.random.default_rng(seed)
    accuracy = 0.0
    for epoch in range(epochs):
        loss_sum, right, seen = 0.0, 0, 0
        for step, index in enumerate(rng.permutation(len(batches)), start=1):
            x, y = items.batch(batches[index])
            scores = network(x)
            loss = torch.nn.functional.cross_entropy(scores, y, ignore_index=IGNORED)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_NORM)
            optimizer.step()
            schedule.step()
            labelled = y >= 0
            count = int(labelled.sum())
            loss_sum += loss.item() * count
            right += int(((scores.argmax(1) == y) & labelled).sum())
            seen += count
            accuracy = right / seen
            progress(
                (epoch + step / len(batches)) / epochs,
                f"epoch {epoch + 1}/{epochs}: loss {loss_sum / seen:.3f}, "
                f"frames right {accuracy:.1%}",
            )
    counts = np.bincount(
        np.concatenate([y[y >= 0] for y in items.labels]), minlength=len(phones) + 1
    ).astype(np.float64)
    priors = (counts + 1.0) / (counts + 1.0).sum()
    return Acoustic(
        _fold(network, items), priors, _loop_probabilities(utterances, phones), accuracy
    )


def _items(utterances: list[Utterance], phones: list[str]) -> _Items:
    pdf_of_phone = {"": SILENCE_PDF, **{phone: i for i, phone in enumerate(phones, start=1)}}
    features = [u.features for u in utterances]
    labels = [np.array([pdf_of_phone.get(p, IGNORED) for p in u.phones]) for u in utterances]
    some = np.concatenate(features[:: max(1, len(features) // 2000)])
    return _Items(features, labels, some.mean(0), some.std(0) + 1e-3)


def _network(hidden: int, outputs: int) -> "torch.nn.Sequential":
    from torch import nn  # noqa: PLC0415 - needed for training only

    modules: list[nn.Module] = []
    inputs = CEPSTRA
    for number, splice in enumerate(SPLICES[:-1]):
        stride = SUBSAMPLING if number == SUBSAMPLED_LAYER else 1
        modules += [
            nn.Conv1d(inputs, hidden, len(splice), stride=stride),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
        ]
        inputs = hidden
    return nn.Sequential(*modules, nn.Conv1d(hidden, outputs, 1))


def _fold(network: "torch.nn.Sequential", items: _Items) -> list[Layer]:
    """Fold the input's mean and deviation and the batch normalisation into affine layers."""
    import torch  # noqa: PLC0415 - needed for training only

    modules = list(network)
    layers: list[Layer] = []
    for number, splice in enumerate(SPLICES):
        convolution = modules[3 * number]
        weight = convolution.weight.detach().numpy().astype(np.float64)  # (out, in, splice)
        bias = convolution.bias.detach().numpy().astype(np.float64)
        if number == 0:
            bias = bias - (weight * (items.mean / items.deviation)[None, :, None]).sum((1, 2))
            weight = weight / items.deviation[None, :, None]
        if number < len(SPLICES) - 1:
            norm = modules[3 * number + 1]
            scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
            bias = (bias - norm.running_mean.numpy()) * scale + norm.bias.detach().numpy()
            weight = weight * scale[:, None, None]
        layers.append(Layer(splice, weight.transpose(0, 2, 1).reshape(len(bias), -1), bias))
    return layers


def _loop_probabilities(utterances: list[Utterance], phones: list[str]) -> dict[str, float]:
    """Return 1 - 1/d for a mean duration of d frames, within 0.1 and 0.9."""
    frames: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for utterance in utterances:
        before = ""
        for phone in utterance.phones:
            frames[phone] += 1
            runs[phone] += phone != before
            before = phone
    means = {p: frames[p] / runs[p] if runs[p] else 2.0 for p in phones}
    return {p: round(min(0.9, max(0.1, 1 - 1 / means[p])), 4) for p in phones}


def minutes_of_speech(utterances: list[Utterance]) -> float:
    """Return the length of a training set."""
    return math.fsum(len(u.phones) * 0.03 / 60 for u in utterances)
