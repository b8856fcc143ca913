"""One thing that the family is told of the reminders beside the doses; owed on the disk."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assistant.reminders.codec import to_json
from assistant.services.refusals import DoseTooMuchRefused
from assistant.services.reminder import Pause

_DAY_SECONDS: Final = 86_400


class NoticeKind(StrEnum):
    """What happened."""

    DOSE_REFUSED = "dose_refused"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell."""

    kind: NoticeKind
    titles: tuple[str, ...]
    amount: str = ""
    """The dose that was refused: a fraction and its unit, 50 milligram."""
    limit: str = ""
    """The limit beyond which it was refused, in the same form."""
    per: str = ""
    """What the limit is of: once, day, or interval (then `limit` is a number of days)."""
    until: str = ""
    """The end of a pause, ISO 8601; empty: when somebody says so."""

    @classmethod
    def paused(cls, titles: list[str], pause: Pause) -> Notice:
        """Make the notice of medicines that do not come for a time."""
        until = pause.until.isoformat() if pause.until is not None else ""
        return cls(kind=NoticeKind.PAUSED, titles=tuple(dict.fromkeys(titles)), until=until)

    @classmethod
    def refused(cls, refusal: DoseTooMuchRefused) -> Notice:
        """Make the notice of a dose that was not written down."""
        return cls(
            kind=NoticeKind.DOSE_REFUSED,
            titles=(refusal.title,),
            amount=f"{refusal.amount} {refusal.unit}".strip(),
            limit=f"{refusal.most} {refusal.limit_unit}".strip(),
            per=refusal.per,
        )


def owe(connection: sqlite3.Connection, notice: Notice, now: float) -> None:
    """Note that the family is owed a notice; the same thing is told once a day."""
    body = json.dumps(to_json(notice), ensure_ascii=False, sort_keys=True)
    mark = f"{body} {int(now // _DAY_SECONDS)}"
    notice_id = f"reminders-{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
    connection.execute(
        "INSERT OR IGNORE INTO reminder_notice VALUES (?, ?, ?, 0)", (notice_id, now, body)
    )
