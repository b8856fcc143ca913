"""What a database raises that cannot be used."""

from __future__ import annotations


class StoreError(RuntimeError):
    """The database cannot be used; the message says what is lost and what to do."""
