"""One person who is called."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from typing import Final

NO_LETTERS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""The kinds of characters (Unicode) that control, format or are half of one."""
MOST_NAME_CHARACTERS: Final = 60
"""The longest name of a person or a medicine; a longer one would bury what a message says."""
HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def plain_name(text: str) -> str:
    """Clean a name: half characters cannot even be sent, others forge lines."""
    kept = "".join(c for c in text if unicodedata.category(c) not in NO_LETTERS)
    return kept.replace("\ufffd", "").strip()[:MOST_NAME_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, or one service such as a neighbourhood office."""

    contact_id: str
    name: str
    called: tuple[str, ...]
    """The names by which the elder calls this person: 大女儿, my son."""
    channels: tuple[str, ...]
    """The addresses, best first, as `channels.Registry` opens them."""
    hours: str = ""
    """The hours in which this person is called first, "08:00-22:00" of the home's clock; empty:
    always."""
    lang: str = ""
    """The language of calls and messages; empty: that of the home."""

    def is_reachable_at(self, now: time) -> bool:
        """Whether these are hours in which this person wants to be called."""
        if not self.hours:
            return True
        begin, end = (time.fromisoformat(part) for part in self.hours.split("-"))
        return begin <= now < end if begin <= end else now >= begin or now < end
