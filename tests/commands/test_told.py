"""What the tools tell and explain is in the language of the home: every help, finding and error."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant import packs
from assistant.cli import app
from assistant.commands.explained import help_of
from assistant.commands.told import (
    PATTERN,
    SLOT,
    Catalogue,
    Sentence,
    lines_of,
    locale_language,
    told,
)

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LEAST_LETTERS = 5
"""A line with parts that has fewer of its own would be found in what it does not mean."""

# ------------------------------------------------------------------------------ the commands


def commands(command: Any, context: Any) -> Iterator[tuple[str, Any, Any]]:
    yield context.command_path, command, context
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            yield from commands(below, below.context_class(below, context, name))


@cache
def all_commands() -> dict[str, tuple[Any, Any]]:
    root: Any = typer.main.get_command(app)
    context = root.context_class(root, info_name="anban")
    return {path: (command, context) for path, command, context in commands(root, context)}


def test_every_command_is_walked() -> None:
    assert {"anban run", "anban robot send face", "anban radar record"} <= all_commands().keys()
    assert {"anban replay", "anban models pull", "anban reminders on-day"} <= all_commands().keys()


@pytest.mark.parametrize("path", sorted(all_commands()))
def test_a_command_is_explained_in_chinese(path: str) -> None:
    command, context = all_commands()[path]
    texts = [command.help, *(getattr(param, "help", "") for param in command.get_params(context))]
    english = [text for text in texts if text and not CHINESE.search(told(text, "zh"))]
    assert english == []


def test_a_page_of_help_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("assistant.commands.told.home_language", lambda: "zh")
    for path, (command, context) in all_commands().items():
        page = help_of(command, context)
        assert [line for line in page.splitlines() if cell_len(line) > 60] == [], path
        assert "…  " not in page, "cut off"
        assert "用法：anban" in page


# ------------------------------------------------------------------- what the code can tell

HOLE = "{}"


def written(node: ast.expr) -> str | None:
    """A text as the code writes it, with a hole for each part that is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) or HOLE for part in node.values)
    return None


@cache
def texts_of(file: Path) -> tuple[str, ...]:
    return tuple(
        text
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.expr) and (text := written(node))
    )


def holes(english: str) -> str:
    return SLOT.sub(HOLE, english)


FOLDERS = ("assistant", "models", "perception", "robot_io", "skills")


@cache
def everything_written() -> frozenset[str]:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    return frozenset(" ".join(text.split()) for file in files for text in texts_of(file))


OF_PYTHON = {"str", "bool", "True", "False"}
FROM_LIBRARIES = {"frame", "command_line"}
"""Sections whose English is written by Typer, pydantic and the operating system, too."""


def lines_by_section(lang: str) -> dict[str, dict[str, str]]:
    import tomllib

    return tomllib.loads(packs.by_language(PATTERN)[lang].read_text("utf-8"))


@pytest.mark.parametrize("lang", sorted(packs.by_language(PATTERN)))
def test_no_line_stands_for_what_nobody_says_any_more(lang: str) -> None:
    exact = everything_written()
    joined = "\0".join(exact)
    stale = []
    for section, lines in lines_by_section(lang).items():
        if section in FROM_LIBRARIES:
            continue
        for english in lines:
            wanted = " ".join(holes(english).split())
            # What is put together of several texts is found by its pairs of words.
            runs = [run.split() for run in re.split(r"\{\}|[;:,.()`] ?", wanted)]
            pairs = [f"{one} {two}" for run in runs for one, two in pairwise(run)]
            alone = [run[0] for run in runs if len(run) == 1]
            if not all(said in joined or said in OF_PYTHON for said in (*pairs, *alone)):
                stale.append(english)
    assert stale == []


@pytest.mark.parametrize("lang", sorted(packs.by_language(PATTERN)))
def test_a_line_has_the_parts_of_the_english_and_enough_of_its_own(lang: str) -> None:
    for english, other in lines_of(packs.by_language(PATTERN)[lang]).items():
        assert set(SLOT.findall(other)) <= set(SLOT.findall(english)), english
        plain = SLOT.sub("", english)
        letters = sum(letter.isalpha() for letter in plain)
        is_exact = plain == english
        assert is_exact or letters >= LEAST_LETTERS or not english.startswith("{"), english


ROOMS = (
    "assistant/commands",
    "assistant/selftest/machine.py",
    "assistant/selftest/checks.py",
    "assistant/selftest/sound.py",
    "assistant/console/check.py",
    "assistant/senses/check.py",
    "assistant/robot/check.py",
    "assistant/ear/check.py",
    "assistant/ear/audiofile.py",
    "assistant/mouth/check.py",
    "assistant/drill",
    "assistant/people",
    "assistant/settings/reading.py",
    "assistant/channels/addresses.py",
    "assistant/channels/registry.py",
    "assistant/channels/apprise_message.py",
    "assistant/dialogue/training.py",
    "assistant/dialogue/layout.py",
    "assistant/dialogue/client.py",
    "assistant/runtime/home_folder.py",
    "assistant/runtime/versions.py",
    "models/folder.py",
    "models/archive.py",
    "models/fetch.py",
    "models/pull.py",
    "models/verify.py",
    "perception/cli.py",
    "perception/radar/serial_port.py",
    "perception/radar/ti_config.py",
    "robot_io/cli.py",
    "robot_io/session.py",
    "robot_io/link.py",
)
TELLS = re.compile(
    r"told|in_words|_tell|_fail|go_back|found|lasting|CheckResult|\w*Error|Refused|BadParameter|Problem"
)
"""What a text is given to that a person reads: these, whether a function or an exception."""


def is_a_sentence(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", text.replace(HOLE, " "))
    return len(words) >= 3 and not re.fullmatch(r"[a-z_]+", text)


def told_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if TELLS.fullmatch(name):
            for given in (*node.args, *(each.value for each in node.keywords)):
                text = written(given)
                if text and is_a_sentence(text):
                    yield text


def files_of(room: str) -> list[Path]:
    place = ROOT / room
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_told_has_its_line(room: str) -> None:
    filled = {text: text.replace(HOLE, "7") for file in files_of(room) for text in told_by(file)}
    assert [text for text, full in filled.items() if not CHINESE.search(told(full, "zh"))] == []


# ------------------------------------------------------------------------------ how it reads

READ = {
    "no such setting; did you mean volume?": "没有这个设置；是不是 volume？",
    '/home/x/anban.toml:1: language: text stands in quotes: language = "zh"': (
        '/home/x/anban.toml:1: language: 文字要加引号：language = "zh"'
    ),
    "王小芳 is not kept: 1380: a telephone number has 3 to 15 digits and may begin with +, "
    "like +8613800138000": (
        "王小芳 没有存下：1380：电话号码有 3 到 15 位数字，前面可以有 +，比如 +8613800138000"
    ),
    "/home/x/anban.toml:5: ear.wake_required: expected true or false, found 'x'; "
    "write true or false, without quotes": (
        "/home/x/anban.toml:5: ear.wake_required: 这里要写是或否（true、false），写的却是 'x'；"
        "请写 true 或 false，不加引号"
    ),
    "battery 12 %; charge it": "电池 12 %；请充电",
    "no mains power, battery 12 %; plug it in": "没有接电源，电池 12 %；请插上",
    "Invalid value: 'fr' is not spoken here; choose zh, en": (
        "输入的值不对：这里不会说 'fr'；可以选 zh, en"
    ),
    "plughw:1: digital silence; is it muted?": "plughw:1：一点声音都没有；是不是静音了？",
    "what no catalogue knows": "what no catalogue knows",
    "": "",
}


@pytest.mark.parametrize("english", READ)
def test_it_is_put_into_chinese(english: str) -> None:
    assert told(english, "zh") == READ[english]
    assert told(english, "en") == english


def test_a_language_without_a_catalogue_is_told_in_english() -> None:
    assert told("battery 12 %; charge it", "xx") == "battery 12 %; charge it"


def test_a_long_strange_text_takes_no_time_and_stays_as_it_is() -> None:
    text = ": ; " * 400
    assert told(text, "zh") == text


@pytest.mark.parametrize("part", ["a b: ", "a b; ", "a b\n", "x is y: ", "expected x, found y; "])
def test_a_hostile_text_is_looked_up_so_often_and_no_more(part: str) -> None:
    looked = 0

    class Counting(Catalogue):
        def of(self, *args: Any) -> str:
            nonlocal looked
            looked += 1
            return super().of(*args)

    Counting(lines_of(packs.by_language(PATTERN)["zh"])).of((part * 2_000)[:2_000])
    assert looked < 2_500, "each part is at most given back as it is"


def test_parts_are_as_short_as_can_be_and_fill_the_whole() -> None:
    sentence = Sentence("{a}, {b} of {c}.", "")
    assert sentence.slots_of("x, y, z of p of q.") == {"a": "x", "b": "y, z", "c": "p of q"}
    assert sentence.slots_of("x, y of.") is None
    assert Sentence("ab {x} bc", "").slots_of("ab bc") is None


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "", "LC_ALL": ""}, "en"),
        ({}, "en"),
        ({"LANG": "zh@pinyin"}, "zh"),
    ],
)
def test_the_language_of_a_terminal(environment: dict[str, str], lang: str) -> None:
    assert locale_language(environment) == lang


@pytest.mark.parametrize(
    ("toml", "lang_variable", "shown"),
    [
        ('language = "zh"\n', "en_GB.UTF-8", "用法：anban"),
        ('language = "en"\n', "zh_CN.UTF-8", "Usage: anban"),
        ('elder_name = "王"\n', "zh_CN.UTF-8", "用法：anban"),
        (None, "zh_CN.UTF-8", "用法：anban"),
        (None, "C.UTF-8", "Usage: anban"),
    ],
)
def test_the_language_of_the_home(
    tmp_path: Path,
    toml: str | None,
    lang_variable: str,
    shown: str,
) -> None:
    from assistant.commands import told as module

    if toml is not None:
        (tmp_path / "anban.toml").write_text(toml, "utf-8")
    before = dict(os.environ)
    module.home_language.cache_clear()
    try:
        os.environ.update(ANBAN_HOME=str(tmp_path), LANG=lang_variable, LC_ALL="", LC_MESSAGES="")
        command, context = all_commands()["anban contacts"]
        assert shown in help_of(command, context)
    finally:
        os.environ.clear()
        os.environ.update(before)
        module.home_language.cache_clear()
