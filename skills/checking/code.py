"""The code of a skill: what it imports, and whether it does what its domain promises."""

from __future__ import annotations

import ast
import contextlib
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Final

from assistant.language import Replies
from assistant.packs import whole
from skills.checking.data import Domain
from skills.checking.problem import Problem
from skills.loading import IMPORT_SECONDS, imported
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


def check_syntax(folder: Path) -> Iterator[Problem]:
    """Every file is Python."""
    for file in sorted(folder.rglob("*.py")):
        try:
            ast.parse(file.read_text("utf-8"))
        except (SyntaxError, UnicodeDecodeError, ValueError) as error:
            yield Problem(file, getattr(error, "lineno", 0) or 0, f"no valid Python: {error}")


def check_imports(folder: Path) -> Iterator[Problem]:
    """A skill imports skills.api and nothing else of ours, so that the rest can change."""
    _, package = module_of(folder)
    for file, tree in _trees(folder):
        for node in ast.walk(tree):
            for module in _imported(node):
                own = module == package or module.startswith(f"{package}.")
                if module.split(".")[0] in _OURS and module != "skills.api" and not own:
                    message = f"imports {module}; a skill may import only skills.api of ours"
                    yield Problem(file, getattr(node, "lineno", 0), message)


def check_rendered(folder: Path, replies: Replies) -> Iterator[Problem]:
    """What a turn says by a key that stands in the code is a reply, and is given its values."""
    first = whole()[0]
    for file, tree in _trees(folder):
        for call in _renders(tree):
            key = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
            if not isinstance(key, str):
                continue
            if key not in replies:
                alike = get_close_matches(key, replies.keys(), 1)
                hint = f"; is {alike[0]} meant?" if alike else ""
                yield Problem(file, call.lineno, f"there is no reply {key} in replies.yml{hint}")
                continue
            given = {each.arg for each in call.keywords}
            absent = _slots(replies.wordings(key, first)) - given
            if absent and None not in given:  # None: `**values`
                message = f"the reply {key} is given no value for {', '.join(sorted(absent))}"
                yield Problem(file, call.lineno, message)


def _renders(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call of `render` of something that is a Turn by its annotation or its name."""
    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    turns = {"turn"} | {arg.arg for arg in arguments if _is_turn(arg.annotation)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "render"
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in turns
            and node.args
        ):
            yield node


def _is_turn(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).strip("\"'").endswith("Turn")


def _slots(wordings: Iterable[str]) -> set[str]:
    parsed = (part for wording in wordings for part in Formatter().parse(wording))
    return {re.split(r"[.\[]", slot)[0] for _, slot, _, _ in parsed if slot}


def _trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(folder.rglob("*.py")):
        with contextlib.suppress(SyntaxError, UnicodeDecodeError, ValueError):  # told already
            yield file, ast.parse(file.read_text("utf-8"))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield node.module


def load(folder: Path) -> tuple[Skill | None, list[Problem]]:
    """Import the folder's `skill`; files that are no Python are told instead."""
    file = folder / "skill.py"
    if not file.exists():
        return None, [Problem(file, 0, "is missing")]
    if wrong := list(check_syntax(folder)):
        return None, wrong
    root, package = module_of(folder)
    _forget_others(root, package)
    sys.path.insert(0, str(root))
    try:
        skill = imported(
            lambda: importlib.import_module(f"{package}.skill").skill, package, IMPORT_SECONDS
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a third party's code)
        why = str(error) if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
        return None, [Problem(file, _line(error, file), why)]
    finally:
        sys.path.remove(str(root))
    if not isinstance(skill, Skill):
        return None, [Problem(file, 0, "`skill` must be a skills.api.Skill")]
    return skill, []


def _forget_others(root: Path, package: str) -> None:
    """Let a package be imported from here, though one of its name was imported from elsewhere."""
    importlib.invalidate_caches()
    top = package.partition(".")[0]
    known = sys.modules.get(top)
    places = {Path(place).resolve() for place in getattr(known, "__path__", ())}
    if known is not None and (root / top).resolve() not in places:
        for name in [each for each in sys.modules if each == top or each.startswith(f"{top}.")]:
            del sys.modules[name]


def name_written(folder: Path) -> str:
    """Give the name that skill.py says, though it cannot be imported; empty: it says none."""
    try:
        text = (folder / "skill.py").read_text("utf-8", "replace")
    except OSError:
        return ""
    found = re.search(r"""\bSkill\(\s*["']([a-z][a-z0-9]*)["']""", text)
    return found[1] if found else ""


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
        read = {slot.name for slot in form.slots}
        for slot in domain.asked.get(form.name, ()):
            if slot.value not in read:
                message = f"{form.name} asks for the slot {slot.value}, but nothing here reads it"
                yield Problem(file, 0, message)
        if form.end is None:
            yield Problem(file, 0, f"{form.name} has no end; decorate a function with `.done`")
