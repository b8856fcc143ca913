"""`anban skills`: what is installed, whether a skill is sound, and the beginning of a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.explained import HomeGroup
from assistant.commands.told import told

app = typer.Typer(cls=HomeGroup, no_args_is_help=True)


@app.command("list")
def list_skills() -> None:
    """Every installed skill: name, version, intents, actions, languages."""
    from rich.console import Console  # noqa: PLC0415  (each command loads what it needs)
    from rich.table import Table  # noqa: PLC0415

    from skills.listing import installed  # noqa: PLC0415

    rows, broken = installed()
    table = Table(*map(told, ("skill", "version", "languages", "intents", "actions")))
    for row in rows:
        table.add_row(
            row.name,
            row.version,
            " ".join(row.languages),
            ", ".join(row.intents),
            str(row.actions),
        )
    Console().print(table)
    for item in broken:
        typer.echo(told(f"{item.name} cannot be loaded: {item.reason}"), err=True)
    if broken or not rows:
        if not rows:
            none = "No skill is installed; `make setup` installs the built-in ones."
            typer.echo(told(none), err=True)
        raise typer.Exit(1)


@app.command()
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with a skill.py; all installed skills if none is named."),
    ] = None,
) -> None:
    """Look for mistakes in a skill's folder; each is told with file and line."""
    from assistant.dialogue import installed_skills  # noqa: PLC0415
    from skills.checking import check_skill  # noqa: PLC0415

    chosen = folders or [skill.path for skill in installed_skills()]
    found = 0
    for folder in chosen:
        if not folder.is_dir():
            typer.echo(told(f"{folder}: is no folder"), err=True)
            found += 1
            continue
        problems = check_skill(folder)
        found += len(problems)
        for problem in problems:
            typer.echo(str(problem), err=True)
        if not problems:
            typer.echo(told(f"{folder}: sound"))
    if found:
        raise typer.Exit(1)


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
        told(f"{project} is ready. Next:") + "\n"
        f"  uv pip install -e {project}\n"
        f"  anban skills check {project / f'anban_{name}'}\n"
        "  anban train"
    )
