"""Reminders of medicines and of anything else: none lost, none doubled, none at a wrong time."""

from assistant.care.reminders.clock import Clock, SystemClock
from assistant.care.reminders.engine import Engine
from assistant.care.reminders.family import Messenger
from assistant.care.reminders.keeper import Keeper
from assistant.care.reminders.refusals import ReminderRefused
from assistant.care.reminders.reminders import Reminders
from assistant.care.reminders.services import ReminderServices

__all__ = [
    "Clock",
    "Engine",
    "Keeper",
    "Messenger",
    "ReminderRefused",
    "ReminderServices",
    "Reminders",
    "SystemClock",
]
