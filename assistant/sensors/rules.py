"""What a fact means in this home: rules as data, judged without a clock or a disk of their own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from assistant.settings import SensorRule, fitted
from sensor_io.facts import ENDS, MEASURED, Fact, Measured, kind_of

NIGHT: Final = "night"
NOTHING: Final = "nothing"
_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-3]):([0-5]\d)")
_NEVER_BELOW: Final = -1000.0
_NEVER_ABOVE: Final = 1000.0
_MOMENTS: Final = frozenset({"bed_entered", "bed_left", "motion_ended", "motion_seen"})
"""What must come within the rule's hours: who got up in the morning is not looked for at night.

All else counts from the moment at which the hours begin, too, if it holds then: a door that stands
open since the evening.
"""
_STEP_SECONDS: Final = 300.0
_DAY_SECONDS: Final = 86_400.0
REASONS: Final = {
    "smoke_detected": "fire",
    "gas_detected": "gas",
    "carbon_monoxide_detected": "carbon_monoxide",
    "water_detected": "water",
    "bed_left": "out_of_bed",
    "door_opened": "door_open",
    "motion_ended": "no_motion",
}
"""What the family is told an alarm is about; all else is `sensor`."""


class Bearing(Enum):
    """What a fact is to a rule."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Hours:
    """When rules count here."""

    zone: ZoneInfo
    is_night: Callable[[float], bool]
    """Whether a Unix time lies in the elder's usual sleep."""

    def hold(self, between: str, at: float) -> bool:
        """Whether a moment lies within a rule's hours."""
        if not between:
            return True
        if between == NIGHT:
            return self.is_night(at)
        first, last = _hours(between)
        clock = datetime.fromtimestamp(at, self.zone).time()
        return first <= clock < last if first < last else clock >= first or clock < last


def rules_of(
    own: Mapping[str, SensorRule], sensors: Collection[str]
) -> tuple[dict[str, SensorRule], list[str]]:
    """Give the rules of a home by their names, and what is wrong with its own.

    Args:
        own: of the settings; each takes the place of ours of the same name.
        sensors: the names of the home's sensors.
    """
    rules, problems = dict(usual_rules()), []
    for name, rule in own.items():
        if problem := _problem(rule, sensors):
            problems.append(f"sensor_rules.{name}: {problem}")
        else:
            rules[name] = rule
    return {name: rule for name, rule in rules.items() if rule.do != NOTHING}, problems


@cache
def usual_rules() -> Mapping[str, SensorRule]:
    """Give the rules that come with Anban."""
    tables = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
    return {name: fitted(SensorRule, table)[0] for name, table in tables.items()}


def _problem(rule: SensorRule, sensors: Collection[str]) -> str:
    if rule.do == NOTHING:
        return ""
    if not rule.when:
        return 'it lacks when, such as when = "door_opened"'
    if rule.between not in {"", NIGHT} and not _HOURS.fullmatch(rule.between):
        return f'between is "22:00-06:00" or "night", not {rule.between!r:.40}'
    has_bound = rule.below > _NEVER_BELOW or rule.above < _NEVER_ABOVE
    if has_bound and rule.when not in MEASURED:
        return f"{rule.when} has no below or above"
    if rule.when in MEASURED and not has_bound:
        return f"{rule.when} wants below or above"
    if rule.sensor and rule.sensor not in sensors:
        there = ", ".join(sorted(sensors)) or "none"
        return f"there is no sensor {rule.sensor!r:.40}; there are: {there}"
    return ""


def bearing(rule: SensorRule, sensor: str, place: str, fact: Fact) -> Bearing | None:
    """Tell what a fact is to a rule; None: nothing."""
    if rule.sensor not in {"", sensor} or rule.place not in {"", place}:
        return None
    kind = kind_of(fact)
    if kind == ENDS.get(rule.when):
        return Bearing.ENDS
    if kind != rule.when or fact.confidence < rule.min_confidence:
        return None
    if isinstance(fact, Measured) and rule.below <= fact.value <= rule.above:
        return Bearing.ENDS
    return Bearing.BEGINS


def due_at(rule: SensorRule, since: float, hours: Hours) -> float | None:
    """Give when a rule is to be acted on if what it waits for lasts; Unix time; None: never."""
    due = since + rule.after_minutes * 60
    if rule.when in _MOMENTS:
        holds = hours.hold(rule.between, since) and hours.hold(rule.between, due)
        return due if holds else None
    last = due + _DAY_SECONDS
    while not hours.hold(rule.between, due):
        due += _STEP_SECONDS
        if due > last:
            return None
    return due


def reason_of(kind: str) -> str:
    """Give the reason of an alarm that a fact of this kind leads to."""
    return REASONS.get(kind, "sensor")


def _hours(between: str) -> tuple[time, time]:
    match = _HOURS.fullmatch(between)
    if match is None:
        raise ValueError(f"no hours: {between!r}")
    first, first_minute, last, last_minute = map(int, match.groups())
    return time(first, first_minute), time(last, last_minute)
