"""The terminal as a front of set-up: asks, shows, and waits, on 60 columns and more."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import shlex
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from assistant.channels import AddressError
from assistant.commands.ctrl_c import heard_at_once
from assistant.commands.folding import folded
from assistant.commands.told import told
from assistant.packs import whole
from assistant.runtime.own_name import own_name
from assistant.settings import SettingsError
from assistant.setup import Kind, NotUsableError, Place, Question, SetupWords
from assistant.setup.checks import yes_or_no

EMPTIES: Final = "-"
EXPLAINS: Final = frozenset({"?", "？"})
SKIPS: Final = frozenset({">", "》", "＞"})
_WIDEST: Final = 78
_TOLD: Final = frozenset({"problem", "detail", "why"})
"""What is filled in and was written in English."""


def command(*words: str) -> str:
    """Give a command of ours as it can be typed where this one was."""
    return " ".join((own_name(), shlex.join(words)))


class SkippedError(Exception):
    """The rest of a step is left for later."""


class BackError(Exception):
    """The question before is to be asked once more."""


class Terminal:
    """What is asked and shown, in the language of the home."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.asked = 0
        """How many questions were asked."""
        self.asking = ""
        """The last one."""
        self.step = 0
        """The number of the step under way; 0: none is."""
        self._backs = {word for lang in whole() for word in SetupWords(lang)("back_words").split()}
        console = Console(highlight=False)
        self.console = Console(highlight=False, width=min(console.width, _WIDEST))
        # Bytes that are no text are refused as an answer rather than ending it all.
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401, PLC0415  (`input` uses it from now on)

    @property
    def words(self) -> SetupWords:
        """The words in the language that the home has now."""
        return SetupWords(self.place.lang)

    @property
    def is_person(self) -> bool:
        """Whether somebody sits there who can be waited for."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    # ------------------------------------------------------------------------------ showing

    def title(self, text: str) -> None:
        """Begin a step."""
        self.console.print()
        self.console.print(Text(text, "bold"))

    def say(self, key: str, **slots: Any) -> None:
        """Show the words of a key; what is told of a problem is put into the language, too."""
        wrong = {name: self.told(str(slots[name])) for name in _TOLD & slots.keys()}
        self.show(self.words(key, **{**slots, **wrong}))

    def told(self, english: str) -> str:
        """Give an error in the language of the home."""
        return told(english, self.place.lang)

    def show(self, text: str, style: str = "", indent: int = 0) -> None:
        """Show a text, folded to the terminal."""
        width = self.console.width - indent
        for line in folded(text.rstrip("\n"), width):
            self.console.print(Text(" " * indent + line, style), soft_wrap=True)

    def copy(self, text: str) -> None:
        """Show what is to be copied: broken over two lines it could not be."""
        self.console.print(Text(text, "cyan"), soft_wrap=True)

    # ------------------------------------------------------------------------------- asking

    def read(self, *, is_secret: bool = False) -> str:
        """Read a line; raises EOFError, and KeyboardInterrupt at Ctrl-C."""
        if not sys.stdin.isatty():
            sys.stdout.flush()
            line = sys.stdin.readline()
            if not line:
                raise EOFError
            return line.strip()
        if is_secret:
            return getpass.getpass("> ").strip()
        with heard_at_once():
            return input("> ").strip()

    def ask(
        self,
        text: str,
        present: str = "",
        why: str = "",
        choices: Iterable[str] = (),
        *,
        is_secret: bool = False,
    ) -> str:
        """Ask for a line; `?` explains.  Empty: nothing was typed.

        Raises:
            SkippedError: the rest of the step is left for later.
            BackError: the question before is to be asked once more.
        """
        self.asked, self.asking = self.asked + 1, text
        self.show(f"{text} [{present}]" if present else text)
        for number, choice in enumerate(choices, 1):
            self.show(f"{number}. {choice}", indent=2)
        while True:
            typed = self.read(is_secret=is_secret)
            if typed in SKIPS:
                raise SkippedError
            if typed.casefold() in self._backs and not is_secret:
                raise BackError
            if typed not in EXPLAINS:
                return typed
            self.show(why or self.words("keys"), "dim", indent=2)

    def confirm(self, text: str, *, default: bool) -> bool:
        """Ask yes or no; Enter is the default."""
        present = self.words("yes" if default else "no")
        while True:
            typed = self.ask(text, present)
            if not typed:
                return default
            try:
                return bool(yes_or_no(typed, self.place))
            except NotUsableError as error:
                self.refuse(error)

    def refuse(self, error: Exception) -> None:
        """Say why an answer cannot be used."""
        why = (
            self.words.refusal(error)
            if isinstance(error, NotUsableError)
            else self.told(str(error))
        )
        self.show(why, "yellow", indent=2)

    def question(self, question: Question, text: str = "", suggested: Any = None) -> Any:
        """Ask a question until it is answered or left; gives the value that holds then.

        Args:
            question: what is asked.
            text: other words for it.
            suggested: what Enter takes instead of the question's own suggestion.
        """
        if not question.is_asked(self.place):
            return None
        present = question.present(self.place)
        if suggested is None and question.suggest and not present:
            suggested = question.suggest(self.place)
        text = text or self.words.of_question("ask", question.key)
        why = self.words.of_question("why", question.key)
        is_secret = question.kind is Kind.SECRET
        while True:
            # Read anew each time: what is asked for may have been plugged in meanwhile.
            labels = {choice.value: choice.label for choice in question.choices(self.place)}
            shown = self._shown(question, suggested or present, labels)
            typed = self.ask(text, shown, why, labels.values(), is_secret=is_secret)
            try:
                if not typed:
                    if suggested:
                        question.keep(self.place, suggested)
                    return suggested or present
                if typed in {EMPTIES, "－", "—"}:
                    if question.is_needed:
                        raise NotUsableError("bad_empty")
                    value: Any = ""
                else:
                    value = question.check(typed, self.place)
                question.keep(self.place, value)
            except (NotUsableError, SettingsError, AddressError) as error:
                self.refuse(error)
            else:
                if value != typed and question.kind is Kind.TEXT and value != "":
                    self.say("taken_as", value=value)
                return value

    def _shown(self, question: Question, value: Any, labels: dict[Any, str]) -> str:
        if question.kind is Kind.SECRET:
            return self.words("is_set") if value else ""
        if question.kind is Kind.YES_NO:
            return self.words("yes" if value else "no")
        return labels.get(value, "" if value is None else str(value))

    # ------------------------------------------------------------------------------ waiting

    def wait(self, work: Callable[[Callable[[str], None]], Awaitable[Any]], key: str) -> Any:
        """Do something that takes long, with words of how it stands; its result.

        Args:
            work: is given what shows how it stands.
            key: the words at its beginning.
        """

        async def run() -> Any:
            with self.console.status(self.words(key)) as status:
                return await work(status.update)

        return asyncio.run(run())
