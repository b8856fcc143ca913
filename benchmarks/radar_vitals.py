"""Breath and heart of simulated scenes, told or not: `python -m benchmarks.radar_vitals`.

The model beside the rules and beside a threshold on the spectrum, on the same windows of the parts
of perception/train/splits/vitals.json that were never trained on.  Nothing of it was recorded from
people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import table, take_no_arguments, write_result
from perception.events import VitalSigns
from perception.fall import FallModel
from perception.radar import protocol_named
from perception.radar.room import MountingPose, Room
from perception.sensor import RadarSensor
from perception.train.vital_bytes import report_bytes
from perception.train.vital_signs import Ranges, VitalScene, ranges
from perception.train.vital_windows import (
    BREATH_TOLERANCE,
    HEART_TOLERANCE,
    UNEVEN,
    Window,
    scenes,
    windows,
)
from perception.vitals import SURE, VitalsModel
from perception.vitals_features import (
    BREATH_RIGHT,
    FRAMES_PER_SECOND,
    HEART_RIGHT,
    STILL_PERSON,
    WINDOW_FRAMES,
    WINDOW_SECONDS,
    Told,
)
from perception.vitals_rules import plausible_rates

SCENES = 100
STREAMED = 40
ENDS = [35.0, 55.0, 75.0]
BREATH_BAND = (0.1, 0.55)
HEART_BAND = (0.8, 2.5)
PARTS = {
    "familiar": "Familiar: the ranges and kinds of the training, other seeds",
    "unseen": "Unseen: kinds never trained on, within the ranges of the training",
}
BEYOND = ("breaths_per_minute", "breath_variation", "beats_per_minute", "beat_variation", "noise",
          "clutter", "looks_per_second", "rate_window_seconds")  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """Of one window by one judge."""

    somebody: bool
    breath: float | None = None
    heart: float | None = None


Judge = Callable[[list[Window]], list[Verdict]]


def by_model(model: VitalsModel) -> Judge:
    def judge(found: list[Window]) -> list[Verdict]:
        odds = model.probabilities(np.stack([window.features for window in found]))
        verdicts = []
        for window, p in zip(found, odds, strict=True):
            somebody = bool(p[STILL_PERSON] >= SURE)
            breath = window.rates[0] if somebody and p[BREATH_RIGHT] >= SURE else None
            heart = window.rates[1] if breath is not None and p[HEART_RIGHT] >= SURE else None
            verdicts.append(Verdict(somebody, breath, heart))
        return verdicts

    return judge


def by_rules(found: list[Window]) -> list[Verdict]:
    verdicts = []
    for window in found:
        report = window.scene.report
        inside = (report.at > window.end - WINDOW_SECONDS) & (report.at <= window.end)
        told = (Told(report.at[inside], report.rates[inside, column]) for column in (0, 1))
        rates = plausible_rates(*told)
        verdicts.append(Verdict(False) if rates is None else Verdict(True, *rates))
    return verdicts


def peak(wave: np.ndarray, hertz: tuple[float, float]) -> tuple[float, float]:
    """The strongest frequency of a band a minute, and its power over that of the rest."""
    power = np.abs(np.fft.rfft(wave * np.hanning(WINDOW_FRAMES), 8 * WINDOW_FRAMES)) ** 2
    frequency = np.fft.rfftfreq(8 * WINDOW_FRAMES, 1 / FRAMES_PER_SECOND)
    inside = (frequency >= hertz[0]) & (frequency <= hertz[1])
    at = frequency[inside][power[inside].argmax()]
    near = inside & (np.abs(frequency - at) <= 1.5 / WINDOW_SECONDS)
    rest = (frequency >= hertz[0]) & ~near
    return 60 * at, float(power[near].sum() / max(power[rest].sum(), 1e-12))


def chest(window: Window) -> np.ndarray:
    """The total phase, or what the module calls breath where its firmware sends no total."""
    total = np.sinh(window.features[:, 0])
    return total if total.std() > 1e-3 else window.features[:, 3]


def by_spectrum(least_breath: float, least_heart: float) -> Judge:
    def judge(found: list[Window]) -> list[Verdict]:
        verdicts = []
        for window in found:
            breath, breath_ratio = peak(chest(window), BREATH_BAND)
            heart, heart_ratio = peak(window.features[:, 2], HEART_BAND)
            somebody = breath_ratio >= least_breath
            sure = somebody and heart_ratio >= least_heart
            verdicts.append(
                Verdict(somebody, breath if somebody else None, heart if sure else None)
            )
        return verdicts

    return judge


def fitted_spectrum(part: Ranges) -> Judge:
    """The thresholds that part persons from the rest, and right hearts from wrong, best."""
    found = [w for kind in part.kinds for w in of_kind(part, kind, SCENES // 3)]
    still = np.array([w.scene.what == "still" for w in found])
    breaths = np.array([peak(chest(w), BREATH_BAND)[1] for w in found])
    hearts = [peak(w.features[:, 2], HEART_BAND) for w in found]
    ratios = np.array([ratio for _, ratio in hearts])
    right = np.array([abs(rate - w.true_rates[1]) <= HEART_TOLERANCE
                      for (rate, _), w in zip(hearts, found, strict=True)])  # fmt: skip
    return by_spectrum(best(breaths, still), best(ratios[still], right[still]))


def best(values: np.ndarray, wanted: np.ndarray) -> float:
    """The threshold of the highest mean of sensitivity and specificity."""
    tried = np.quantile(values, np.linspace(0.01, 0.99, 99))
    scores = [(values[wanted] >= v).mean() + (values[~wanted] < v).mean() for v in tried]
    return float(tried[int(np.argmax(scores))])


def of_kind(part: Ranges, kind: str, count: int) -> Iterator[Window]:
    """Windows of its scenes; of those in which somebody leaves, from then on."""
    for scene in scenes(part, kind, count):
        for window in windows(scene, ENDS):
            if kind != "left" or not window.truth[STILL_PERSON]:
                yield window


def share(count: int, of: int) -> str:
    return f"{count} of {of} ({100 * count / of:.1f} %)"


def windows_tables(name: str, judges: dict[str, Judge]) -> list[str]:
    part = ranges(name)
    rows: list[list[str]] = []
    judged: dict[str, tuple[list[Verdict], list[Window]]] = {title: ([], []) for title in judges}
    for kind in part.kinds:
        found = list(of_kind(part, kind, SCENES))
        row = [part.what(kind), kind.replace("_", " ")]
        for title, judge in judges.items():
            verdicts = judge(found)
            row.append(share(sum(v.somebody for v in verdicts), len(found)))
            told = sum(v.breath is not None for v in verdicts)
            if title == "model":
                row.append(share(told, len(found)))
            if part.what(kind) == "still":
                judged[title][0].extend(verdicts)
                judged[title][1].extend(found)
        rows.append(row)
        print(*row, flush=True)
    head = ["truly", "kind"]
    for title in judges:
        head += [f"{title}: somebody"] + (["model: breath told"] if title == "model" else [])
    return [
        f"### {PARTS[name]}",
        "",
        table(head, rows),
        "",
        table(
            ["of who lies still and breathes evenly", "breath told", "error, median and 95 %",
             f"within {BREATH_TOLERANCE:.0f} a minute", "heart told", "error, median and 95 %",
             f"within {HEART_TOLERANCE:.0f} a minute"],
            [[title, *errors(*collected(*judged[title]))] for title in judges],
        ),
        "",
    ]  # fmt: skip


def collected(verdicts: list[Verdict], found: list[Window]) -> tuple[list[float], list[float], int]:
    """Errors of told breaths and hearts where breath is even, and of how many windows."""
    pairs = [(v, w) for v, w in zip(verdicts, found, strict=True) if w.scene.kind not in UNEVEN]
    breaths = [abs(v.breath - w.true_rates[0]) for v, w in pairs if v.breath is not None]
    hearts = [abs(v.heart - w.true_rates[1]) for v, w in pairs if v.heart is not None]
    return breaths, hearts, len(pairs)


def errors(breaths: list[float], hearts: list[float], count: int) -> list[str]:
    cells = []
    for wrong, tolerance in ((breaths, BREATH_TOLERANCE), (hearts, HEART_TOLERANCE)):
        cells.append(share(len(wrong), count))
        if wrong:
            middle, most = np.percentile(wrong, (50, 95))
            right = sum(error <= tolerance for error in wrong)
            cells += [f"{middle:.1f}, {most:.1f}", share(right, len(wrong))]
        else:
            cells += ["—", "—"]
    return cells


def told(scene: VitalScene, *, with_phase: bool) -> list[VitalSigns]:
    """What is told of a scene whose bytes go the whole way from the parser to the events."""
    sensor = RadarSensor(protocol_named("ld6002"), Room(MountingPose(1.0)), FallModel())
    report = scene.report
    if not with_phase:
        report = replace(report, phases=np.full_like(report.phases, np.nan))
    began = scene.left_at + WINDOW_SECONDS if scene.left_at is not None else 0.0
    events = [event for at, data in report_bytes(report) for event in sensor.feed(at, data)]
    return [e for e in events if isinstance(e, VitalSigns) and e.at >= began]


def streams_table(name: str) -> list[str]:
    part, rows = ranges(name), []
    for kind in part.kinds:
        every = list(scenes(part, kind, STREAMED))
        by = [sum(bool(told(s, with_phase=phase)) for s in every) for phase in (False, True)]
        rows.append([part.what(kind), kind.replace("_", " "), *(share(n, len(every)) for n in by)])
        print(*rows[-1], flush=True)
    return [table(["truly", "kind", "rules (rates alone)", "model (phase too)"], rows), ""]


def beyond_table(judges: dict[str, Judge]) -> list[str]:
    """One thing at a time from beyond the ranges of the training, then all at once."""
    familiar, far = ranges("familiar"), ranges("beyond")
    cases = {"nothing": familiar}
    for name in BEYOND:
        cases[name] = replace(familiar, first_seed=far.first_seed, **{name: getattr(far, name)})
    cases["all at once"] = far
    rows = []
    for name, part in cases.items():
        still = [w for kind in part.still for w in of_kind(part, kind, SCENES // 3)]
        others = [w for what in (part.disturbed, part.nobody) for kind in what
                  for w in of_kind(part, kind, SCENES // 3)]  # fmt: skip
        spans = ", ".join(f"{low:g} to {high:g}" for low, high in getattr(part, name, ()))
        row = [name.replace("_", " "), spans or "—"]
        for title, judge in judges.items():
            verdicts = judge(still)
            row.append(share(sum(v.somebody for v in verdicts), len(still)))
            if title == "model":
                row += errors(*collected(verdicts, still))[:3:2]
            row.append(share(sum(v.somebody for v in judge(others)), len(others)))
        rows.append(row)
        print(*row, flush=True)
    head = ["beyond the training", "drawn from"]
    for title in judges:
        head.append(f"{title}: still people seen")
        head += ["breath told", "of it right"] if title == "model" else []
        head.append(f"{title}: others taken for one")
    return ["### Beyond: one thing at a time, then all", "", table(head, rows), ""]


def main() -> None:
    judges: dict[str, Judge] = {
        "rules": by_rules,
        "spectrum": fitted_spectrum(ranges("train")),
        "model": by_model(VitalsModel()),
    }
    lines = [
        "All of it simulated: no recording with a reference was at hand, so nothing here is a "
        f"figure for people. Windows of {WINDOW_SECONDS:.0f} s, {len(ENDS)} of each of {SCENES} "
        "scenes a kind. Rules: what modules without phase are judged by. Spectrum: the peak's "
        "power over the rest, its thresholds fitted on the training part. Where nobody or "
        "somebody disturbed is there, every share should be 0.",
        "",
    ]
    for name in PARTS:
        lines += windows_tables(name, judges)
        lines += [
            f"Whole scenes of 75 s as bytes of an HLK-LD6002, of {STREAMED} a kind those in which "
            "`VitalSigns` was told at all (of who left: half a minute after):",
            "",
        ]
        lines += streams_table(name)
    lines += beyond_table(judges)
    write_result("radar_vitals", "Radar, breath and heart, simulated",
                 "python -m benchmarks.radar_vitals", "\n".join(lines))  # fmt: skip


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
