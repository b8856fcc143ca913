"""`anban train`: the dialogue models, now rather than at the first start."""

from __future__ import annotations

from rich.console import Console
from rich.status import Status

from assistant.commands.taken import print_taken
from assistant.commands.words import words_of
from assistant.demo.scratch import cache_folder
from assistant.dialogue import (
    DialogueError,
    SkillFolder,
    Trained,
    Wanted,
    adopt,
    compared,
    installed_skills,
    trainable,
    usable,
)
from assistant.settings import home_folder, load, settings_file


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
    with console.status("") as status:
        wanted = _wanted(skills, status)
        langs = (lang,) if lang else trainable()
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
        with console.status("") as status:
            found = (await compared(_wanted(skills, status), trainable())).values()
    except DialogueError as error:
        reason = words("check_not_compared", skills=words("and").join(new), reason=error)
        console.print(reason, markup=False)
        return False
    print_taken(console, found, skills, words, shows_all=shows_all)
    if count := sum(len(each.vital_losses) for each in found):
        console.print(words("check_vital", count=count), markup=False)
    return not count


def _wanted(skills: tuple[SkillFolder, ...], status: Status) -> Wanted:
    """Say what is to be trained in this home, and let its progress be shown."""
    home = home_folder()
    confidence = load(settings_file(home)).dialogue.confidence

    def tell(step: Trained) -> None:
        status.update(f"{step.lang}: {step.step} {step.done:.0%}")

    return Wanted(cache_folder(home) / "rasa", skills, confidence, tell)
