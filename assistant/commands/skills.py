"""`anban skills`: what is installed, whether a skill is sound, and the beginning of a new one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.commands.words import Words

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_skills() -> None:
    """Every installed skill: name, version, intents, actions, languages."""
    from rich.console import Console  # noqa: PLC0415  (each command loads what it needs)
    from rich.table import Table  # noqa: PLC0415

    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.settings import home_folder  # noqa: PLC0415
    from skills.listing import installed  # noqa: PLC0415
    from skills.standing import Standings  # noqa: PLC0415

    words = words_of()
    off = Standings(home_folder()).off()
    rows, broken = installed(off)
    table = Table("skill", "version", "languages", "intents", "actions")
    for row in rows:
        table.add_row(
            row.name,
            row.version,
            " ".join(row.languages),
            ", ".join(row.intents),
            str(row.actions),
        )
    Console().print(table)
    for name, why in off.items():
        typer.echo(words("skill_is_off", skill=name, why=words(f"off_{why}")))
    for item in broken:
        typer.echo(f"{item.name} cannot be loaded: {item.reason}", err=True)
    if broken or not rows:
        if not rows:
            typer.echo("No skill is installed; `make setup` installs the built-in ones.", err=True)
        raise typer.Exit(1)


@app.command()
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with a skill.py; all installed skills if none is named."),
    ] = None,
    *,
    shows_all: Annotated[
        bool, typer.Option("--all", help="Show every sentence that new skills take from others.")
    ] = False,
) -> None:
    """Look for mistakes in a skill's folder, and for sentences that new skills take from others.

    Each mistake is told with file and line.  What is taken is looked for with all that is
    installed: the models are trained to one side, once.
    """
    from assistant.dialogue import installed_skills  # noqa: PLC0415
    from skills.checking import check_skill  # noqa: PLC0415

    chosen = folders or [skill.path for skill in installed_skills()]
    found = 0
    for folder in chosen:
        if not folder.is_dir():
            typer.echo(f"{folder}: is no folder", err=True)
            found += 1
            continue
        problems = check_skill(folder)
        found += len(problems)
        for problem in problems:
            typer.echo(str(problem), err=True)
        if not problems:
            typer.echo(f"{folder}: sound")
    if found or not _takes_nothing_vital({folder.resolve() for folder in chosen}, shows_all):
        raise typer.Exit(1)


def _takes_nothing_vital(folders: set[Path], shows_all: bool) -> bool:
    """Tell what third parties' skills take from others, if one of these folders is installed."""
    from assistant.dialogue import installed_skills  # noqa: PLC0415

    if not any(not s.is_ours and s.path.resolve() in folders for s in installed_skills()):
        return True
    from assistant.commands.train import compare_models  # noqa: PLC0415

    return asyncio.run(compare_models(shows_all=shows_all))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters and digits, such as tea.")],
    folder: Annotated[Path, typer.Option("--in", help="Where the project is made.")] = Path(),
) -> None:
    """Make a working skill to begin from: anban-skill-NAME/."""
    from skills.skeleton import SkeletonError, make  # noqa: PLC0415

    try:
        project = make(name, folder)
    except SkeletonError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"{project} is ready. Next:\n"
        f"  uv pip install -e {project}\n"
        f"  anban skills check {project / f'anban_{name}'}\n"
        "  anban train"
    )


@app.command()
def disable(name: Annotated[str, typer.Argument(help="As `anban skills list` shows it.")]) -> None:
    """Switch a skill off: none of its code runs, and the elder is told so when they ask for it."""
    from skills.standing import Standings, VitalError  # noqa: PLC0415

    words, home = _known(name)
    try:
        Standings(home).disable(name)
    except VitalError as error:
        typer.echo(words("skill_vital", skill=name), err=True)
        raise typer.Exit(1) from error
    typer.echo(words("skill_disabled", skill=name))


@app.command()
def enable(name: Annotated[str, typer.Argument(help="As `anban skills list` shows it.")]) -> None:
    """Switch a skill on again, and forget what it did wrong."""
    from skills.standing import Standings  # noqa: PLC0415

    words, home = _known(name)
    Standings(home).enable(name)
    typer.echo(words("skill_enabled", skill=name))


def _known(name: str) -> tuple[Words, Path]:
    """Give the words and the data folder, if there is such a skill."""
    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.dialogue import installed_skills  # noqa: PLC0415
    from assistant.settings import home_folder  # noqa: PLC0415

    words = words_of()
    names = [skill.name for skill in installed_skills()]
    if name not in names:
        typer.echo(words("skill_unknown", skill=name, names=", ".join(names)), err=True)
        raise typer.Exit(1)
    return words, home_folder()
