"""What tells one utterance, sentence or request from another."""

from __future__ import annotations

from uuid import uuid4


def new_id() -> str:
    """A fresh identity for an utterance, a sentence or a request."""
    return uuid4().hex
