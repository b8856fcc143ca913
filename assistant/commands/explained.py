"""The help of every command, and what is said of a wrong line, in the language of the home.

Typer's own page of help is English around the words, and cuts Chinese off where a column ends:
there is no blank at which it could break. This one fits 60 columns in every language.
"""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from assistant.commands.told import told

# Typer brings a copy of click of its own, so these types have no public name.
_Context = Any
_Command = Any
_Formatter = Any
_Param = Any

HELP_OPTIONS: Final = ("-h", "--help")
_ARGUMENT: Final = re.compile(r"\{(\w+)\}")
"""How Typer writes an argument in the line of usage."""
_NAME_COLUMNS: Final = 22
"""For what stands before an explanation; a longer name is broken."""


class HomeGroup(TyperGroup):
    """A group of commands that explains itself and what stands below it."""

    def format_help(self, ctx: _Context, formatter: _Formatter) -> None:
        """Write the group's help."""
        formatter.write(help_of(self, ctx))

    def get_command(self, ctx: _Context, cmd_name: str) -> _Command:
        """Give a command of the group."""
        return explained(super().get_command(ctx, cmd_name))


def explained(command: _Command) -> _Command:
    """Let a command be explained here if it is asked for help, and those below it, too."""
    if command is not None and not isinstance(command, HomeGroup):
        command.format_help = lambda ctx, formatter: formatter.write(help_of(command, ctx))
        for below in getattr(command, "commands", {}).values():
            explained(below)
    return command


def help_of(command: _Command, ctx: _Context) -> str:
    """Give a command's help, broken for the terminal."""
    console = Console()
    with console.capture() as captured:
        console.print(Text(_usage(ctx), "bold"))
        console.print()
        for paragraph in told(inspect.cleandoc(command.help or "")).split("\n\n"):
            console.print(Padding(Text(paragraph, overflow="fold"), (0, 0, 0, 2)))
        params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            _print_rows(
                console,
                told(title),
                [
                    (_name_of(param), _explanation(param))
                    for param in params
                    if param.param_type_name == kind
                ],
            )
        if isinstance(command, TyperGroup):
            names = command.list_commands(ctx)
            below = [(name, command.get_command(ctx, name)) for name in names]
            _print_rows(
                console,
                told("Commands"),
                [
                    (name, _first(each))
                    for name, each in below
                    if each is not None and not each.hidden
                ],
            )
    return captured.get()


def print_error(error: Any) -> None:
    """Tell what is wrong with the line that was typed; what is asked for is shown to the end."""
    if type(error).__name__ == "NoArgsIsHelpError":  # its class has no public name
        error.show()
        return
    context = getattr(error, "ctx", None)
    if context is not None:
        sys.stderr.write(_usage(context) + "\n")
        command = f"{context.command_path} {HELP_OPTIONS[1]}"
        sys.stderr.write(told(f"Try '{command}' for help.") + "\n\n")
    sys.stderr.write(told(f"Error: {error.format_message()}") + "\n")


def _print_rows(console: Console, title: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    console.print(f"\n{title}", style="bold", markup=False)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=_NAME_COLUMNS, overflow="fold")
    table.add_column(overflow="fold")
    for name, explanation in rows:
        table.add_row(Text(f"  {name}", "cyan", overflow="fold"), Text(explanation))
    console.print(table)


def _usage(ctx: _Context) -> str:
    line = _ARGUMENT.sub(lambda match: match[1].upper(), ctx.get_usage())
    return told(" ".join(line.split()))


def _name_of(param: _Param) -> str:
    if param.param_type_name == "argument":
        return str(param.name).upper()
    return ", ".join([*param.opts, *param.secondary_opts])


def _explanation(param: _Param) -> str:
    parts = [told(getattr(param, "help", None) or "")]
    if choices := param.type_descriptor.choices:
        parts.append(f"[{' | '.join(str(each) for each in choices)}]")
    if param.required and param.param_type_name == "option":
        parts.append(told("[required]"))
    elif param.default and not callable(param.default):
        parts.append(told(f"[default: {param.default}]"))
    return " ".join(filter(None, parts))


def _first(command: _Command) -> str:
    """Give the first paragraph of a command's help."""
    return told(inspect.cleandoc(command.help or "")).split("\n\n")[0]
