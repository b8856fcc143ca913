"""Calls by voice: the elder asks for a person, says yes, and speaks with them."""

from assistant.calls.calls import Calls, Stage
from assistant.calls.who import Named, resolve

__all__ = ["Calls", "Named", "Stage", "resolve"]
