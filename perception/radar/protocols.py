"""The radars that Anban knows, by name: how each is read and how often it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from perception.radar import hlk_ld2410, hlk_ld2450, hlk_ld6002, mr60fda1, mr60fda2
from perception.radar.hlk_ld2410 import Ld2410Parser
from perception.radar.hlk_ld2450 import Ld2450Parser
from perception.radar.hlk_ld6002 import Ld6002Parser
from perception.radar.mr60fda1 import Mr60Fda1Parser
from perception.radar.mr60fda2 import Mr60Fda2Parser
from perception.radar.stream import Parser
from perception.radar.ti_xwr68xx import Xwr68xxParser
from perception.radar.ti_xwrl6432 import Xwrl6432Parser

TI_DATA_BAUD: Final = 921_600
XWRL6432_BAUD: Final = 115_200
"""The low-power part starts with command and data on one port at this rate; its `.cfg` may set
another."""


class UnknownRadarError(ValueError):
    """A name that stands for no radar that Anban knows."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One radar: its parser and the rate of its data port."""

    name: str
    parser: type[Parser[Any]]
    baud: int


PROTOCOLS: Final = {
    protocol.name: protocol
    for protocol in (
        Protocol("xwr68xx", Xwr68xxParser, TI_DATA_BAUD),
        Protocol("xwrl6432", Xwrl6432Parser, XWRL6432_BAUD),
        Protocol("mr60fda2", Mr60Fda2Parser, mr60fda2.BAUD),
        Protocol("ld6002", Ld6002Parser, hlk_ld6002.BAUD),
        Protocol("mr60bha2", Ld6002Parser, hlk_ld6002.MR60BHA2_BAUD),
        Protocol("ld2450", Ld2450Parser, hlk_ld2450.BAUD),
        Protocol("ld2410", Ld2410Parser, hlk_ld2410.BAUD),
        Protocol("mr60fda1", Mr60Fda1Parser, mr60fda1.BAUD),
    )
}
"""HLK-LD6002B and C speak mr60fda2, DFRobot's C1001 speaks mr60fda1."""


def protocol_named(name: str) -> Protocol:
    """The protocol of this name.

    Raises:
        UnknownRadarError: no such radar; the message lists those there are.
    """
    try:
        return PROTOCOLS[name]
    except KeyError:
        known = ", ".join(PROTOCOLS)
        raise UnknownRadarError(f"No radar is called {name!r}; known are {known}.") from None
