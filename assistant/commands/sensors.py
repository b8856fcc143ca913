"""`anban sensors`: what is installed and set, whether it works, and what it tells now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

app = typer.Typer(no_args_is_help=True)

_SENSOR_COLUMNS: Final = ("sensor", "driver", "port", "place")
_CONDITIONS: Final = ("sensor", "place", "between", "after_minutes", "below", "above")

_Driver = Annotated[
    str, typer.Option("--driver", help="One that is installed, to try it without settings.")
]
_Port = Annotated[str, typer.Option("--port", help="Where it is, for --driver.")]
_Options = Annotated[
    list[str] | None, typer.Option("--option", help="NAME=VALUE, for --driver; may be repeated.")
]


@app.command("list")
def list_sensors() -> None:
    """What is installed, the sensors of this home, and the rules for what they tell."""
    from rich.console import Console  # noqa: PLC0415  (each command loads what it needs)
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Column, Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from assistant.commands.told import told  # noqa: PLC0415
    from assistant.commands.words import words_of  # noqa: PLC0415
    from assistant.sensors.service import problems_of  # noqa: PLC0415
    from sensor_io import installed  # noqa: PLC0415

    settings, wrong = _settings()
    words, console = words_of(settings.language), Console()
    names = ", ".join(installed())
    typer.echo(words("sensors_installed", names=names) if names else words("sensors_none"))
    table = Table(*(words(f"sensors_column_{each}") for each in _SENSOR_COLUMNS))
    for name, each in settings.sensors.items():
        table.add_row(*map(escape, (name, each.driver, each.port, each.place)))
    if settings.sensors:
        console.print(table)
    else:
        typer.echo(words("sensors_not_set"))
    rules, problems = problems_of(settings)
    table = Table(
        Column(words("sensors_column_rule"), no_wrap=True),  # its name is typed into the settings
        words("sensors_column_when"),
        words("sensors_column_do"),
    )
    for name, rule in rules.items():
        deed = [rule.do, rule.then] if rule.do == "ask" else [rule.do]
        when = [words(f"sensors_when_{rule.when}"), rule.when, *_conditions_of(rule)]
        done = [words("_".join(["sensors_do", *deed])), ", ".join(deed)]
        table.add_row(
            escape(name), *(Text("\n".join(each), overflow="fold") for each in (when, done))
        )
    console.print(table)
    for problem in [*wrong, *problems]:
        typer.echo(told(problem, words.lang), err=True)
    if wrong or problems:
        raise typer.Exit(1)


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all if none is named.")] = None,
    driver: _Driver = "",
    port: _Port = "",
    option: _Options = None,
) -> None:
    """Look whether the sensors work: their packages, their devices, the lines about them."""
    from rich.console import Console  # noqa: PLC0415

    from assistant.commands.selftest import table_of  # noqa: PLC0415
    from assistant.sensors.outside import look_at  # noqa: PLC0415
    from assistant.sensors.service import problems_of  # noqa: PLC0415
    from assistant.services.findings import lasting  # noqa: PLC0415

    settings, wrong = _settings()
    chosen = _chosen(settings, names or [], driver, port, option or [])
    findings = None if driver or names else asyncio.run(_findings_of_core())
    if findings is None:
        findings = [look_at(*each) for each in chosen.items()]
        if not driver:
            findings += [lasting("sensor_settings", each) for each in problems_of(settings)[1]]
    findings += [lasting("settings", each) for each in wrong]
    Console().print(table_of(findings, "anban sensors"))
    if not findings or not all(each.is_well for each in findings):
        raise typer.Exit(1)


@app.command()
def watch(
    name: Annotated[str, typer.Argument(help="Which; all of an Anban that runs, if none.")] = "",
    driver: _Driver = "",
    port: _Port = "",
    option: _Options = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what a sensor tells, as it comes, until Ctrl-C."""
    from assistant.sensors.outside import watched  # noqa: PLC0415

    settings, _ = _settings()
    if not driver and asyncio.run(_watch_core(name, as_json=as_json)):
        return
    chosen = _chosen(settings, [name] if name else [], driver, port, option or [])
    if len(chosen) != 1:
        raise typer.BadParameter(f"which one? {', '.join(chosen) or '--driver NAME --port PORT'}")
    ((known_as, its_settings),) = chosen.items()
    for values in watched(known_as, its_settings):
        _print({"sensor": known_as, **values}, as_json=as_json)
    raise typer.Exit(1)


def _conditions_of(rule: Any) -> list[str]:
    """Give what else must be so for a rule, as it would stand in the settings."""
    usual = type(rule)()
    known = {key: getattr(rule, key) for key in _CONDITIONS}
    return [
        f"{key} = {value:g}" if isinstance(value, float) else f'{key} = "{value}"'
        for key, value in known.items()
        if value != getattr(usual, key)
    ]


def _settings() -> tuple[Any, list[str]]:
    """Give the home's settings, and what is wrong in them about sensors."""
    from assistant.settings import home_folder, read, settings_file  # noqa: PLC0415

    known = read(settings_file(home_folder()))
    return known.settings, [each for each in known.problems if " sensor" in each]


def _chosen(
    settings: Any, names: list[str], driver: str, port: str, options: list[str]
) -> dict[str, Any]:
    """Give the sensors that are meant, by their names."""
    from assistant.sensors.service import usable  # noqa: PLC0415
    from assistant.settings import SensorSettings  # noqa: PLC0415

    if driver:
        pairs = dict(each.partition("=")[::2] for each in options)
        return {"tried": SensorSettings(driver=driver, port=port, options=pairs)}
    there = usable(settings)
    if unknown := [name for name in names if name not in there]:
        known = ", ".join(there) or "none"
        raise typer.BadParameter(f"no sensor {unknown[0]!r} in the settings; there are: {known}")
    return {name: each for name, each in there.items() if not names or name in names}


def _socket() -> Path:
    from assistant.runtime.home_folder import socket_path  # noqa: PLC0415
    from assistant.settings import home_folder  # noqa: PLC0415

    return socket_path(home_folder())


async def _findings_of_core() -> list[Any] | None:
    """Ask the Anban that runs: it holds the ports; None: none runs."""
    from assistant.runtime.link import Link, LinkError  # noqa: PLC0415
    from assistant.services import CheckDevices  # noqa: PLC0415

    try:
        async with Link("sensors", (), _socket()) as link:
            findings = await link.request(CheckDevices(), 30.0)
    except LinkError:
        return None
    return [each for each in findings if each.part in {"sensor", "sensor_settings"}]


async def _watch_core(name: str, *, as_json: bool) -> bool:
    """Show what comes to the Anban that runs; False: none runs."""
    from assistant.events import RuleBegan, SensorTold  # noqa: PLC0415
    from assistant.runtime.link import Link, LinkError  # noqa: PLC0415

    try:
        async with Link("sensors", (SensorTold, RuleBegan), _socket()) as link:
            async for event in link:
                if isinstance(event, SensorTold) and name in {"", event.sensor}:
                    values = {"sensor": event.sensor, "kind": event.kind, **event.values}
                    _print(values, as_json=as_json)
                elif isinstance(event, RuleBegan):
                    _print({"rule": event.rule, "do": event.do}, as_json=as_json)
    except LinkError:
        return False
    return True


def _print(values: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(values, ensure_ascii=False))
        return
    if "rule" in values:
        typer.echo(f"          -> {values['rule']}: {values['do']}")
        return
    clock = f"{datetime.fromtimestamp(float(values['at'])).astimezone():%H:%M:%S}"
    more = [
        f"{key} {value}"
        for key, value in values.items()
        if key in {"device", "place", "value", "reason", "confidence"} and value not in {"", 1.0}
    ]
    test = " (test)" if values.get("is_test") else ""
    typer.echo(f"{clock}  {values['sensor']}  {values['kind']}{test}  {', '.join(more)}".rstrip())
