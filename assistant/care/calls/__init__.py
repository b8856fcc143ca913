"""Calls by voice: the elder asks for a person, says yes, and speaks with them."""

from assistant.care.calls.calls import Calls, Stage
from assistant.care.calls.meant import Meant, meant

__all__ = ["Calls", "Meant", "Stage", "meant"]
