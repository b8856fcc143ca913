"""Breath and heart: bytes of a simulated module to events; and what must not be told."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from radar_bytes import tinyframe

from perception.events import Event, PersonPresent, VitalSigns
from perception.fall import FallModel
from perception.radar import ChestPhase, RadarFrame, protocol_named
from perception.radar.frames import FloatArray
from perception.radar.hlk_ld6002 import LARGEST_PHASE
from perception.radar.room import MountingPose, Room
from perception.sensor import RadarSensor
from perception.train.vital_bytes import report_bytes
from perception.train.vital_signs import VitalScene, ranges
from perception.train.vital_windows import BREATH_TOLERANCE, scenes
from perception.vitals import STEP_SECONDS, VitalsModel, VitalsWatch
from perception.vitals_features import (
    FEATURES,
    WINDOW_FRAMES,
    WINDOW_SECONDS,
    Told,
    window_features,
)

FRESH = replace(ranges("familiar"), first_seed=7_000_000)
"""Scenes on which nothing was chosen."""
NOTHING = Told(np.zeros(0), np.zeros(0))


def sensor() -> RadarSensor:
    return RadarSensor(protocol_named("ld6002"), Room(MountingPose(1.0)), FallModel())


def play(scene: VitalScene, radar: RadarSensor | None = None, shift: float = 0.0) -> list[Event]:
    radar = radar or sensor()
    return [e for at, data in report_bytes(scene.report) for e in radar.feed(at + shift, data)]


def vitals(events: list[Event], since: float = 0.0) -> list[VitalSigns]:
    return [event for event in events if isinstance(event, VitalSigns) and event.at >= since]


def chest(
    seconds: float = 60.0, per_second: float = 20.0, breath: float = 0.25, heart: float = 1.1
) -> tuple[np.ndarray, np.ndarray]:
    """Times, and the phase of an even breath of 2 mm and a heart of 0.2 mm."""
    at = np.arange(round(seconds * per_second)) / per_second
    phase = 2.5 * np.sin(2 * np.pi * breath * at) + 0.25 * np.sin(2 * np.pi * heart * at)
    return at, np.stack((phase, phase, phase), 1)


# ---------------------------------------------------------------------------- the whole way


def test_who_lies_still_is_told_with_the_right_breath() -> None:
    told = right = people = 0
    for kind in ("supine", "side", "fibrillation"):
        for scene in scenes(FRESH, kind, 10):
            assert scene.breaths is not None
            people += 1
            for event in vitals(play(scene)):
                told += 1
                true = scene.breaths.per_minute(event.at - WINDOW_SECONDS, event.at)
                right += abs(event.breaths_per_minute - true) <= BREATH_TOLERANCE
    assert told >= 1.2 * people  # at most two in 75 s
    assert right >= 0.95 * told


def test_a_told_heart_is_nearly_always_right() -> None:
    errors = []
    for kind in ("supine", "side", "back"):
        for scene in scenes(FRESH, kind, 25):
            assert scene.beats is not None
            errors += [
                abs(e.heartbeats_per_minute - scene.beats.per_minute(e.at - WINDOW_SECONDS, e.at))
                for e in vitals(play(scene))
                if e.heartbeats_per_minute is not None
            ]
    assert len(errors) >= 10
    assert np.mean(np.array(errors) <= 7.0) >= 0.85


@pytest.mark.parametrize("kind", ["empty", "fan", "curtain", "moving", "talking"])
def test_what_is_nobody_still_is_not_told(kind: str) -> None:
    assert [scene for scene in scenes(FRESH, kind, 12) if vitals(play(scene))] == []


def test_values_that_stick_after_somebody_left_are_not_told() -> None:
    stuck = 0
    for scene in scenes(FRESH, "left", 40):
        assert scene.left_at is not None
        since = scene.left_at + WINDOW_SECONDS
        after = scene.report.rates[scene.report.at >= since]
        if len(after) and (after == after[0]).all() and after[0].all():
            stuck += 1
            assert vitals(play(scene), since) == []
    assert stuck >= 20


def test_a_module_that_repeats_its_last_report_for_ever_is_not_believed() -> None:
    scene, radar = still_scene(), sensor()
    events = play(scene, radar)
    *_, (at, last) = report_bytes(scene.report)
    after = [e for k in range(2_400) for e in radar.feed(at + k / 20, last)]
    assert vitals(events)
    assert vitals(after, at + WINDOW_SECONDS / 2) == []


def test_nothing_but_presence_and_vital_signs_comes_of_a_bed() -> None:
    for kind in FRESH.kinds:
        for scene in scenes(FRESH, kind, 2):
            assert {type(event) for event in play(scene)} <= {PersonPresent, VitalSigns}


def test_who_breathes_is_there_though_the_module_overlooks_them() -> None:
    (scene,) = [s for s in scenes(FRESH, "supine", 12) if vitals(play(s))][:1]
    nobody = np.zeros(len(scene.report.at), np.bool_)
    events = play(replace(scene, report=replace(scene.report, present=nobody)))
    assert [e.count for e in events if isinstance(e, PersonPresent)][:1] == [1]
    empty = next(iter(scenes(FRESH, "empty", 1)))
    nobody = np.zeros(len(empty.report.at), np.bool_)
    assert play(replace(empty, report=replace(empty.report, present=nobody))) == []


# ---------------------------------------------------------------------------- bad input


def still_scene() -> VitalScene:
    return next(s for s in scenes(FRESH, "supine", 12) if len(vitals(play(s))) == 2)


def test_a_clock_that_jumps_begins_anew() -> None:
    scene, radar = still_scene(), sensor()
    usual = [event.at for event in vitals(play(scene, radar, shift=2_000.0))]
    back = [event.at for event in vitals(play(scene, radar, shift=1_000.0))]
    ahead = [event.at for event in vitals(play(scene, radar, shift=1e6))]
    assert [at + 1_000.0 for at in back] == pytest.approx(usual)
    assert [at - 1e6 + 2_000.0 for at in ahead] == pytest.approx(usual)


def test_nonsense_among_the_phases_changes_nothing() -> None:
    scene = still_scene()
    radar, events = sensor(), []
    nonsense = b"".join(
        tinyframe(0x0A13, struct.pack("<3f", bad, 0.0, 0.0))
        for bad in (float("nan"), float("inf"), 1e10, -1e10)
    )
    for at, data in report_bytes(scene.report):
        events += radar.feed(at, nonsense + data + tinyframe(0x0A13, b"\x00" * 11))
    assert vitals(events) == vitals(play(scene))


def test_half_of_the_frames_lost_is_borne_and_a_pause_is_waited_out() -> None:
    scene = still_scene()
    rng = np.random.default_rng(1)
    radar, events = sensor(), []
    for at, data in report_bytes(scene.report):
        if rng.random() < 0.5:
            events += radar.feed(at, data)
    assert vitals(events)
    radar, events = sensor(), []
    for at, data in report_bytes(scene.report):
        if not 20 < at < 32:
            events += radar.feed(at, data)
    (event,) = vitals(events)
    assert event.at > 55


def frames(bad: float) -> Iterator[tuple[float, RadarFrame]]:
    for k in range(2_000):
        yield k / 20, RadarFrame(phase=ChestPhase(bad, bad, bad))
        yield k / 20, RadarFrame(breaths_per_minute=15.0)
        yield k / 20, RadarFrame(heartbeats_per_minute=70.0)


@pytest.mark.parametrize("constant", [0.0, 1.0, LARGEST_PHASE, -LARGEST_PHASE])
def test_a_phase_that_stands_still_is_nobody(constant: float) -> None:
    watch = VitalsWatch()
    assert [e for at, frame in frames(constant) for e in watch.update(at, frame)] == []
    assert not watch.sees_somebody


def test_phases_without_rates_tell_nothing_and_do_not_fail() -> None:
    watch = VitalsWatch()
    at, phases = chest()
    for t, row in zip(at.tolist(), phases.tolist(), strict=True):
        assert list(watch.update(t, RadarFrame(phase=ChestPhase(*row)))) == []


class CountingModel(VitalsModel):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def probabilities(self, features: FloatArray) -> FloatArray:
        self.calls += 1
        return super().probabilities(features)


def test_the_model_is_asked_every_few_seconds_not_every_frame() -> None:
    model = CountingModel()
    watch = VitalsWatch(model)
    at, phases = chest(seconds=120.0, per_second=50.0)
    for t, row in zip(at.tolist(), phases.tolist(), strict=True):
        list(watch.update(t, RadarFrame(phase=ChestPhase(*row))))
    assert 10 < model.calls <= 120 / STEP_SECONDS


def test_nothing_for_an_hour_holds_nothing() -> None:
    watch = VitalsWatch()
    at, phases = chest()
    for t, row in zip(at.tolist(), phases.tolist(), strict=True):
        list(watch.update(t, RadarFrame(phase=ChestPhase(*row))))
    for t in range(3_600):
        assert list(watch.update(60.0 + t, RadarFrame())) == []
    assert not watch.sees_somebody
    assert len(watch._phases) == 0


@settings(max_examples=60)
@given(
    some.arrays(
        np.float64,
        st.tuples(st.integers(0, 400), st.just(3)),
        elements=st.floats(-LARGEST_PHASE, LARGEST_PHASE),
    ),
    st.floats(0.001, 1.0),
    st.floats(0, 300),
)
def test_any_phases_give_finite_features_or_none(
    phases: np.ndarray, step: float, rate: float
) -> None:
    at = np.arange(len(phases)) * step
    told = Told(at, np.full(len(at), rate))
    features = window_features(30.0, at, phases, told, NOTHING)
    if features is not None:
        assert features.shape == (WINDOW_FRAMES, FEATURES)
        assert np.isfinite(features).all()


# ---------------------------------------------------------------------------- features


def test_wrapped_or_not_is_the_same() -> None:
    at, phases = chest()
    wrapped = phases.copy()
    wrapped[:, 0] = np.angle(np.exp(1j * phases[:, 0] * 2))
    plain = phases.copy()
    plain[:, 0] *= 2
    one, two = (window_features(40.0, at, p, NOTHING, NOTHING) for p in (plain, wrapped))
    assert one is not None
    assert two is not None
    assert np.allclose(one, two, atol=1e-4)


@pytest.mark.parametrize("per_second", [8.0, 12.5, 50.0])
def test_how_often_the_module_sends_hardly_matters(per_second: float) -> None:
    usual = window_features(40.0, *chest(per_second=20.0), NOTHING, NOTHING)
    other = window_features(40.0, *chest(per_second=per_second), NOTHING, NOTHING)
    assert usual is not None
    assert other is not None
    assert np.abs(usual[:, :5] - other[:, :5]).mean() < 0.1


@pytest.mark.parametrize("together", [2, 4, 8])
def test_reports_that_come_together_in_one_read_hardly_matter(together: int) -> None:
    at, phases = chest()
    read = np.ceil(np.arange(1, len(at) + 1) / together) * together / 20 - 1 / 20
    usual, other = (window_features(40.0, t, phases, NOTHING, NOTHING) for t in (at, read))
    assert usual is not None
    assert other is not None
    assert np.abs(usual[:, :5] - other[:, :5]).mean() < 0.1


def test_too_little_seen_is_no_window() -> None:
    at, phases = chest()
    assert window_features(20.0, at, phases, NOTHING, NOTHING) is None  # it has just begun
    assert window_features(70.0, at, phases, NOTHING, NOTHING) is None  # it has stopped
    assert window_features(40.0, at[:0], phases[:0], NOTHING, NOTHING) is None


# ---------------------------------------------------------------------------- rates alone


def rates(breaths: list[float], beats: list[float], **fields: bool) -> list[VitalSigns]:
    watch = VitalsWatch()
    told = []
    for second, (breath, heart) in enumerate(zip(breaths, beats, strict=True)):
        told += watch.update(second, RadarFrame(heartbeats_per_minute=heart))
        told += watch.update(second, RadarFrame(breaths_per_minute=breath, **fields))
    return told


def test_a_module_without_phase_is_judged_by_rules() -> None:
    told = rates([15.0, 16.0, 15.0, 14.0] * 16, [70.0, 71.0, 72.0, 69.0] * 16)
    assert [event.breaths_per_minute for event in told] == [15.0] * len(told)
    assert len(told) == 2
    assert told[0].heartbeats_per_minute == pytest.approx(70.5, abs=0.6)


@pytest.mark.parametrize(
    ("breaths", "beats"),
    [
        ([0.0] * 60, [70.0] * 60),
        ([60.0] * 60, [70.0] * 60),
        ([8.0, 30.0, 15.0] * 20, [70.0] * 60),
        ([35.0] * 60, [40.0] * 60),
    ],
)
def test_rates_of_no_body_are_not_told(breaths: list[float], beats: list[float]) -> None:
    assert rates(breaths, beats) == []


def test_who_moves_or_is_not_there_has_no_rates() -> None:
    assert rates([15.0] * 60, [70.0] * 60, moving=True) == []
    assert rates([15.0] * 60, [70.0] * 60, present=False) == []


def test_a_heart_that_scatters_is_left_out() -> None:
    told = rates([15.0] * 60, [40.0, 90.0, 140.0] * 20)
    assert [event.heartbeats_per_minute for event in told] == [None] * 2
