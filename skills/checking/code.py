"""The code of a skill: what it imports, and whether it does what its domain promises."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from skills.checking.data import Domain
from skills.checking.problem import Problem
from skills.skill import Skill

_OURS: Final = ("assistant", "skills", "perception", "robot_io", "sensor_io", "models", "dialogue")


def module_of(folder: Path) -> tuple[Path, str]:
    """Where Python must look, and the name of the folder's package there."""
    parts = [folder.name]
    root = folder.parent
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    return root, ".".join(parts)


def check_imports(folder: Path) -> Iterator[Problem]:
    """A skill imports skills.api and nothing else of ours, so that the rest can change."""
    _, package = module_of(folder)
    for file in sorted(folder.rglob("*.py")):
        try:
            tree = ast.parse(file.read_text("utf-8"))
        except (SyntaxError, UnicodeDecodeError) as error:
            yield Problem(file, getattr(error, "lineno", 0) or 0, f"no valid Python: {error}")
            continue
        for node in ast.walk(tree):
            for module in _imported(node):
                own = module == package or module.startswith(f"{package}.")
                if module.split(".")[0] in _OURS and module != "skills.api" and not own:
                    message = f"imports {module}; a skill may import only skills.api of ours"
                    yield Problem(file, getattr(node, "lineno", 0), message)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield node.module


def load(folder: Path) -> tuple[Skill | None, list[Problem]]:
    """Import the folder's `skill`."""
    file = folder / "skill.py"
    if not file.exists():
        return None, [Problem(file, 0, "is missing")]
    root, package = module_of(folder)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        skill = importlib.import_module(f"{package}.skill").skill
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a third party's code)
        return None, [Problem(file, _line(error, file), f"{type(error).__name__}: {error}")]
    if not isinstance(skill, Skill):
        return None, [Problem(file, 0, "`skill` must be a skills.api.Skill")]
    return skill, []


def _line(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def check_actions(skill: Skill, domain: Domain, folder: Path) -> Iterator[Problem]:
    """Domain and code name the same actions and forms."""
    file, domain_file = folder / "skill.py", folder / "domain.yml"
    done = {f"action_{name.removesuffix('_form')}_done" for name in skill.forms}
    asked = {f"action_ask_{slot}" for form in skill.forms.values() for slot in form.questions}
    written = set(skill.actions) | done | asked | {f"validate_{name}" for name in skill.forms}
    declared = {name for name in domain.actions if not name.startswith("utter_")}
    for name in sorted(declared - written):
        yield Problem(file, 0, f"{name} is in domain.yml, but nothing here does it")
    for name in sorted(written - declared):
        yield Problem(domain_file, 0, f"actions: {name} of skill.py is not declared")
    for name in sorted(domain.forms - skill.forms.keys()):
        yield Problem(file, 0, f"{name} is in domain.yml; write `skill.form(…)` for it")
    for form in skill.forms.values():
        if form.name not in domain.forms:
            yield Problem(domain_file, 0, f"forms: {form.name} of skill.py is not declared")
        if form.end is None:
            yield Problem(file, 0, f"{form.name} has no end; decorate a function with `.done`")
