"""The code of an alarm: what an answer from outside must name, so that no stranger ends an alarm.

Anybody can write another's number as the caller of a call.  What they cannot know is the code,
which Anban sends with the messages of the alarm: it is pressed in a call back, or answered by text
message.  In a call that Anban placed itself no code is needed: whoever answers is who was dialled.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import unicodedata
from pathlib import Path
from typing import Final

from assistant.channels import load_secret
from assistant.channels.acknowledge import KEY_FILE, SECRET_BYTES

log = logging.getLogger(__name__)

CODE_DIGITS: Final = 4
KEYS: Final = "2345678"
"""The keys of a code; 1, 9 and 0 mean something else, or are pressed to be put through."""
MOST_WRONG_CODES: Final = 6
"""How many wrong codes an alarm bears, in all calls: 6 of 2,401 codes are 0.25 %. After that no
call back ends it."""
_PURPOSE: Final = b"anban answer code 1:"


class AnswerCodes:
    """Makes and recognises the codes of alarms; nothing is kept, the same alarm has the same."""

    def __init__(self, home: Path) -> None:
        self._secret = _secret(home)

    def code(self, alarm_id: str) -> str:
        """Give the alarm's code: four keys of `KEYS`."""
        digest = hmac.digest(self._secret, _PURPOSE + alarm_id.encode(), hashlib.sha256)
        number = int.from_bytes(digest[:8], "big")
        return "".join(KEYS[number // len(KEYS) ** place % len(KEYS)] for place in range(4))

    def left_of(self, alarm_id: str, text: str) -> str | None:
        """Give what an answer says beside the alarm's code; None if it does not name it."""
        plain = unicodedata.normalize("NFKC", text)
        before, found, after = _parted(plain, self.code(alarm_id))
        return f"{before} {after}".strip() if found else None


class CodeEntry:
    """The keys of one caller, read as codes of four; any other key begins anew."""

    def __init__(self) -> None:
        self._keys = ""

    def press(self, key: str) -> str:
        """The code that this key completes; empty while it completes none."""
        self._keys = self._keys + key if key in KEYS else ""
        if len(self._keys) < CODE_DIGITS:
            return ""
        code, self._keys = self._keys, ""
        return code


def _parted(text: str, code: str) -> tuple[str, bool, str]:
    """Give what stands before and after a code that is a number of its own."""
    found = re.search(rf"(?<![0-9]){code}(?![0-9])", text)
    return (text[: found.start()], True, text[found.end() :]) if found else (text, False, "")


def _secret(home: Path) -> bytes:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return load_secret(home / KEY_FILE)
    except OSError as error:
        log.error("codes of alarms change with every start: %s (%s)", KEY_FILE, error.strerror)
        return secrets.token_bytes(SECRET_BYTES)
