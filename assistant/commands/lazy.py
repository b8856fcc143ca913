"""Commands of other packages, imported once they are asked for.

Importing all of them took longer than `anban run` may take to hear a cry, and brought numpy, the
radar's models and the robot's drivers into commands that need none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from assistant.commands.explained import HomeGroup, explained
from assistant.commands.told import told

# Typer brings a copy of click of its own, so these types have no public name.
_Context = Any
_Command = Any


def group_of(module: str) -> type[TyperGroup]:
    """The class of a group whose commands are those of `module.app`.

    A library knows no home: it is given the words of this one.
    """

    class Later(HomeGroup):
        @cached_property
        def _real(self) -> Any:
            library: Any = import_module(module)
            library.in_words = told
            return typer.main.get_group(library.app)

        def list_commands(self, ctx: _Context) -> list[str]:
            return list(self._real.list_commands(ctx))

        def get_command(self, ctx: _Context, cmd_name: str) -> _Command:
            command = self._real.get_command(ctx, cmd_name)
            return explained(command)

    return Later


def with_commands(commands: dict[str, tuple[str, str]]) -> type[TyperGroup]:
    """The class of a group with commands from elsewhere, beside its own.

    `commands`: module and function by the command's name.
    """

    class Main(HomeGroup):
        def list_commands(self, ctx: _Context) -> list[str]:
            return [*super().list_commands(ctx), *commands]

        def get_command(self, ctx: _Context, cmd_name: str) -> _Command:
            if cmd_name not in commands:
                return super().get_command(ctx, cmd_name)
            module, name = commands[cmd_name]
            return explained(_command(cmd_name, getattr(import_module(module), name)))

    return Main


def _command(name: str, function: Callable[..., None]) -> _Command:
    app = typer.Typer(add_completion=False)
    app.command(name)(function)
    return typer.main.get_command(app)
