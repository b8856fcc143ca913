"""Calls and text messages through a GSM modem on a serial line."""

from assistant.channels.gsm.channels import ModemCall, Sms
from assistant.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.channels.gsm.inbox import IncomingSms, Journal
from assistant.channels.gsm.modem import (
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
