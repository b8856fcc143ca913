"""What tests of skills and robots are written with: a pytest plugin, shipped with Anban.

`Conversation` plays a conversation written as lines on a home in virtual time; the robot suite
(`pytest --anban-driver`) tries anybody's driver on a simulated robot.  No room of the product
imports this one.  How to use it: docs/testing.md.
"""

from anban_testing.conversation import Conversation
from anban_testing.errors import (
    BusyError,
    ConversationError,
    DiffersError,
    FaultError,
    ScriptError,
    UnknownSentenceError,
    UnsupportedRuleError,
)
from anban_testing.people import Person

__all__ = [
    "BusyError",
    "Conversation",
    "ConversationError",
    "DiffersError",
    "FaultError",
    "Person",
    "ScriptError",
    "UnknownSentenceError",
    "UnsupportedRuleError",
]
