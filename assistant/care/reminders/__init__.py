"""Reminders of medicines and of anything else: none lost, none doubled, none at a wrong time."""

from assistant.care.reminders.clock import Clock, SystemClock
from assistant.care.reminders.engine import Engine
from assistant.care.reminders.keeper import Keeper
from assistant.care.reminders.refusals import ReminderRefused

__all__ = ["Clock", "Engine", "Keeper", "ReminderRefused", "SystemClock"]
