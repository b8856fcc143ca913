"""Telephone calls over SIP, through baresip as a process of its own."""

from assistant.care.channels.sip.call import PhoneCall
from assistant.care.channels.sip.channel import SipCall, converse
from assistant.care.channels.sip.config import PhoneProcess, PhoneSettings, SipAccount, write_folder
from assistant.care.channels.sip.phone import Phone

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
