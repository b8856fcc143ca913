"""Everything that can be wrong with a conversation, as one tree of errors."""

from __future__ import annotations


class ConversationError(AssertionError):
    """A conversation did not go as it is written; the message shows it up to there."""


class ScriptError(ConversationError):
    """A line cannot be read; the message says what a line may be."""


class UnknownSentenceError(ConversationError):
    """Nothing says what a sentence of the elder's means."""


class UnsupportedRuleError(ConversationError):
    """A rule of a skill is of a kind that only Rasa itself can follow."""


class DiffersError(ConversationError):
    """Anban did or said something else than is written."""


class FaultError(ConversationError):
    """A skill raised; what it raised is the cause.

    The elder is told kindly of it: a conversation that wants that says `anban: ~host.failed`.
    """


class BusyError(ConversationError):
    """Something neither ends nor waits for a time: a skill that blocks, a network that is slow."""
