"""`anban train`: the dialogue models, now rather than at the first start."""

from __future__ import annotations

from rich.console import Console

from assistant.commands.scratch import cache_folder
from assistant.dialogue import train
from assistant.settings import LANGUAGES, home_folder


async def train_models(lang: str | None) -> int:
    """Train what is not in the cache; the exit status.

    Raises:
        DialogueError: training failed, with the way out.
    """
    console = Console()
    for each in (lang,) if lang else LANGUAGES:
        with console.status(f"{each}") as status:
            model = await train(each, cache_folder(home_folder()), status.update)
        console.print(f"{each}: {model}")
    return 0
