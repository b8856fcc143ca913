"""The internet of a test: what answers there, and who was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class Internet:
    """Answers by the beginning of the address; what has no answer is offline."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = dict(answers or {})
        """JSON values."""
        self.asked: list[str] = []
        """Every address, the oldest first."""

    async def fetch(self, url: str) -> bytes:
        """The body of an answer; raises OSError if there is none."""
        self.asked.append(url)
        for begin, answer in self.answers.items():
            if url.startswith(begin):
                return json.dumps(answer).encode()
        raise OSError("nobody answers")
