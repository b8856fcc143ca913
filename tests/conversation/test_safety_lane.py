"""The one ladder for safety as a table: words, what stands at that moment, what is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.conversation.safety_lane import Deed, SafetyLane
from assistant.events import CryForHelpHeard, Say
from assistant.home.spoken import Address, Spoken
from assistant.safety import judge
from tests.conversation.test_turns import ScriptedAlarms, ScriptedLine
from tests.homes import a_home


@dataclass(frozen=True)
class At:
    """What stands when it is said."""

    asks: bool = False
    """An alarm waits for an answer."""
    alarm: bool = False
    call: bool = False
    """The elder's own call rings, or stands."""
    line: bool = False
    """Somebody speaks with the elder on the telephone."""
    drill: bool = False


QUIET = At()
ALARM = At(asks=True, alarm=True)
RINGS = At(call=True)
TALKS = At(call=True, line=True)
HELPER = At(asks=True, alarm=True, line=True)
DRILL = At(drill=True)
CRIES = ("我摔倒了起不来", "救命啊快来人", "i've fallen and i can't get up", "help me help me")
DOUBTS = ("我胸口有点闷", "i feel ever so dizzy and unsteady")
FINE = ("我没事", "i'm fine")
ORDINARY = ("今天天气怎么样", "what's the weather like", "")

TABLE = [
    # A cry comes before everything, whatever stands.
    *(
        (text, at, Deed.CRIED)
        for text in CRIES
        for at in (QUIET, ALARM, RINGS, TALKS, HELPER, DRILL)
    ),
    # What may be one is asked about, but not over a helper's words; in a drill it is the cry.
    *((text, QUIET, Deed.ASKED) for text in DOUBTS),
    *((text, RINGS, Deed.ASKED) for text in DOUBTS),
    *((text, HELPER, None) for text in DOUBTS),
    *((text, DRILL, Deed.CRIED) for text in DOUBTS),
    # "I'm fine" answers an alarm that asks, ends a call that rings, and else is nothing of safety.
    *((text, ALARM, Deed.ANSWERED) for text in FINE),
    *((text, HELPER, Deed.ANSWERED) for text in FINE),
    *((text, RINGS, Deed.ENDED_CALL) for text in FINE),
    *((text, TALKS, None) for text in FINE),
    *((text, QUIET, None) for text in FINE),
    # A call that stands is ended by words that mean nothing else.
    ("挂断电话", TALKS, Deed.ENDED_CALL),
    ("hang up", TALKS, Deed.ENDED_CALL),
    ("挂断电话", QUIET, None),
    ("hang up", QUIET, None),
    # Nobody is kept from the rest of the house.
    *((text, at, None) for text in ORDINARY for at in (QUIET, ALARM, RINGS, TALKS, DRILL)),
]


@pytest.mark.parametrize("address", list(Address))
@pytest.mark.parametrize(("text", "at", "deed"), TABLE)
async def test_what_is_done(
    text: str, at: At, deed: Deed | None, address: Address, tmp_path: Path
) -> None:
    home = a_home(tmp_path)
    bus = home.bus
    told: list[object] = []
    bus.listen(told.append)
    alarms = ScriptedAlarms(home.speech, at.asks, at.alarm, at.line, at.drill)
    lane = SafetyLane(bus, alarms, ScriptedLine(at.call))
    taken = lane.take(Spoken(text, judge(text, is_final=True), address))
    assert (taken.deed if taken is not None else None) == deed
    cried = [event for event in told if isinstance(event, CryForHelpHeard)]
    assert len(cried) == (deed is Deed.CRIED), "a cry is told once, and nothing else is one"
    assert [event for event in told if isinstance(event, Say)] == [] or deed is Deed.CRIED
    assert bool(alarms.doubted) == (deed is Deed.ASKED)
