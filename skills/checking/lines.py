"""YAML with the line of everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skills.checking.problem import Problem


class UnreadableError(ValueError):
    """The file cannot be read as YAML; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list or table."""

    value: Any
    line: int


class Document:
    """A YAML file: its data, and where each part of it stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            text = file.read_text("utf-8")
            self.data = yaml.safe_load(text)
            self._root = yaml.compose(text, yaml.SafeLoader)
        except FileNotFoundError:
            raise UnreadableError(Problem(file, 0, "is missing")) from None
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(Problem(file, 0, f"cannot be read: {error}")) from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            raise UnreadableError(Problem(file, line, f"no valid YAML: {error.problem}")) from error
        if not isinstance(self.data, dict):
            raise UnreadableError(Problem(file, 1, "must be a table"))

    def items(self, *path: str) -> list[Item]:
        """The entries of the list, or the keys of the table, at a path; none if it is absent."""
        node = self._node(path)
        if isinstance(node, yaml.SequenceNode):
            return [Item(_plain(child), child.start_mark.line + 1) for child in node.value]
        if isinstance(node, yaml.MappingNode):
            return [Item(key.value, key.start_mark.line + 1) for key, _ in node.value]
        return []

    def line(self, *path: str) -> int:
        """Where the value at a path begins; 1 if it is absent."""
        node = self._node(path)
        return node.start_mark.line + 1 if node is not None else 1

    def _node(self, path: tuple[str, ...]) -> yaml.Node | None:
        node: yaml.Node | None = self._root
        for name in path:
            node = next((value for key, value in _pairs(node) if key.value == name), None)
        return node


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def _plain(node: yaml.Node) -> Any:
    """A node's value as plain data."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child) for child in node.value]
    return {key.value: _plain(value) for key, value in _pairs(node)}
