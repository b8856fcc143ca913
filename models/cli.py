"""`anban models`: list, pull, verify."""

import os
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
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
from models.folder import ModelFolder, find, installed
from models.manifest import PACKAGE, entries, languages
from models.pull import pull
from models.verify import verify

app = typer.Typer(no_args_is_help=True, help="Speech models: list, pull, verify.")


def default_models_dir() -> Path:
    """Return where the models of this home are kept: below `$ANBAN_HOME`, or the platform's."""
    home = os.environ.get("ANBAN_HOME") or platformdirs.user_data_path("anban")
    return Path(home).absolute() / "models"


Dir = Annotated[
    Path,
    typer.Option("--dir", default_factory=default_models_dir, help="Where models are kept."),
]


def _fail(error: ModelError) -> typer.Exit:
    Console(stderr=True).print(str(error), style="red", highlight=False, soft_wrap=True)
    return typer.Exit(1)


@app.command("list")
def list_models(models_dir: Dir) -> None:
    """Show the models there are, and which one each language uses."""
    table = Table("Language", "Model", "Size", "State", "Licence", "Figures")
    used: dict[Path, str] = {}
    for language in languages():
        try:
            used[find(language, models_dir).path] = language
        except ModelError as error:
            Console(stderr=True).print(str(error), style="red", highlight=False, soft_wrap=True)
    for entry in entries():
        path = PACKAGE / entry.folder if entry.folder else models_dir / entry.name
        size = f"{entry.bytes / 1e6:.0f} MB" if entry.bytes else f"{_megabytes(path):.1f} MB"
        state = "in use" if path in used else "here" if path.is_dir() else "not pulled"
        used.pop(path, None)
        table.add_row(entry.language, entry.name, size, state, entry.licence, entry.figures)
    for path, language in used.items():
        size = f"{_megabytes(path):.1f} MB"
        table.add_row(language, path.name, size, "in use", "your own", str(path))
    Console().print(table)


@app.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="zh, en, or a model's name.")],
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
            task = progress.add_task(f"pulling {name}", total=None)
            model = pull(
                name,
                models_dir,
                lambda here, total: progress.update(task, completed=here, total=total),
                source,
            )
    except ModelError as error:
        raise _fail(error) from error
    except KeyboardInterrupt as interrupt:
        Console(stderr=True).print("Stopped; what came is kept: pull again to go on.")
        raise typer.Exit(130) from interrupt
    Console().print(f"{model.name} is ready in {model.path}", highlight=False, soft_wrap=True)


@app.command("verify")
def verify_models(
    models_dir: Dir,
    what: Annotated[
        str | None,
        typer.Argument(help="zh, en, a model's name or folder; without it, every one here."),
    ] = None,
) -> None:
    """Check files and sums, and load each model on trial in a process of its own."""
    try:
        folders = _folders(what, models_dir)
    except ModelError as error:
        raise _fail(error) from error
    failed = False
    for folder in folders:
        try:
            report = verify(folder)
        except ModelError as error:
            _fail(error)
            failed = True
            continue
        sums = "sums right, " if report.sums_checked else ""
        Console().print(
            f"{folder.name}: works ({sums}{report.bytes / 1e6:.1f} MB, language "
            f"{report.language or 'not told'}, loaded in {report.load_seconds:.2f} s)",
            highlight=False,
            soft_wrap=True,
        )
    if failed:
        raise typer.Exit(1)


def _folders(what: str | None, models_dir: Path) -> list[Path]:
    if what is None:
        tiny = [PACKAGE / entry.folder for entry in entries() if entry.folder]
        return [*installed(models_dir), *tiny]
    if what in languages():
        model: ModelFolder = find(what, models_dir)
        return [model.path]
    known = {entry.name: entry for entry in entries()}
    if what in known:
        folder = known[what].folder
        return [PACKAGE / folder if folder else models_dir / what]
    return [Path(what).expanduser()]


def _megabytes(path: Path) -> float:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6
