"""What tests of skills and robots are written with: a pytest plugin, shipped with Anban.

`Conversation` plays a conversation written as lines on a home in virtual time; the robot suite
(`pytest --anban-driver`) tries anybody's driver on a simulated robot.  No room of the product
imports this one.  How to use it: docs/testing.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from anban_testing.errors import (
    BusyError,
    ConversationError,
    DiffersError,
    FaultError,
    ScriptError,
    UnknownSentenceError,
    UnsupportedRuleError,
)

if TYPE_CHECKING:
    from anban_testing.conversation import Conversation
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

# pytest imports this package in every run, also where nothing of Anban's is tested: what imports
# the home is imported when it is asked for.
_LATER: Final = {
    "Conversation": "anban_testing.conversation",
    "Person": "anban_testing.people",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(name)
