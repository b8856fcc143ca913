"""`anban train`: the dialogue models, now rather than at the first start."""

from __future__ import annotations

from rich.console import Console

from assistant.demo.scratch import cache_folder
from assistant.dialogue import train, trainable
from assistant.settings import home_folder, load, settings_file


async def train_models(lang: str | None) -> int:
    """Train what is not in the cache; the exit status.

    Raises:
        DialogueError: training failed, with the way out.
    """
    console = Console()
    home = home_folder()
    settings = load(settings_file(home))
    langs = (lang,) if lang else trainable()
    with console.status("training") as status:
        models = await train(
            cache_folder(home) / "rasa",
            langs=langs,
            confidence=settings.dialogue.confidence,
            progress=lambda step: status.update(f"{step.lang}: {step.step} {step.done:.0%}"),
        )
    for trained, model in models.items():
        console.print(f"{trained}: {model}")
    return 0
