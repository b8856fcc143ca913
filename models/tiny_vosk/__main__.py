"""`python -m models.tiny_vosk --lang zh|en`: make a small model, or only its graph."""

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from models.tiny_vosk.build import BuildError, Training, build, rebuild_graph
from models.tiny_vosk.dataset import Amount
from models.tiny_vosk.espeak import EspeakError
from models.tiny_vosk.languages import LANGUAGES
from models.tiny_vosk.lexicon import LexiconError
from models.tiny_vosk.phrases import PhraseError

MODELS = Path(__file__).parents[1]


class _Bars:
    """One progress bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, share: float, note: str) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=1.0, note="")
        self._progress.update(self._tasks[stage], completed=share, note=note)


def main(
    lang: Annotated[str, typer.Option(help="zh or en")],
    out: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    graph_only: Annotated[
        bool, typer.Option("--graph-only", help="Keep the network; take up changed phrases.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Same seed, same machine: same bytes.")] = 1,
    renderings: Annotated[int, typer.Option(help="Renderings of each pattern.")] = 5,
    random_strings: Annotated[int, typer.Option(help="Random strings of words.")] = 600,
    views: Annotated[int, typer.Option(help="Noisy copies of each rendering.")] = 3,
    hidden: Annotated[int, typer.Option(help="Width of the network.")] = 160,
    epochs: Annotated[int, typer.Option(help="Passes over the speech.")] = 8,
    processes: Annotated[int, typer.Option(help="Processes that make speech.")] = 2,
) -> None:
    """Make a small Vosk model of a phrase list, from synthetic speech alone."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"no language {lang!r}; there are: {', '.join(LANGUAGES)}")
    folder = out or MODELS / f"vosk-tiny-{lang}"
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            if graph_only:
                rebuild_graph(lang, folder, _Bars(progress))
            else:
                training = Training(seed, Amount(renderings, random_strings, views), hidden, epochs)
                build(lang, folder, training, processes, _Bars(progress))
    except BrokenProcessPool as error:
        Console(stderr=True).print("espeak-ng crashed in one of the processes", style="red")
        raise typer.Exit(1) from error
    except (BuildError, EspeakError, LexiconError, PhraseError) as error:
        Console(stderr=True).print(str(error), style="red")
        raise typer.Exit(1) from error
    except ModuleNotFoundError as error:
        Console(stderr=True).print(
            f"{error.name} is needed to train: uv pip install 'anban[train]'", style="red"
        )
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
