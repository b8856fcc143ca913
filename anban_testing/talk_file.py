"""Files of conversations: `NAME.talk`, each conversation a test of its own.

    skill = "tea"
    lang = "en"

    == one more cup
    elder: i had a cup of tea
    anban: ~drunk

What stands before the first title is TOML: what `Conversation` takes.
"""

from __future__ import annotations

import inspect
import re
import tomllib
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pytest

from anban_testing.conversation import Conversation
from anban_testing.errors import ConversationError, FaultError, ScriptError

_TITLE: Final = re.compile(r"^==\s*(?P<title>.+?)\s*$", re.MULTILINE)


class TalkFile(pytest.File):
    """One file of conversations."""

    def collect(self) -> Iterator[pytest.Item]:
        """Every conversation of the file; a file that cannot be read is one that fails."""
        try:
            yield from self._conversations()
        except (ConversationError, UnicodeDecodeError) as error:
            item = TalkItem.from_parent(self, name="cannot be read")
            item.head, item.text, item.line, item.wrong = {}, "", 0, str(error)
            yield item

    def _conversations(self) -> Iterator[pytest.Item]:
        text = self.path.read_text("utf-8")
        titles = list(_TITLE.finditer(text))
        if not titles:
            raise ScriptError("there is no conversation; one begins with `== TITLE`")
        try:
            head = tomllib.loads(text[: titles[0].start()])
        except tomllib.TOMLDecodeError as error:
            raise ScriptError(f"what stands before `==` is no TOML: {error}") from error
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
    wrong: str = ""
    """Why the file cannot be read; empty: it can."""

    def runtest(self) -> None:
        """Play it; raises ConversationError."""
        if self.wrong:
            raise ScriptError(self.wrong)
        known = [*inspect.signature(Conversation).parameters]
        for name in self.head.keys() - set(known):
            near = get_close_matches(name, known, 1)
            meant = f"is {near[0]} meant?" if near else f"there are {', '.join(known)}"
            raise ScriptError(f"{name}: there is no such setting; {meant}")
        try:
            talk = Conversation(**self.head)
        except (AttributeError, TypeError, ValueError) as error:
            raise ScriptError(f"what stands before `==` cannot be used: {error}") from error
        with talk:
            talk.plays(self.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the conversation alone, unless code failed."""
        error = excinfo.value
        if isinstance(error, FaultError) and error.__cause__ is not None:
            trace = "".join(traceback.format_exception(error.__cause__, chain=False))
            return f"{self.path}: {error}\n{trace}"
        if isinstance(error, ConversationError):
            return f"{self.path}: {error}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.line, self.name
