"""Channels: how one person is reached, one small class each (docs/channels.md)."""

from assistant.care.channels.acknowledge import (
    Acknowledgement,
    Acknowledger,
    TokenError,
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
from assistant.care.channels.gsm import is_acknowledgement
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
    "Outcome",
    "PutThrough",
    "Registry",
    "Ringing",
    "TokenError",
    "is_acknowledgement",
    "is_emergency_number",
    "load_secret",
    "phone_number",
    "sip_uri",
    "web_url",
]
