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

# Typer brings a copy of click of its own, so these types have no public name.
_Context = Any
_Command = Any


def group_of(module: str) -> type[TyperGroup]:
    """The class of a group whose commands are those of `module.app`."""

    class Later(TyperGroup):
        @cached_property
        def _real(self) -> Any:
            return typer.main.get_group(import_module(module).app)

        def list_commands(self, ctx: _Context) -> list[str]:
            return list(self._real.list_commands(ctx))

        def get_command(self, ctx: _Context, cmd_name: str) -> _Command:
            return self._real.get_command(ctx, cmd_name)

    return Later


def with_commands(commands: dict[str, tuple[str, str]]) -> type[TyperGroup]:
    """The class of a group with commands from elsewhere, beside its own.

    `commands`: module and function by the command's name.
    """

    class Main(TyperGroup):
        def list_commands(self, ctx: _Context) -> list[str]:
            return [*super().list_commands(ctx), *commands]

        def get_command(self, ctx: _Context, cmd_name: str) -> _Command:
            if cmd_name not in commands:
                return super().get_command(ctx, cmd_name)
            module, name = commands[cmd_name]
            return _command(cmd_name, getattr(import_module(module), name))

    return Main


def _command(name: str, function: Callable[..., None]) -> _Command:
    app = typer.Typer(add_completion=False)
    app.command(name)(function)
    return typer.main.get_command(app)
