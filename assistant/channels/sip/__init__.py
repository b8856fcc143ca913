"""Telephone calls over SIP, through baresip as a process of its own."""

from assistant.channels.sip.call import PhoneCall
from assistant.channels.sip.channel import SipCall, converse
from assistant.channels.sip.config import PhoneProcess, PhoneSettings, SipAccount, write_folder
from assistant.channels.sip.phone import Phone

__all__ = [
    "Phone",
    "PhoneCall",
    "PhoneProcess",
    "PhoneSettings",
    "SipAccount",
    "SipCall",
    "converse",
    "write_folder",
]
