"""`anban train`: the dialogue models, now rather than at the first start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from rich.console import Console

from assistant.commands.taken import print_taken
from assistant.commands.words import Words, words_of
from assistant.demo.scratch import cache_folder
from assistant.dialogue import (
    DialogueError,
    Progress,
    SkillFolder,
    Trained,
    Wanted,
    adopt,
    compared,
    found,
    installed_skills,
    trainable,
    usable,
)
from assistant.settings import home_folder, load, settings_file

LINE_SECONDS: Final = 60.0
"""How often a line tells how far it is, where there is no terminal with a line that changes."""


async def train_models(lang: str | None, *, shows_all: bool, accept_losses: bool) -> int:
    """Train what is not in the cache, and tell what new skills take from others.

    Args:
        lang: The language; None: all of them.
        shows_all: Every sentence that is taken rather than the first few.
        accept_losses: Use a model though cries for help or doses taken are lost.

    Returns:
        The exit status: 1 if a model is not used.

    Raises:
        DialogueError: training failed, with the way out.
    """
    console, words = Console(soft_wrap=True), words_of()
    skills, left_out = usable(installed_skills())
    for each in left_out:
        console.print(words("train_left_out", skill=each.name, reason=each.reason), markup=False)
    langs = (lang,) if lang else trainable()
    async with _shown(console, words) as tell:
        wanted = _wanted(skills, tell)
        _announce("train_compares", wanted, langs, console, words)
        outcomes = await adopt(wanted, langs, accept_losses=accept_losses)
    comparisons = [each.comparison for each in outcomes.values() if each.comparison is not None]
    print_taken(console, comparisons, skills, words, shows_all=shows_all)
    for trained, outcome in outcomes.items():
        if outcome.model is not None:
            console.print(f"{trained}: {outcome.model}", markup=False, highlight=False)
    lost = [found for found in comparisons if found.vital_losses]
    if not lost:
        return 0
    count = sum(len(found.vital_losses) for found in lost)
    key = "train_accepted" if accept_losses else "train_refused"
    console.print(words(key, count=count), markup=False)
    return 1 if any(outcome.model is None for outcome in outcomes.values()) else 0


async def compare_models(*, shows_all: bool) -> bool:
    """Tell what third parties' skills take from others; whether none of it is vital."""
    console, words = Console(soft_wrap=True), words_of()
    skills, _ = usable(installed_skills())
    new = [skill.name for skill in skills if not skill.is_ours]
    if not new:  # what is installed cannot be read, and was told already
        return True
    try:
        async with _shown(console, words) as tell:
            wanted = _wanted(skills, tell)
            _announce("check_compares", wanted, trainable(), console, words)
            comparisons = (await compared(wanted, trainable())).values()
    except DialogueError as error:
        reason = words("check_not_compared", skills=words("and").join(new), reason=error)
        console.print(reason, markup=False)
        return False
    print_taken(console, comparisons, skills, words, shows_all=shows_all)
    if count := sum(len(each.vital_losses) for each in comparisons):
        console.print(words("check_vital", count=count), markup=False)
    return not count


def _wanted(skills: tuple[SkillFolder, ...], tell: Progress) -> Wanted:
    """Say what is to be trained in this home, by somebody who can end it."""
    home = home_folder()
    confidence = load(settings_file(home)).dialogue.confidence
    return Wanted(cache_folder(home) / "rasa", skills, confidence, tell, by_work=True)


def _announce(
    key: str, wanted: Wanted, langs: Sequence[str], console: Console, words: Words
) -> None:
    """Say why models are trained twice and how long it takes, if they have to be."""
    new = [skill.name for skill in wanted.skills if not skill.is_ours]
    if new and (unknown := [lang for lang in langs if found(wanted, lang) is None]):
        both = words("and")
        told = words(key, skills=both.join(new), codes=both.join(unknown))
        console.print(told, markup=False, highlight=False)


@asynccontextmanager
async def _shown(console: Console, words: Words) -> AsyncIterator[Progress]:
    """Show how far training is: in a line that changes, or without a terminal now and then."""
    if console.is_terminal:
        with console.status("") as status:
            yield lambda step: status.update(_line(step, words))
        return
    latest: list[Trained] = []

    def tell(step: Trained) -> None:
        is_new = not latest or latest[0].lang != step.lang or step.step == "ready"
        latest[:] = [step]
        if is_new and step.step != "cached":
            console.print(_line(step, words), markup=False, highlight=False)

    async def repeat() -> None:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            for step in latest:
                console.print(_line(step, words), markup=False, highlight=False)

    lines = asyncio.create_task(repeat())
    try:
        yield tell
    finally:
        lines.cancel()
        with suppress(asyncio.CancelledError):
            await lines


def _line(step: Trained, words: Words) -> str:
    own = {"waiting": "train_waits", "ready": "train_ready", "comparing": "train_tries"}
    key = own.get(step.step, "train_step")
    return words(key, code=step.lang, step=step.step, percent=f"{step.done:.0%}")
