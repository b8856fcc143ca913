"""What new skills take from others, for people to read: which held-out sentences, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import Console

from assistant.commands.words import Words
from assistant.dialogue import Change, Comparison, SkillFolder

SHOWN: Final = 8
"""How many sentences are shown of a language unless all are asked for."""


def print_taken(
    console: Console,
    comparisons: Iterable[Comparison],
    skills: Sequence[SkillFolder],
    words: Words,
    *,
    shows_all: bool,
) -> None:
    """Tell what each comparison found.

    Args:
        console: Where to.
        comparisons: One a language.
        skills: Those that were compared; third parties' are the new ones.
        words: Of the reader's language.
        shows_all: Every sentence rather than the first few.
    """
    new = [skill.name for skill in skills if not skill.is_ours]
    names = words("and").join(new)
    for found in comparisons:
        key = "taken_some" if found.losses else "taken_none"
        about = {"code": found.lang, "skills": names, "count": found.count}
        console.print(words(key, **about, taken=len(found.losses)))
        _print_changes(console, found.losses, words, shows_all=shows_all)
        for name in new:
            if missed := found.misses(name):
                console.print(words("taken_missed", code=found.lang, skill=name))
                _print_changes(console, missed, words, shows_all=shows_all)


def _print_changes(
    console: Console, changes: Sequence[Change], words: Words, *, shows_all: bool
) -> None:
    shown = changes if shows_all else changes[:SHOWN]
    for line in _lines(shown):
        console.print(line, markup=False, highlight=False)
    if more := len(changes) - len(shown):
        console.print(words("taken_more", count=more))


def _lines(changes: Iterable[Change]) -> Iterator[str]:
    """Write a line for each: what it was taken for, what it is taken for now, and the sentence."""
    for change in changes:
        was, now = change.was, change.now
        before = f"{was.intent} {was.confidence:.2f}"
        yield f"  {before} → {now.intent} {now.confidence:.2f}: {change.sentence.text}"
