"""What may be asked about alarms: by the links in messages, by pendants, by a helper."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.services.errors import Refusal
from assistant.services.request import Request, request
from assistant.services.strict import LongText


@dataclass
class NoContactRefused(Refusal):
    """There is no such contact, or not any more."""

    def __str__(self) -> str:
        return "there is no such contact"


@dataclass
class NoAlarmRefused(Refusal):
    """No alarm is open."""

    def __str__(self) -> str:
        return "no alarm is open"


@dataclass
class LinkInvalidRefused(Refusal):
    """The link is none of this home's."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass
class LinkTooOldRefused(Refusal):
    """The link is of an alarm that was over long ago."""

    def __str__(self) -> str:
        return "this link is too old; please telephone"


class Stage(StrEnum):
    """What a link can do now."""

    OPEN = "open"
    """Acknowledge."""
    ANEW = "anew"
    """Acknowledge: somebody had, and the alarm went out again since."""
    AGAIN = "again"
    """Nothing: it acknowledged once already, the alarm went out again, and a newer link came."""
    USED = "used"
    """Nothing: as above, but no newer message has come through yet."""
    MINE = "mine"
    """Close: its own contact acknowledged."""
    TAKEN = "taken"
    """Close: somebody else acknowledged."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """What a page shows of an alarm; what is not known, or not for a stranger, is empty."""

    elder: str = ""
    reason: LongText = ""
    place: str = ""
    address: LongText = ""
    number: str = ""
    """The emergency number, or what it is called."""
    minutes: str = ""
    """How long whoever takes it on has to be there."""
    phone: str = ""
    """The elder's own telephone, as the family wrote it."""
    is_drill: bool = False
    is_test: bool = False
    """Set-up tries whether somebody can be reached; nobody asked for help, or is called."""
    door: LongText = ""
    """To whoever took it on: how to come in, and what to know beside the elder."""
    health: LongText = ""
    medicines: LongText = ""
    allergies: LongText = ""
    notes: LongText = ""


class StepKind(StrEnum):
    """What happened in an alarm."""

    BEGAN = "began"
    WRITTEN = "written"
    """A message came through to somebody."""
    RUNG = "rung"
    ANSWERED = "answered"
    """A call was taken, by a person or a machine."""
    TAKEN = "taken"
    COMES = "comes"
    """Whoever took it on said when they will be there."""
    CANNOT = "cannot"
    """Somebody said that they cannot come."""
    AGAIN = "again"
    """It went out again, to everybody."""
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alarm's story."""

    kind: StepKind
    at: str
    """The time of day."""
    who: str = ""
    """A name that the family knows; empty: nobody whom they know."""
    times: int = 1
    """How often, of calls."""
    until: str = ""
    """When the last of several calls was."""
    minutes: int = 0
    """In how many minutes somebody said they will be there; 0: it is not known."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link's page shows."""

    stage: Stage
    lang: str
    contact: str = ""
    """Whose link it is."""
    by: str = ""
    """Who took the alarm on."""
    since: str = ""
    """When it began, as a time of day."""
    facts: AlarmFacts = AlarmFacts()
    expected: str = ""
    """When whoever took it on wants to be there, as a time of day."""
    minutes_left: int = 0
    """In how many minutes that is; 0: it is due, or not known."""
    cannot: tuple[str, ...] = ()
    """Who said that they cannot come."""
    has_declined: bool = False
    """Whether the link's own contact did, and it is remembered."""
    nobody_can_come: bool = False
    """Whether everybody said so."""
    given_up_by: str = ""
    """Who had taken the alarm on and then could not come; empty: it is out for another reason."""
    steps: tuple[Step, ...] = ()
    """What happened so far, oldest first; when it is over, the whole story."""


_OF_A_LINK = (LinkInvalidRefused, LinkTooOldRefused)


@request("links.look", *_OF_A_LINK)
class LookAtLink(Request[LinkView]):
    """What can be done by a link now."""

    token: str


@request("links.take", *_OF_A_LINK)
class TakeByLink(Request[LinkView]):
    """The link's contact takes the alarm on."""

    token: str


@request("links.come", *_OF_A_LINK)
class ComeByLink(Request[LinkView]):
    """Whoever took the alarm on says in how many minutes they will be there."""

    token: str
    minutes: int


@request("links.decline", *_OF_A_LINK)
class DeclineByLink(Request[LinkView]):
    """The link's contact cannot come: others are called in their place."""

    token: str


@request("links.close", *_OF_A_LINK)
class CloseByLink(Request[LinkView]):
    """A human saw or spoke to the elder, and all is well."""

    token: str


@request("alarms.acknowledge")
class AcknowledgeAlarm(Request[bool]):
    """A contact takes the alarm on; False if it is over."""

    alarm_id: str
    contact_id: str


@request("alarms.comes")
class NoteArrival(Request[bool]):
    """Whoever took it on will be there in so many minutes; False if it was not them."""

    alarm_id: str
    contact_id: str
    minutes: int


@request("alarms.declines")
class NoteDeclined(Request[bool]):
    """A contact cannot come; False if that is known already, or it is over."""

    alarm_id: str
    contact_id: str


@request("alarms.close")
class CloseAlarm(Request[bool]):
    """A human says that all is well; False if it is closed already."""

    alarm_id: str
    who: str


@request("alarms.details", NoAlarmRefused)
class DescribeAlarm(Request[LongText]):
    """What a helper beside the elder needs to know, as it is said; empty if nothing is known."""

    lang: str


@dataclass(frozen=True, slots=True)
class WayChecked:
    """Whether one way to a person could work now."""

    channel: str
    is_well: bool
    detail: LongText


@request("contacts.check", NoContactRefused)
class CheckContact(Request[tuple[WayChecked, ...]]):
    """Whether each way to a person could work now; alarms nobody."""

    contact_id: str


@request("pendants.report")
class ReportPendant(Request[None]):
    """A pendant's report came over the web; answered once its alarm is written down."""

    device: str
    event: str
    battery_percent: int | None = None
