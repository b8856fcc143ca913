"""What may lie or stand before the module: each kind's movements, in millimetres.

- still: supine, side, back to the sensor, under a fan; apnoea; Cheyne-Stokes breathing (66 % of
  191 inpatients with heart failure: Mared et al. 2004, Respir. Res. 5:14); atrial fibrillation;
  snoring, a tremor of 4 to 6 Hz, a ventilator's even breath.
- disturbed: moving, talking, coughing, two people.
- nobody: an empty bed; left a moment ago; a fan that shakes plastic or cloth (a known false source:
  TI E2E thread 1395563), also one that sweeps; a curtain; other things that swing or shiver, such
  as a lamp and a washing machine; a cat (20 to 35 breaths, 140 to 200 beats a minute) and a dog
  (12 to 30 and 60 to 130).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.train.vital_bodies import (
    Array,
    Cycles,
    breath,
    bursts,
    coughing,
    cycles,
    heart,
    rough,
    turning,
)

_SIZES: Final = {
    "front": ((1.0, 12.0), (0.1, 0.5)),
    "side": ((0.5, 4.0), (0.05, 0.3)),
    "back": ((0.1, 0.5), (0.01, 0.2)),
}
"""Millimetres of breath and heart, by what is turned to the sensor."""


@dataclass(slots=True)
class Stage:
    """One scene in the making."""

    t: Array
    draw: Callable[[str], float]
    """A value of the part's span of this name."""
    rng: np.random.Generator
    breaths: Cycles | None = None
    beats: Cycles | None = None
    others: tuple[float, float] = (0.6, 1.0)
    """How strongly all but the first reflect; the first is 1."""

    def person(
        self, side: str, effort: Array | float = 1.0, memory: float = 0.5, **changes: float
    ) -> Array:
        """Millimetres of one person's chest; `effort` is breath's share over time."""
        rates = {name: self.draw(name) for name in _BODY} | changes
        (breath_low, breath_high), (heart_low, heart_high) = _SIZES[side]
        share = self.draw("depth_share")
        depth = breath_low * (breath_high / breath_low) ** share
        thrust = heart_low * (heart_high / heart_low) ** self.rng.uniform(0, 1)
        return self.body(rates, depth, thrust, effort, memory)

    def body(
        self,
        rates: dict[str, float],
        depth: float,
        thrust: float,
        effort: Array | float = 1.0,
        memory: float = 0.5,
    ) -> Array:
        """Millimetres of whoever breathes like this."""
        t, rng, variation = self.t, self.rng, rates["breath_variation"]
        self.breaths = cycles(rates["breaths_per_minute"], variation, t[-1], rng, 0.5)
        self.beats = cycles(rates["beats_per_minute"], rates["beat_variation"], t[-1], rng, memory)
        rise = breath(t, self.breaths, depth, rng.uniform(1.0, 1.6) * variation, rng)
        return rise * effort + heart(t, self.beats, thrust, rng)


_BODY: Final = ("breaths_per_minute", "breath_variation", "beats_per_minute", "beat_variation")


Scene = Callable[[Stage], list[Array]]


def _person(side: str) -> Scene:
    return lambda stage: [stage.person(side)]


def _any_side(stage: Stage) -> str:
    return str(stage.rng.choice(["front", "side", "back"], p=[0.5, 0.35, 0.15]))


def _apnoea(stage: Stage) -> list[Array]:
    """Breath ceases for 10 to 30 s; a blocked throat leaves some effort."""
    still = bursts(stage.t, (10.0, 30.0), (12.0, 40.0), stage.rng)
    calm = np.convolve(still, np.hanning(41) / np.hanning(41).sum(), "same")
    effort = 1 - calm * stage.rng.uniform(0.8, 1.0)
    return [stage.person(_any_side(stage), effort=effort)]


def _cheyne_stokes(stage: Stage) -> list[Array]:
    """Depth waxes and wanes over 45 to 75 s, with a pause between."""
    wave = np.sin(2 * np.pi * (stage.t / stage.rng.uniform(45, 75) + stage.rng.uniform(0, 1)))
    effort = np.clip(wave + stage.rng.uniform(0.0, 0.6), 0.03, 1.0)
    return [stage.person(_any_side(stage), effort=effort)]


def _fibrillation(stage: Stage) -> list[Array]:
    variation = stage.rng.uniform(0.18, 0.28)
    return [stage.person(_any_side(stage), beat_variation=variation, memory=0.0)]


def _fanned(stage: Stage) -> list[Array]:
    """A fan blows on the bedclothes of a person: it adds to the echo, but weakly."""
    chest, (shaken,) = stage.person(_any_side(stage)), _fan(stage)
    stage.others = (0.05, 0.25)
    return [chest, shaken]


def _snoring(stage: Stage) -> list[Array]:
    chest = stage.person("front")
    rising = np.gradient(chest) > 0
    return [chest + rising * stage.rng.uniform(0.05, 0.25) * rough(stage.t, 6.0, stage.rng)]


def _tremor(stage: Stage) -> list[Array]:
    hertz, size = stage.rng.uniform(4, 6), stage.rng.uniform(0.05, 0.3)
    return [stage.person(_any_side(stage)) + size * rough(stage.t, hertz, stage.rng)]


def _ventilated(stage: Stage) -> list[Array]:
    return [stage.person("front", breath_variation=0.005)]


def _moving(stage: Stage) -> list[Array]:
    chest = stage.person(_any_side(stage))
    stage.breaths = stage.beats = None
    return [chest + turning(stage.t, stage.rng.uniform(10, 120), stage.rng)]


def _talking(stage: Stage) -> list[Array]:
    """Quick breaths in, long ones out, and a chest that shakes with the voice."""
    t, rng = stage.t, stage.rng
    chest = stage.person("front", breath_variation=rng.uniform(0.35, 0.6))
    voice = bursts(t, (2.0, 8.0), (0.3, 3.0), rng) * rough(t, rng.uniform(2, 5), rng)
    stage.breaths = stage.beats = None
    return [chest + rng.uniform(0.2, 1.0) * voice + 2.0 * rough(t, 0.4, rng)]


def _coughing(stage: Stage) -> list[Array]:
    chest = stage.person("front")
    stage.breaths = stage.beats = None
    return [chest + coughing(stage.t, stage.rng.uniform(4, 20), stage.rng)]


def _two_people(stage: Stage) -> list[Array]:
    both = [stage.person(_any_side(stage)) for _ in range(2)]
    stage.breaths = stage.beats = None
    return both


def _fan(stage: Stage) -> list[Array]:
    """Something light that a fan shakes: an even beat and its harmonics, often aliased."""
    t, rng = stage.t, stage.rng
    hertz = float(rng.choice([rng.uniform(0.1, 0.6), rng.uniform(0.8, 2.5), rng.uniform(3, 25)]))
    wave = np.zeros(len(t))
    for order in range(1, 4):
        size = rng.uniform(0.2, 1.0) / order
        wave += size * np.sin(2 * np.pi * (order * hertz * t + rng.uniform(0, 1)))
    shiver = rng.uniform(0.0, 0.3) * rough(t, rng.uniform(1, 5), rng)
    return [np.exp(rng.uniform(np.log(0.05), np.log(8.0))) * (wave + shiver)]


def _curtain(stage: Stage) -> list[Array]:
    """A draught: a narrow band of noise."""
    t, rng = stage.t, stage.rng
    gusts = 0.5 + 0.5 * np.abs(rough(t, 0.08, rng))
    return [np.exp(rng.uniform(0.0, 3.0)) * gusts * rough(t, rng.uniform(0.12, 0.8), rng)]


def _things(stage: Stage) -> list[Array]:
    """Whatever else swings or shivers: a few frequencies, even or not, now more, now less."""
    t, rng = stage.t, stage.rng
    move = np.zeros(len(t))
    for _ in range(int(rng.integers(1, 5))):
        hertz = np.exp(rng.uniform(np.log(0.05), np.log(6.0)))
        swing = np.sqrt(2) * np.sin(2 * np.pi * (hertz * t + rng.uniform(0, 1)))
        wave = swing if rng.random() < 0.5 else rough(t, hertz, rng)
        move += rng.uniform(0.1, 1.0) * wave
    waxing = 1 + rng.uniform(0.0, 0.5) * rough(t, 0.04, rng)
    return [np.exp(rng.uniform(np.log(0.05), np.log(10.0))) * waxing * move]


def _sweeping_fan(stage: Stage) -> list[Array]:
    """A fan that swings to and fro: a shiver that comes and goes 4 to 12 times a minute."""
    t, rng = stage.t, stage.rng
    swing = np.clip(np.sin(2 * np.pi * t * rng.uniform(4, 12) / 60), 0, 1) ** 2
    shiver = 0.3 * rough(t, rng.uniform(2, 6), rng)
    return [rng.uniform(0.3, 6.0) * swing * (1.0 + shiver)]


def _lamp(stage: Stage) -> list[Array]:
    """A lamp on its cord: 0.35 to 0.9 Hz, dying away."""
    t, rng = stage.t, stage.rng
    dying = np.exp(-t / rng.uniform(40, 200))
    return [rng.uniform(0.5, 15) * dying * np.sin(2 * np.pi * rng.uniform(0.35, 0.9) * t)]


def _washing_machine(stage: Stage) -> list[Array]:
    """A drum that turns 4 to 15 s one way, then the other."""
    t, rng = stage.t, stage.rng
    on = bursts(t, (4.0, 15.0), (1.0, 4.0), rng)
    return [rng.uniform(0.1, 2.0) * on * np.sin(2 * np.pi * rng.uniform(0.7, 1.0) * t)]


def _pet(breaths: tuple[float, float], beats: tuple[float, float], size: float) -> Scene:
    def scene(stage: Stage) -> list[Array]:
        rng = stage.rng
        rates = {
            "breaths_per_minute": rng.uniform(*breaths),
            "breath_variation": rng.uniform(0.05, 0.25),
            "beats_per_minute": rng.uniform(*beats),
            "beat_variation": rng.uniform(0.02, 0.15),
        }
        depth, thrust = size * rng.uniform(0.3, 1.5), 0.1 * size * rng.uniform(0.3, 1.5)
        body = stage.body(rates, depth, thrust)
        stage.breaths = stage.beats = None
        return [body]

    return scene


SCENES: Final[dict[str, Scene]] = {
    "supine": _person("front"),
    "side": _person("side"),
    "back": _person("back"),
    "apnoea": _apnoea,
    "cheyne_stokes": _cheyne_stokes,
    "fibrillation": _fibrillation,
    "fanned": _fanned,
    "snoring": _snoring,
    "tremor": _tremor,
    "ventilated": _ventilated,
    "moving": _moving,
    "talking": _talking,
    "coughing": _coughing,
    "two_people": _two_people,
    "empty": lambda _: [],
    "left": _person("front"),
    "fan": _fan,
    "curtain": _curtain,
    "things": _things,
    "sweeping_fan": _sweeping_fan,
    "lamp": _lamp,
    "washing_machine": _washing_machine,
    "cat": _pet((20, 35), (140, 200), 1.0),
    "dog": _pet((12, 30), (60, 130), 2.5),
}
