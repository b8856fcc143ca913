"""Drills and the self-test."""

from __future__ import annotations

from assistant.services.alarm import NoContactRefused
from assistant.services.findings import CheckResult
from assistant.services.request import Request, request


@request("drill.begin")
class BeginDrill(Request[str]):
    """Take cries as a drill from now on; gives the drill's id."""


@request("drill.stay")
class StayInDrill(Request[None]):
    """Keep the drill on."""


@request("drill.room")
class NameRoom(Request[None]):
    """Count the next cry as one from this room.

    Answered once a cry is none that could be the second one of the room before.
    """

    room: str


@request("drill.end")
class EndDrill(Request[None]):
    """End the drill: cries are real again."""


@request("drill.contact", NoContactRefused)
class DrillContact(Request[tuple[CheckResult, ...]]):
    """Call and write to one person, named a drill; a result for each way."""

    contact_id: str
    drill_id: str


@request("selftest.run")
class RunSelftest(Request[tuple[CheckResult, ...]]):
    """Test now, and count it as today's."""

    with_chime: bool = True
