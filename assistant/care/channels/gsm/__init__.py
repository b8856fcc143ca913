"""Calls and text messages through a GSM modem on a serial line."""

from assistant.care.channels.gsm.channels import ModemCall, Sms
from assistant.care.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.care.channels.gsm.inbox import IncomingSms, Journal
from assistant.care.channels.gsm.modem import (
    Modem,
    ModemAudio,
    ModemSettings,
    ModemStatus,
)

__all__ = [
    "IncomingSms",
    "Journal",
    "Modem",
    "ModemAudio",
    "ModemCall",
    "ModemError",
    "ModemSettings",
    "ModemSilentError",
    "ModemStatus",
    "Sms",
]
