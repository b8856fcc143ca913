"""Rules as data: what is right and what is wrong in them, what a fact is to one, and when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.sensors.rules import (
    Bearing,
    Hours,
    bearing,
    due_at,
    reason_of,
    rules_of,
    usual_rules,
)
from assistant.sensors.wording import REPLIES
from assistant.settings import SensorRule, read
from assistant.settings.sensors import KINDS
from sensor_io import (
    FACTS,
    DoorClosed,
    DoorOpened,
    Fact,
    SmokeDetected,
    TemperatureMeasured,
    fact_of,
    kind_of,
    values_of,
)
from tests.sensors.house import NAMES, ZONE, at

B, E = Bearing.BEGINS, Bearing.ENDS


def is_night(moment: float) -> bool:
    hour = datetime.fromtimestamp(moment, ZONE).hour
    return hour >= 22 or hour < 6


HOURS = Hours(ZONE, is_night)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"when": "door_opened"}, ""),
        ({"when": "door_opened", "between": "night"}, ""),
        ({"when": "door_opened", "between": "22:00-6:00"}, ""),
        ({"when": "door_opened", "between": "22:00–06:00"}, ""),
        ({"when": "temperature_measured", "above": 30.0}, ""),
        ({"do": "nothing"}, ""),
        ({}, "lacks when"),
        ({"when": "door_opened", "between": "at night"}, "between"),
        ({"when": "door_opened", "between": "25:00-06:00"}, "between"),
        ({"when": "door_opened", "below": 5.0}, "has no below"),
        ({"when": "temperature_measured"}, "wants below"),
        ({"when": "door_opened", "sensor": "backdoor"}, "no sensor 'backdoor'"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(rule: dict[str, Any], problem: str) -> None:
    _, problems = rules_of({"mine": SensorRule(**rule)}, NAMES)
    assert len(problems) == bool(problem)
    assert all(problem in each and "sensor_rules.mine" in each for each in problems)


def test_ours_are_right_and_are_replaced_by_name() -> None:
    assert not rules_of(usual_rules(), NAMES)[1]
    rules, _ = rules_of({"smoke": SensorRule(do="nothing")}, ())
    assert set(usual_rules()) - set(rules) == {"smoke"}
    wrong, _ = rules_of({"smoke": SensorRule(between="x", when="smoke_detected")}, ())
    assert wrong["smoke"] == usual_rules()["smoke"], "a mistake must not take the alarm away"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(kind: str, lang: str) -> None:
    for whom in ("elder", "family"):
        words = REPLIES.render(f"{whom}_{kind}", lang, place="PLACE", value="20")
        assert "PLACE" in words or kind in {"bed_left", "bed_entered", "motion_ended"}


WARM = SensorRule(when="temperature_measured", above=30.0)


@pytest.mark.parametrize(
    ("rule", "fact", "expected"),
    [
        (SensorRule(when="door_opened"), DoorOpened(), B),
        (SensorRule(when="door_opened"), DoorClosed(), E),
        (SensorRule(when="door_opened"), SmokeDetected(), None),
        (SensorRule(when="door_closed"), DoorOpened(), E),
        (SensorRule(when="door_opened"), DoorOpened(confidence=0.3), None),
        (SensorRule(when="door_opened"), DoorClosed(confidence=0.3), E),
        (SensorRule(when="door_opened", sensor="hall"), DoorOpened(), B),
        (SensorRule(when="door_opened", sensor="bed"), DoorOpened(), None),
        (SensorRule(when="door_opened", place="the hall"), DoorOpened(), B),
        (SensorRule(when="door_opened", place="kitchen"), DoorOpened(), None),
        (WARM, TemperatureMeasured(value=31), B),
        (WARM, TemperatureMeasured(value=30), E),
    ],
)
def test_what_a_fact_is_to_a_rule(rule: SensorRule, fact: Fact, expected: Bearing | None) -> None:
    assert bearing(rule, "hall", "the hall", fact) is expected


@pytest.mark.parametrize(
    ("when", "between", "after", "since", "due"),
    [
        ("door_opened", "", 0, "14:00", "14:00"),
        ("door_opened", "", 10, "14:00", "14:10"),
        ("door_opened", "night", 0, "03:00", "03:00"),
        ("door_opened", "night", 0, "20:00", "22:00"),
        ("door_opened", "night", 10, "05:55", "22:00"),
        ("door_opened", "12:00-13:00", 0, "11:30", "12:00"),
        ("bed_left", "night", 20, "03:00", "03:20"),
        ("bed_left", "night", 20, "05:50", None),
        ("bed_left", "night", 20, "14:00", None),
        ("motion_seen", "22:00-06:00", 0, "21:59", None),
        ("motion_seen", "22:00-06:00", 0, "22:00", "22:00"),
    ],
)
def test_when_a_rule_is_due(when: str, between: str, after: int, since: str, due: str) -> None:
    rule = SensorRule(when=when, between=between, after_minutes=after)
    assert due_at(rule, at(since), HOURS) == (None if due is None else at(due))


def test_every_alarm_has_a_reason_that_is_known() -> None:
    from assistant.alarm.state import REASONS

    assert {reason_of(kind) for kind in KINDS} <= set(REASONS)


# --------------------------------------------------------------------------------- facts


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_comes_back_as_it_was(kind: str) -> None:
    values = {"value": 20.0} if kind.endswith("measured") else {}
    fact = fact_of(kind, {"device": "a", "place": "门口", "confidence": 0.5, "at": 1.0, **values})
    assert kind_of(fact) == kind
    assert fact_of(kind, values_of(fact)) == fact


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("earthquake", {}),
        ("door_opened", {"size": 1}),
        ("door_opened", {"confidence": 1.5}),
        ("door_opened", {"confidence": float("nan")}),
        ("door_opened", {"confidence": True}),
        ("door_opened", {"confidence": "1"}),
        ("door_opened", {"at": -1}),
        ("door_opened", {"at": None}),
        ("door_opened", {"at": 10**400}),
        ("door_opened", {"at": float("inf")}),
        ("door_opened", {"place": "x" * 41}),
        ("door_opened", {"place": "a\nb"}),
        ("door_opened", {"place": "a\u202eb"}),
        ("door_opened", {"place": 5}),
        ("door_opened", {"device": ["a"]}),
        ("door_opened", {"is_test": "no"}),
        ("temperature_measured", {}),
        ("temperature_measured", {"value": 1e9}),
        ("temperature_measured", {"value": "20"}),
        ("device_lost", {"reason": "x" * 1000}),
    ],
)
def test_what_is_no_fact_is_refused(kind: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fact_of(kind, values)


# -------------------------------------------------------------------------------- settings


def test_the_settings_are_read_section_by_section(tmp_path: Any) -> None:
    file = tmp_path / "anban.toml"
    file.write_text(
        '[sensors.front_door]\ndriver = "door"\nport = "/dev/x"\nplace = "大门"\nsilent = 3\n'
        '[sensor_rules.night]\nwhen = "door_ajar"\n\n[sensor_rules.day]\nwhen = "door_opened"\n'
        'between = "night"\nafter_minutes = "5"\n'
    )
    known = read(file)
    assert known.settings.sensors["front_door"].place == "大门"
    assert not known.settings.sensor_rules, "neither is what it was to be"
    assert [problem.partition("anban.toml:")[2].split()[0] for problem in known.problems] == [
        "5:",
        "7:",
        "12:",
    ]
    assert "sensors.front_door.silent" in known.problems[0]
    assert "door_opened" in known.problems[1]


@pytest.mark.parametrize(
    "line",
    [
        'do = "alrm"',
        'after_minutes = "20"',
        "min_confidence = 90",
        "after_minute = 20",
        "between = 22",
        "do = true",
        "when = 3",
    ],
)
def test_a_rule_with_a_mistake_is_no_other_rule(tmp_path: Path, line: str) -> None:
    """Smoke that is to raise an alarm does not become a question because of a typing error."""
    file = tmp_path / "anban.toml"
    table = {"when": '"smoke_detected"', "do": '"family"'}
    name = line.partition(" ")[0]
    lines = [f"{key} = {value}" for key, value in table.items() if key != name]
    file.write_text("\n".join(["[sensor_rules.smoke]", *lines, line]), "utf-8")
    known = read(file)
    (problem,) = known.problems
    assert f"sensor_rules.smoke.{name}" in problem
    rules, _ = rules_of(known.settings.sensor_rules, ())
    assert rules["smoke"] == usual_rules()["smoke"]
