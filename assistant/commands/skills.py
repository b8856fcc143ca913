"""`anban skills`: what is installed, whether a skill is sound, and the beginning of a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.explained import HomeGroup
from assistant.commands.told import told

if TYPE_CHECKING:
    from assistant.commands.words import Words

app = typer.Typer(cls=HomeGroup, no_args_is_help=True)


@app.command("list")
def list_skills() -> None:
    """Every installed skill: name, version, intents, actions, languages."""
    from rich.console import Console  # noqa: PLC0415  (each command loads what it needs)
    from rich.table import Table  # noqa: PLC0415

    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.settings import home_folder, settings_file  # noqa: PLC0415
    from skills.listing import installed  # noqa: PLC0415
    from skills.standing import Standings  # noqa: PLC0415

    words, home = words_of(), home_folder()
    off = Standings(home).off()
    found = installed(settings_file(home), off)
    table = Table(*map(told, ("skill", "version", "languages", "intents", "actions")))
    for row in found.rows:
        table.add_row(
            row.name,
            row.version,
            " ".join(row.languages),
            ", ".join(row.intents),
            str(row.actions),
        )
    Console().print(table)
    for row in found.rows:
        if row.web:
            typer.echo(told(f"{row.name} asks {', '.join(row.web)} once the elder agreed."))
    for name, why in off.items():
        typer.echo(words("skill_is_off", skill=name, why=words(f"off_{why}")))
    for item in found.broken:
        typer.echo(told(f"{item.name} cannot be loaded: {item.reason}"), err=True)
    for problem in found.settings_problems:
        typer.echo(told(problem), err=True)
    if found.broken or found.settings_problems or not found.rows:
        if not found.rows:
            none = "No skill is installed; `make setup` installs the built-in ones."
            typer.echo(told(none), err=True)
        raise typer.Exit(1)


@app.command()
def settings(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Skills by name; all that have settings if none is named."),
    ] = None,
) -> None:
    """Print what may stand in anban.toml for a skill, with its meaning and default."""
    from skills.listing import settings_examples  # noqa: PLC0415

    known = settings_examples()
    for name in names or [name for name, example in known.items() if example]:
        if not known.get(name):
            there_is = "has no settings" if name in known else "is not installed"
            typer.echo(f"The skill {name} {there_is}.", err=True)
            raise typer.Exit(1)
        typer.echo(known[name])
    if not names and not any(known.values()):
        typer.echo("No installed skill has settings of its own.")


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
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Look for mistakes alone; train nothing to see what new skills take from others.",
        ),
    ] = False,
) -> None:
    """Look for mistakes in a skill's folder, and for what new skills take from others."""
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
    if found or not _takes_nothing_vital(chosen, shows_all=shows_all, is_quick=quick):
        raise typer.Exit(1)


@app.command("install")
def install_skill(
    project: Annotated[Path, typer.Argument(help="The folder with the package's pyproject.toml.")],
) -> None:
    """Install a package with a skill, channel, sensor or robot driver; its files stay there."""
    from assistant.commands.skill_install import install  # noqa: PLC0415

    raise typer.Exit(install(project))


@app.command("remove")
def remove_skill(
    name: Annotated[
        str, typer.Argument(help="The name of a skill, a channel, a sensor or a package.")
    ],
    *,
    forgets: Annotated[
        bool, typer.Option("--forget", help="Delete what the skill kept in the home, too.")
    ] = False,
) -> None:
    """Uninstall a package; what its skill kept stays in the home."""
    from assistant.commands.skill_install import remove  # noqa: PLC0415

    raise typer.Exit(remove(name, forgets=forgets))


@app.command("forget")
def forget_skill(name: Annotated[str, typer.Argument(help="The skill's name.")]) -> None:
    """Delete what a removed skill kept in the home."""
    from assistant.commands.skill_install import forget  # noqa: PLC0415

    raise typer.Exit(forget(name))


def _takes_nothing_vital(chosen: Iterable[Path], *, shows_all: bool, is_quick: bool) -> bool:
    """Tell what third parties' skills take from others, if one of these folders is installed."""
    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.dialogue import installed_skills  # noqa: PLC0415

    folders = {folder.resolve() for folder in chosen}
    new = [skill for skill in installed_skills() if not skill.is_ours]
    if not any(skill.path.resolve() in folders for skill in new):
        return True
    if is_quick:
        words = words_of()
        names = words("and").join(skill.name for skill in new)
        typer.echo(words("check_quick", skills=names))
        return True
    from assistant.commands.train import compare_models  # noqa: PLC0415

    return asyncio.run(compare_models(shows_all=shows_all))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters and digits, such as tea.")],
    folder: Annotated[Path, typer.Option("--in", help="Where the project is made.")] = Path(),
    *,
    form: Annotated[bool, typer.Option("--form", help="It asks over several turns.")] = False,
    reminder: Annotated[bool, typer.Option("--reminder", help="It sets a reminder.")] = False,
    reaction: Annotated[
        bool, typer.Option("--reaction", help="It follows what happens in the home.")
    ] = False,
    english: Annotated[
        str, typer.Option("--en", help="What it is about, in English; else its name.")
    ] = "",
    chinese: Annotated[
        str, typer.Option("--zh", help="What it is about, in Chinese, such as 喝水.")
    ] = "",
) -> None:
    """Make a working skill to begin from: anban-skill-NAME/, with tests of its own."""
    from skills.skeleton import Parts, SkeletonError, make  # noqa: PLC0415

    try:
        project = make(
            name, folder, Parts(form, reminder, reaction), english=english, chinese=chinese
        )
    except SkeletonError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(
        told(f"{project} is ready; its README says where to begin. Next:") + "\n"
        f"  anban skills install {project}\n"
        f"  anban skills check --quick {project / f'anban_{name}'}\n"
        "  anban train\n"
        f'  anban ask --lang en "count one more {english or name}"'
    )
    if not chinese:
        typer.echo(told(f"Its Chinese sentences say {name!r} for now: `--zh 喝水` would say 喝水."))


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
