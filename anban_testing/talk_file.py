"""Files of conversations: `NAME.talk`, each conversation a test of its own.

    skill = "tea"
    lang = "en"

    == one more cup
    elder: i had a cup of tea
    anban: ~drunk

What stands before the first title is TOML: what `Conversation` takes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from anban_testing.conversation import Conversation
from anban_testing.errors import ConversationError, FaultError, ScriptError

_TITLE: Final = re.compile(r"^==\s*(?P<title>.+?)\s*$", re.MULTILINE)


class TalkFile(pytest.File):
    """One file of conversations."""

    def collect(self) -> Iterator[pytest.Item]:
        """Every conversation of the file; raises ScriptError."""
        text = self.path.read_text("utf-8")
        titles = list(_TITLE.finditer(text))
        if not titles:
            raise ScriptError(f"{self.path}: there is no conversation; one begins with `== TITLE`")
        try:
            head = tomllib.loads(text[: titles[0].start()])
        except tomllib.TOMLDecodeError as error:
            raise ScriptError(
                f"{self.path}: what stands before `==` is no TOML: {error}"
            ) from error
        ends = [each.start() for each in titles[1:]] + [len(text)]
        for title, end in zip(titles, ends, strict=True):
            # As many lines in front as in the file, so that errors name the file's lines.
            before = text.count("\n", 0, title.end())
            lines = "\n" * before + text[title.end() : end]
            item = TalkItem.from_parent(self, name=title["title"])
            item.head, item.text, item.line = head, lines, before
            yield item


class TalkItem(pytest.Item):
    """One conversation."""

    head: dict[str, Any]
    text: str
    line: int

    def runtest(self) -> None:
        """Play it; raises ConversationError."""
        try:
            talk = Conversation(**self.head)
        except TypeError as error:
            raise ScriptError(f"{self.path}: {error}") from error
        with talk:
            talk.plays(self.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the conversation alone, unless code failed."""
        error = excinfo.value
        if isinstance(error, ConversationError) and not isinstance(error, FaultError):
            return f"{self.path}: {error}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.line, self.name
