"""Reminders of medicines and of anything else: none lost, none doubled, none at a wrong time."""

from assistant.home.clock import Clock, SystemClock
from assistant.reminders.api import ReminderApi
from assistant.reminders.assembly import Reminders
from assistant.reminders.family import Messenger
from assistant.reminders.scheduler import ReminderScheduler
from assistant.reminders.services import ReminderServices
from assistant.services.errors import Refusal

__all__ = [
    "Clock",
    "Messenger",
    "Refusal",
    "ReminderApi",
    "ReminderScheduler",
    "ReminderServices",
    "Reminders",
    "SystemClock",
]
