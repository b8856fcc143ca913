"""Every command of the documentation exists as it is written there; harmless ones are run.

A block of commands is one that is indented, or a fence of `sh`, `bash` or `console`. A fence that
begins with "norun: why" after its language is not looked at. What can be parsed, such as settings
and Python, is parsed.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from assistant.cli import app
from assistant.commands import told
from assistant.settings import Settings, fitted

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
SHELL = {"sh", "bash", "shell", "console"}
SYSTEM = {
    *("sudo", "apt-get", "apt", "usermod", "loginctl", "systemctl", "journalctl", "export", "cd"),
    *("git", "cp", "mkdir", "ls", "cat", "uv", "pip", "curl", "docker", "dpkg", "timedatectl"),
    *("debootstrap", "qemu-aarch64-static", "mosquitto_pub", "mosquitto_sub", "pytest", "tar"),
}
"""What other programs do is for their own manuals."""
RUNS = {
    "camera privacy",
    "contacts add", "contacts list", "contacts remove", "reminders add", "reminders template",
    "reminders import", "reminders list", "reminders today", "reminders undo", "skills new",
}  # fmt: skip
"""What is run, in a home of its own: all the lines of a page, in their order."""
WHY_NOT = {
    "run": "goes on until it is ended",
    "chat": "goes on until it is ended",
    "demo": "lasts minutes, and has tests of its own (tests/e2e)",
    "ask": "trains the dialogue, and has tests of its own (tests/e2e)",
    "hear": "needs a recording and trains the dialogue",
    "train": "lasts minutes",
    "doctor": "looks for a microphone and a speaker",
    "setup": "asks, and has tests of its own",
    "selftest": "needs an Anban that runs",
    "drill": "needs an Anban that runs",
    "contacts test": "needs an Anban that runs",
    "models pull": "needs the internet",
    "models verify": "needs the model that is named",
    "models list": "shows this machine's own",
    "robot sim": "goes on until it is ended",
    "robot info": "needs a robot",
    "robot send": "needs a robot",
    "camera watch": "needs a camera",
    "radar record": "needs a radar",
    "radar watch": "needs a radar",
    "replay": "needs a recording",
    "service install": "needs the rights of root, and has tests of its own",
    "service status": "needs systemd",
    "service logs": "needs systemd",
    "service remove": "needs systemd",
    "update": "needs a new version, and has tests of its own",
    "skills check": "needs the skill that is named",
    "skills install": "changes the environment of the tests",
    "skills remove": "needs the skill that is named",
    "skills forget": "needs the skill that is named",
    "skills list": "imports every skill, and has tests of its own",
    "skills settings": "needs the skill that is named",
    "skills enable": "needs the skill that is named",
    "skills disable": "needs the skill that is named",
    "reminders on-day": "needs a reminder of that name",
    "reminders pause": "needs a reminder of that name",
    "reminders resume": "needs a reminder of that name",
    "reminders remove": "needs a reminder of that name",
    "reminders export": "needs reminders",
    "reminders adherence": "needs weeks that have passed",
}


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    """What stands behind the fence's ticks; "indented" without a fence."""
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def language(self) -> str:
        return self.kind.split(" ")[0]


@cache
def blocks() -> tuple[Block, ...]:
    return tuple(block for page in PAGES for block in blocks_of(page))


def blocks_of(page: Path) -> Iterator[Block]:
    fence: str | None = None
    kept: list[str] = []
    begun = 0
    for number, line in enumerate([*page.read_text("utf-8").splitlines(), ""], 1):
        is_fence = line.lstrip().startswith("```")
        is_code = line.startswith("    ") and not re.match(r" +(?:[-*]|\d+\.) ", line)
        if fence is not None and not is_fence:
            kept.append(line)
        elif is_fence and fence is None:
            fence, kept, begun = line.lstrip().removeprefix("```").strip(), [], number
        elif is_fence or (kept and not is_code):
            yield Block(page, begun, "indented" if fence is None else fence, tuple(kept))
            fence, kept = None, []
        elif is_code:
            begun = begun if kept else number
            kept.append(line[4:])


def test_blocks_are_found() -> None:
    kinds = {block.language for block in blocks()}
    assert kinds >= {"indented", "toml", "python", "mermaid"}
    assert sum(block.page.name == "reminders.md" for block in blocks()) >= 8


def test_what_is_not_looked_at_says_why() -> None:
    for block in blocks():
        _, _, note = block.kind.partition(" ")
        assert not note or re.fullmatch(r"norun: \w.{5,}", note), str(block)


# ------------------------------------------------------------------------------- commands


VARIABLE = re.compile(r"[A-Z_]+=")


def commands_of(block: Block) -> Iterator[list[str]]:
    """The words of each command; a comment, a prompt and what only sets a variable are left out."""
    if "norun:" in block.kind or block.language not in {"indented", *SHELL}:
        return
    text = "\n".join(block.lines).replace("\\\n", " ")
    for line in text.splitlines():
        plain = line.strip()
        if block.language == "console":
            if not plain.startswith("$ "):
                continue  # what the command answers
            plain = plain.removeprefix("$ ")
        try:
            words = shlex.split(plain, comments=True)
        except ValueError:
            words = plain.split()
        for part in parted(words):
            own = list(dropwhile(lambda word: word == "sudo" or bool(VARIABLE.match(word)), part))
            if own:
                yield own


def parted(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in [*words, "&&"]:
        if word in {"&&", "|", ";", "||", "&"}:
            yield part
            part = []
        else:
            part.append(word)


def is_data(block: Block) -> bool:
    """A list of medicines, for instance: no line of it begins with a program."""
    return block.language == "indented" and not any(
        Path(words[0]).name in {"anban", "make", "python"} | SYSTEM or words[0].startswith("tools/")
        for words in commands_of(block)
    )


@cache
def root() -> Any:
    return typer.main.get_command(app)


def parsed(arguments: list[str]) -> str:
    """Parse as `anban` does, and run nothing; gives the command's name, without its group's."""
    path: list[str] = []
    command, context, rest = root(), None, arguments
    while True:
        name = path[-1] if path else "anban"
        context = command.make_context(name, list(rest), parent=context)
        if not hasattr(command, "resolve_command"):
            return " ".join(path)
        left = [*context._protected_args, *context.args]
        found, command, rest = command.resolve_command(context, left)
        path.append(str(found))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def problem(words: list[str]) -> str:
    """What is stale about a command; empty: nothing."""
    program, arguments = words[0], words[1:]
    name = Path(program).name
    if name == "anban":
        try:
            path = parsed(arguments)
        except Exception as error:  # noqa: BLE001  (click's errors have no public class)
            said = error.format_message() if hasattr(error, "format_message") else repr(error)
            return f"{' '.join(words)}: {said}"
        known = path in RUNS or any(path == why or path.startswith(f"{why} ") for why in WHY_NOT)
        return "" if known else f"{path}: say in RUNS or WHY_NOT whether it can be run"
    if name == "make":
        wanted = [word for word in arguments if "=" not in word and not word.startswith("-")]
        unknown = sorted(set(wanted) - targets())
        return f"make {unknown[0]}: there is no such target" if unknown else ""
    if name.startswith("python"):
        return problem_of_python(arguments)
    if program.startswith(("tools/", "benchmarks/")):
        return "" if os.access(ROOT / program, os.X_OK) else f"{program}: is not there"
    return "" if name in SYSTEM or name == "pre-commit" else f"{program}: is no program known here"


def problem_of_python(arguments: list[str]) -> str:
    if arguments[:1] != ["-m"]:
        script = arguments[0] if arguments else ""
        return "" if (ROOT / script).is_file() else f"{script}: is not there"
    module = arguments[1]
    found = importlib.util.find_spec(module)
    if found is None:
        return f"{module}: there is no such module"
    if module in {"pytest", "pip"}:
        missing = [word for word in arguments[2:] if "/" in word and not (ROOT / word).exists()]
        return f"{missing[0]}: is not there" if missing else ""
    source = Path(str(found.origin)).read_text("utf-8")
    flags = [word.partition("=")[0] for word in arguments[2:] if word.startswith("--")]
    stale = [flag for flag in flags if flag not in source]
    return f"{module} has no {stale[0]}" if stale else ""


SHELL_BLOCKS = [block for block in blocks() if list(commands_of(block)) and not is_data(block)]


@pytest.mark.parametrize("block", SHELL_BLOCKS, ids=str)
def test_the_commands_of_a_block_exist(block: Block) -> None:
    assert [said for words in commands_of(block) if (said := problem(words))] == []


FENCED = re.compile(r"```.*?```", re.DOTALL)
INLINE = re.compile(r"`(?:sudo )?(?:\.venv/bin/)?anban ([^`]+)`")


def test_commands_within_sentences_exist() -> None:
    stale = [
        f"{page.relative_to(ROOT)}: {said}"
        for page in PAGES
        for wording in INLINE.findall(FENCED.sub("", page.read_text("utf-8")))
        if (said := stale_inline(wording))
    ]
    assert stale == []


def stale_inline(wording: str) -> str:
    """Look at names of commands and options only: the rest is often left out in a sentence."""
    words = wording.replace("\\|", "|").split()
    command: Any = root()
    context = command.context_class(command, info_name="anban")
    while words and hasattr(command, "get_command") and re.match(r"[a-z]", words[0]):
        alternatives = words[0].split("|")
        found = [command.get_command(context, name) for name in alternatives]
        if None in found:
            return f"anban {wording}: there is no {alternatives[found.index(None)]}"
        command = found[0]
        context = command.context_class(command, info_name=alternatives[0], parent=context)
        words = words[1:]
    named = {option for param in command.get_params(context) for option in param.opts}
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    stale = [option for option in options if option not in named]
    return f"anban {wording}: there is no {stale[0]}" if stale else ""


def test_a_stale_command_is_found() -> None:
    assert "No such option" in problem(["anban", "doctor", "--colour"])
    assert "No such command" in problem(["anban", "medicines", "list"])
    assert "Missing argument" in problem(["anban", "contacts", "add", "王"])
    assert "Invalid value" in problem(["anban", "reminders", "export", "pdf"])
    assert problem(["anban", "reminders", "export", "csv"]) == ""
    assert "no such target" in problem(["make", "coffee"])
    assert "no such module" in problem(["python", "-m", "benchmarks_of_old"])
    assert "is not there" in problem(["tools/gone.sh"])
    assert "is no program" in problem(["anbam", "run"])
    assert "no drill2" in stale_inline("drill2 --yes")
    assert "no --gone" in stale_inline("drill --gone")
    assert stale_inline("skills list\\|check\\|new") == ""


# ---------------------------------------------------------------------------------- run


def runnable(page: Path) -> list[list[str]]:
    return [
        words[1:]
        for block in blocks()
        if block.page == page
        for words in commands_of(block)
        if Path(words[0]).name == "anban" and not problem(words) and parsed(words[1:]) in RUNS
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if runnable(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_harmless_commands_run_as_they_are_written(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code = "zh" if "zh" in str(page.relative_to(ROOT)) else "en"
    (home / "anban.toml").write_text(f'language = "{code}"\n', "utf-8")
    monkeypatch.setenv("ANBAN_HOME", str(home))
    monkeypatch.setattr(told, "home_language", lambda: code)
    monkeypatch.chdir(tmp_path)
    for arguments in runnable(page):
        status = typer.main.get_command(app)(list(arguments), standalone_mode=False)
        shown = capsys.readouterr()
        assert not status, f"anban {' '.join(arguments)}: {shown.out}{shown.err}"


# ------------------------------------------------------------------------ what is parsed


PARSED = [
    block
    for block in blocks()
    if block.language in {"toml", "python", "json", "yaml", "yml"} and "norun:" not in block.kind
]


@pytest.mark.parametrize("block", PARSED, ids=str)
def test_what_can_be_parsed_is_right(block: Block) -> None:
    text = "\n".join(block.lines)
    if block.language == "python":
        ast.parse(text)
    elif block.language == "toml":
        data = tomllib.loads(text)
        if "project" not in data and set(data) <= {"emergency", *Settings.__dataclass_fields__}:
            _, problems = fitted(Settings, data)
            assert problems == []
    else:
        yaml.safe_load(text)  # JSON is YAML, too
