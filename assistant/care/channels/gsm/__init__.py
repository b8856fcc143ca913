"""Calls and text messages through a GSM modem on a serial line."""

from assistant.care.channels.gsm.channels import ModemCall, Sms, acknowledgement
from assistant.care.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.care.channels.gsm.modem import (
    IncomingSms,
    Modem,
    ModemAudio,
    ModemSettings,
    ModemStatus,
)

__all__ = [
    "IncomingSms",
    "Modem",
    "ModemAudio",
    "ModemCall",
    "ModemError",
    "ModemSettings",
    "ModemSilentError",
    "ModemStatus",
    "Sms",
    "acknowledgement",
]
