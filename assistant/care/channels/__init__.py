"""Channels: how one person is reached, one small class each (docs/channels.md)."""

from assistant.care.channels.acknowledge import (
    Acknowledgement,
    Acknowledger,
    TokenError,
    TokenExpiredError,
    load_secret,
)
from assistant.care.channels.addresses import (
    AddressError,
    is_emergency_number,
    phone_number,
    sip_uri,
    web_url,
)
from assistant.care.channels.api import (
    RING_SECONDS,
    Acknowledged,
    Answered,
    AttemptEvent,
    CallScript,
    Channel,
    ChannelError,
    Dialled,
    DtmfPressed,
    Ended,
    Health,
    Kind,
    Message,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.care.channels.callers import Numbering, is_same_number, is_same_party
from assistant.care.channels.gsm import acknowledgement
from assistant.care.channels.reach import Purpose, Way, objection, try_once, ways
from assistant.care.channels.registry import CENTRE_ADDRESS, Equipment, Registry

__all__ = [
    "CENTRE_ADDRESS",
    "RING_SECONDS",
    "Acknowledged",
    "Acknowledgement",
    "Acknowledger",
    "AddressError",
    "Answered",
    "AttemptEvent",
    "CallScript",
    "Channel",
    "ChannelError",
    "Dialled",
    "DtmfPressed",
    "Ended",
    "Equipment",
    "Health",
    "Kind",
    "Message",
    "Numbering",
    "Outcome",
    "Purpose",
    "PutThrough",
    "Registry",
    "Ringing",
    "TokenError",
    "TokenExpiredError",
    "Way",
    "acknowledgement",
    "is_emergency_number",
    "is_same_number",
    "is_same_party",
    "load_secret",
    "objection",
    "phone_number",
    "sip_uri",
    "try_once",
    "ways",
    "web_url",
]
