"""`anban models`: list, pull, verify."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from models.errors import ModelError
from models.folder import find, installed
from models.manifest import PACKAGE, entries, languages
from models.pull import pull
from models.verify import verify

in_words: Callable[[str], str] = str
"""Puts what is told into the language of a home; whoever runs these commands in one sets it."""

app = typer.Typer(no_args_is_help=True, help="Speech models: list, pull, verify.")


_COLUMNS = ("Model", "Lang", "MB", "State", "People")
_WIDE_COLUMNS = 80
"""The width from which the licences fit in, too."""


def default_models_dir() -> Path:
    """Return where the models of this home are kept: below `$ANBAN_HOME`, or the platform's."""
    home = os.environ.get("ANBAN_HOME") or platformdirs.user_data_path("anban")
    return Path(home).absolute() / "models"


Dir = Annotated[
    Path,
    typer.Option("--dir", default_factory=default_models_dir, help="Where models are kept."),
]


def _tell(error: ModelError) -> None:
    Console(stderr=True).print(
        in_words(str(error)), style="red", highlight=False, soft_wrap=True, markup=False
    )


@app.command("list")
def list_models(models_dir: Dir) -> None:
    """Show the models there are, and which one each language uses."""
    console = Console()
    table = Table(*map(in_words, _COLUMNS), box=SIMPLE, padding=(0, 1, 0, 0))
    table.columns[0].overflow = "fold"  # a folder of the user's own may be long
    if has_licence := console.width >= _WIDE_COLUMNS:
        table.add_column(in_words("Licence"))
    in_use: dict[Path, str] = {}
    for language in languages():
        try:
            in_use[find(language, models_dir).path] = language
        except ModelError as error:
            _tell(error)
    for entry in entries():
        path = PACKAGE / entry.folder if entry.folder else models_dir / entry.name
        megabytes = f"{entry.bytes / 1e6 or _megabytes(path):.1f}"
        state = "in use" if path in in_use else "here" if path.is_dir() else "absent"
        people = "no" if entry.kind == "tiny" else "yes"
        in_use.pop(path, None)
        licence = [entry.licence] if has_licence else []
        told = in_words(state), in_words(people)
        table.add_row(entry.name, entry.language, megabytes, *told, *licence)
    for path, language in in_use.items():  # models of the user's own
        table.add_row(str(path), language, f"{_megabytes(path):.1f}", in_words("in use"), "")
    console.print(table)


@app.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="A language's code, such as en, or a model's name.")],
    models_dir: Dir,
    source: Annotated[
        str | None,
        typer.Option("--from", help="Address of a zip, a zip or a folder that you have."),
    ] = None,
) -> None:
    """Fetch the model that understands people; goes on where an earlier pull stopped."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(in_words(f"pulling {name}"), total=None, visible=False)

            def show(here: int, total: int | None) -> None:
                progress.update(task, completed=here, total=total, visible=here > 0)

            model = pull(name, models_dir, show, source)
    except ModelError as error:
        _tell(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as interrupt:
        Console(stderr=True).print(in_words("Stopped; what came is kept: pull again to go on."))
        raise typer.Exit(130) from interrupt
    told = in_words(f"{model.name} is ready in {model.path}")
    Console().print(told, highlight=False, soft_wrap=True)
    if not model.understands_people:
        warning = f"it is a tiny model, for demo and tests: {model.name} understands no people"
        Console().print(in_words(warning), highlight=False, soft_wrap=True)


@app.command("verify")
def verify_models(
    models_dir: Dir,
    what: Annotated[
        str | None,
        typer.Argument(
            help="A language's code, a model's name or folder; without it, every one here."
        ),
    ] = None,
) -> None:
    """Check files and sums, and load each model on trial in a process of its own."""
    try:
        folders = _folders(what, models_dir)
    except ModelError as error:
        _tell(error)
        raise typer.Exit(1) from error
    failed = False
    for folder in folders:
        try:
            report = verify(folder)
        except ModelError as error:
            _tell(error)
            failed = True
            continue
        sums = "sums right, " if report.sums_checked else ""
        told = (
            f"{folder.name}: works ({sums}{report.bytes / 1e6:.1f} MB, language "
            f"{report.language or 'not told'}, loaded in {report.load_seconds:.2f} s)"
        )
        Console().print(in_words(told), highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def _folders(what: str | None, models_dir: Path) -> list[Path]:
    if what is None:
        tiny = [PACKAGE / entry.folder for entry in entries() if entry.folder]
        return [*installed(models_dir), *tiny]
    if what in languages():
        return [find(what, models_dir).path]
    known = {entry.name: entry for entry in entries()}
    if what in known:
        folder = known[what].folder
        return [PACKAGE / folder if folder else models_dir / what]
    return [Path(what).expanduser()]


def _megabytes(path: Path) -> float:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6
