"""A simulator of a breath and heart module before beds: people who lie still, and what is not one.

Everything that moves adds to one echo: exp(j 4 pi d / wavelength) times how strongly it reflects,
with standing clutter and noise; what the module sends is made of that (`vital_module`).  The kinds
are in `vital_kinds`; from what a scene is drawn is in the split.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.hlk_ld6002 import WAVELENGTH_METRES
from perception.train.vital_bodies import Array, Cycles, drift
from perception.train.vital_kinds import SCENES, Stage
from perception.train.vital_module import Report, report

SPLIT: Final = Path(__file__).parent / "splits" / "vitals.json"
SECONDS: Final = 75.0
RADIANS_PER_MILLIMETRE: Final = 4 * np.pi / (WAVELENGTH_METRES * 1_000)
_SEEN: Final = 0.85
_GHOST: Final = 0.2
"""Odds that a module tells presence, where something moves and where nothing does: ours."""

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Ranges:
    """From what a part of the split is drawn: kinds, and spans of what differs between scenes."""

    first_seed: int
    still: tuple[str, ...]
    disturbed: tuple[str, ...]
    nobody: tuple[str, ...]
    breaths_per_minute: Spans
    breath_variation: Spans
    beats_per_minute: Spans
    beat_variation: Spans
    depth_share: Spans
    """Where between the smallest and the largest displacement; 0 to 1, on a log scale."""
    noise: Spans
    clutter: Spans
    """Relative to the echo of the body."""
    looks_per_second: Spans
    rate_window_seconds: Spans

    @property
    def kinds(self) -> tuple[str, ...]:
        """All of them, in a fixed order."""
        return (*self.still, *self.disturbed, *self.nobody)

    def what(self, kind: str) -> str:
        """still, disturbed or nobody."""
        return next(
            what for what in ("still", "disturbed", "nobody") if kind in getattr(self, what)
        )

    def draw(self, name: str, rng: np.random.Generator) -> float:
        """A value of this span."""
        spans: Spans = getattr(self, name)
        widths = np.array([high - low for low, high in spans])
        low, high = spans[int(rng.choice(len(spans), p=widths / widths.sum()))]
        return float(rng.uniform(low, high))


@dataclass(frozen=True, slots=True, eq=False)
class VitalScene:
    """What a module sent of one scene, and what was truly there."""

    kind: str
    what: str
    report: Report
    breaths: Cycles | None
    """Of one person who lies still."""
    beats: Cycles | None
    left_at: float | None
    """Seconds; nobody is there from then on."""


def ranges(part: str) -> Ranges:
    """train, familiar (its ranges, other seeds), unseen (other kinds) or beyond (other ranges)."""
    split: dict[str, dict[str, Any]] = json.loads(SPLIT.read_text("utf-8"))
    values = split["train"] | split[part]

    def frozen(value: Any) -> Any:
        return tuple(map(frozen, value)) if isinstance(value, list) else value

    return Ranges(**{field.name: frozen(values[field.name]) for field in fields(Ranges)})


def simulate(kind: str, part: Ranges, rng: np.random.Generator) -> VitalScene:
    """One scene of this kind."""
    per_second = part.draw("looks_per_second", rng)
    t = np.arange(round(SECONDS * per_second)) / per_second
    stage = Stage(t, lambda name: part.draw(name, rng), rng)
    moves = SCENES[kind](stage)
    left_at = rng.uniform(12.0, 32.0) if kind == "left" else None
    strengths = [1.0, *rng.uniform(*stage.others, len(moves))][: len(moves)]
    echo = _echo(t, list(zip(strengths, moves, strict=True)), left_at, part, rng)
    rate_seconds = part.draw("rate_window_seconds", rng)
    return VitalScene(
        kind,
        part.what(kind),
        report(echo, per_second, rate_seconds, left_at, _SEEN if moves else _GHOST, rng),
        stage.breaths,
        stage.beats,
        left_at,
    )


def _echo(
    t: Array,
    moves: list[tuple[float, Array]],
    left_at: float | None,
    part: Ranges,
    rng: np.random.Generator,
) -> NDArray[np.complex128]:
    echo = np.zeros(len(t), np.complex128)
    for strength, move in moves:
        # Chest and belly move alike, not equally.
        other = rng.uniform(0.0, 0.4)
        wander = drift(t, rng.uniform(0.0, 0.6), rng)
        phase = RADIANS_PER_MILLIMETRE * (move + wander)
        belly = RADIANS_PER_MILLIMETRE * (move * rng.uniform(0.3, 0.9) + wander)
        turned = rng.uniform(0, 2 * np.pi, 2)
        echo += strength * (
            (1 - other) * np.exp(1j * (phase + turned[0]))
            + other * np.exp(1j * (belly + turned[1]))
        )
    if left_at is not None:
        echo[t >= left_at] = 0.0
    clutter = part.draw("clutter", rng) * np.exp(1j * rng.uniform(0, 2 * np.pi))
    if not moves:
        warming = RADIANS_PER_MILLIMETRE * drift(t, rng.uniform(0.0, 0.6), rng)
        clutter = clutter * rng.choice([0.0, 1.0, 3.0]) * np.exp(1j * warming)
    noise = part.draw("noise", rng) * (rng.normal(0, 1, len(t)) + 1j * rng.normal(0, 1, len(t)))
    return np.asarray(echo + clutter + noise)
