"""How a simulated modem behaves: what the standard leaves open, and what makers do beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class ModemManners:
    """All of it may be changed while the modem runs."""

    call: str = "answer"
    """answer, busy, no answer (by the network), no carrier, decline (after ringing), for ever."""
    answer_after_seconds: float = 0.6
    sim: str = "READY"
    """What AT+CPIN? says; "SIM PIN" waits for 4321."""
    registration: int = 1
    signal: int = 20
    refuse_sms: str = ""
    """A final result such as +CMS ERROR: 38 instead of sending."""
    swallow_sms: bool = False
    """Takes the message and never answers."""
    is_dead: bool = False
    """Reads and never answers."""
    battery: str = "2,0"
    """What AT+CBC says: 2 is no battery, else 0 or 1 and its percent."""
    knows_chup: bool = True
    knows_clcc: bool = True

    # ---------------------------------------------------------------- how it speaks
    noise: bytes = b""
    """Put before every answer: junk of the radio part, or an unsolicited line."""
    within: bytes = b""
    """Put between the lines of every answer, also between the head of a message and its body."""
    says_often: str = ""
    """A line said every few milliseconds."""
    line_ends: tuple[str, str] = ("\r\n", "\r\n")
    """Before and after every line."""
    piece_bytes: int = 0
    """Everything is written in pieces of so many bytes; 0: at once."""
    keeps_echo: bool = False
    """ATE0 changes nothing."""
    is_numeric: bool = False
    """Results are digits until ATV1."""
    is_quiet: bool = False
    """There are no results until ATQ0."""
    unknown: frozenset[str] = frozenset()
    """Commands it does not know, beside those that no simulated modem knows."""
    unknown_says: str = "ERROR"
    """Empty: nothing at all."""
    late_seconds: Mapping[str, float] = field(default_factory=dict)
    """By command: its first answer comes so late."""
    restarts_at: str = ""
    """A command in the middle of which it resets itself, once."""
    sim_busy: int = 0
    """So often AT+CPIN? is answered that the SIM card is busy."""
    pin_tries: int | None = None
    """What AT+CPINR tells; None: it does not know that command."""
    says_state: str = "+CPIN: {}"

    # ---------------------------------------------------------------- messages
    prompt: bytes = b"\r\n> "
    prompt_after_seconds: float = 0.0
    takes_pdu: bool = True
    """False: text mode only."""
    stores: tuple[str, ...] = ("SM", "ME")
    """Empty: AT+CPMS is not known."""
    store_counts: tuple[int, ...] = (1, 2, 3)
    """How many stores AT+CPMS takes at once."""
    reads_from: str = "SM"
    """The store that is read until another one is chosen."""
    arrives_in: str = "SM"
    store_size: int = 50
    tells_store: str = '+CMTI: "{store}",{index}'
    """How a new message is told; empty: not at all."""
    lists: str = "all"
    """all, nothing or refused: what AT+CMGL gives."""
    length_error: int = 0
    """Added to the length that stands in the head of a message."""
    head_name: str = ""
    """Between the state and the length in the head of a message."""
    remains: str = ""
    """Behind a message, of an older one."""
    drafts: tuple[str, ...] = ()
    """Stored and not sent; they lie where messages arrive."""
    drops_bodies: int = 0
    """So many messages are listed without their body, then no more."""
    centre: str = "00"
    """The service centre's field of what comes in; empty: left out."""
    gives_at_once: bool = False
    """A flash message: handed over and stored nowhere."""
    arrives_twice: bool = False
    """The network sends it again: its acknowledgement was lost."""

    # ---------------------------------------------------------------- calls
    dial_answers: str = "at once"
    """at once, or when taken: only when the other end takes the call or it ended."""
    dial_says: tuple[str, ...] = ()
    """Lines before the answer to ATD."""
    taken_says: tuple[str, ...] = ()
    """Lines when the other end takes the call."""
    ended_says: tuple[str, ...] = ()
    """Lines beside the result when the call ends."""
    call_form: str = '+CLCC: 1,{direction},{state},0,0,"{number}",129'
    lists_data_call: bool = False
    calls_unlisted: int = 0
    """So often the list of calls is empty after dialling."""
    ends_late_seconds: float = 0.0
    """After hanging up it says NO CARRIER so much later; 0: not at all."""
    refuses_while_ringing: bool = True
    """ATD fails while somebody rings the SIM card."""
