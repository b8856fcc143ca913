"""Sensors that other packages bring, and what is done about what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from assistant.settings.declaring import setting
from sensor_io.facts import ENDS, MEASURED

KINDS: Final = tuple(sorted({*ENDS, *MEASURED}))
"""What a rule may wait for."""
DEEDS: Final = ("ask", "tell", "say", "family", "check", "alarm", "nothing")
THEN: Final = ("family", "alarm", "nothing")


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """A sensor of an added package, by a name such as front_door; docs/sensors.md."""

    driver: str = setting("", "Which one: anban sensors list shows what is installed")
    port: str = setting("", "Where it is: /dev/serial/by-id/usb-..., or what its manual says")
    place: str = setting("", "Its room or name, as the elder and the family are to hear it")
    places: dict[str, str] = setting({}, "Of several devices: the place of each, by its name")
    silent_minutes: int = setting(
        1440, "How long it may be silent before that is told; 0: for ever", low=0, high=100000
    )
    options: dict[str, str] = setting({}, "What else its manual names")


@dataclass(frozen=True, slots=True)
class SensorRule:
    """A rule, by a name of your own; one of ours by its name is replaced; docs/sensors.md."""

    IS_WHOLE: ClassVar[bool] = True
    """A rule with a mistake is left out, and ours of its name holds: without its hour, its wait or
    its deed it would be another rule, such as a question where smoke is to raise an alarm."""
    when: str = setting("", "What a sensor tells", choices=KINDS)
    sensor: str = setting("", "Of which sensor, by its name; empty: of any")
    place: str = setting("", "Of which place; empty: of any")
    between: str = setting(
        "", 'When it counts: "22:00-06:00", or "night" while the elder usually sleeps; empty: ever'
    )
    after_minutes: float = setting(
        0.0,
        "How long it must have lasted; what ends before is forgotten",
        low=0,
        high=1440,
    )
    below: float = setting(-1000.0, "A measured value counts below this", low=-1000, high=1000)
    above: float = setting(1000.0, "A measured value counts above this", low=-1000, high=1000)
    min_confidence: float = setting(0.5, "What is less sure is not heeded", low=0, high=1)
    do: str = setting(
        "ask",
        "Ask the elder whether all is well; tell elder and family; say it to the elder; write to "
        "the family; check as after a fall: silence raises an alarm; raise an alarm; nothing",
        choices=DEEDS,
    )
    then: str = setting("family", "After a no, or no answer twice, to ask", choices=THEN)
    question: str = setting("", "What is asked, with yes for all is well; empty: the usual words")
    again_minutes: float = setting(
        0.0, "While it lasts, how long until it begins anew; 0: not again", low=0, high=1440
    )
