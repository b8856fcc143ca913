"""`anban chat` at a real terminal: prompt, what was typed before, /help, and every way to leave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.commands.terminal import CTRL_D, UP, Terminal, terminal

CHAT = """
import asyncio, contextlib, sys
from assistant.commands.keyboard import converse
from assistant.commands.words import Words

async def answer(text):
    if text == "wait":
        print("waiting", flush=True)
        await asyncio.Event().wait()
    if text == "break":
        raise OSError("the other end is gone")
    return f"<{text}>"

@contextlib.asynccontextmanager
async def answering():
    if "slow" in sys.argv:
        print("starting", flush=True)
        await asyncio.Event().wait()
    try:
        yield answer
    finally:
        print("left in order", flush=True)

sys.exit(converse(answering(), Words(sys.argv[1]), "a note"))
"""


@pytest.fixture
def chat() -> Iterator[Terminal]:
    with terminal("-c", CHAT, "en") as shown:
        shown.waits_for("a note")
        shown.waits_for("You: ")
        yield shown


def test_a_line_is_answered_at_a_prompt(chat: Terminal) -> None:
    chat.types("louder\r")
    chat.waits_for("Anban: <louder>\n")
    chat.waits_for("You: ")
    chat.types(f"{UP}\r")
    chat.waits_for("Anban: <louder>\n")
    chat.waits_for("You: ")
    chat.types("  \r")  # nothing was said
    chat.waits_for("You: ")


@pytest.mark.parametrize("keys", [CTRL_D, "/quit\r", "/exit\r"], ids=repr)
def test_it_can_be_left(chat: Terminal, keys: str) -> None:
    chat.types(keys)
    assert chat.ends() == 0
    assert "left in order" in chat.shown
    assert "Traceback" not in chat.shown


@pytest.mark.parametrize("begun", ["", "half a line"])
def test_ctrl_c_leaves_it(chat: Terminal, begun: str) -> None:
    chat.types(begun)
    chat.waits_for(begun)
    chat.interrupts()
    assert chat.ends() == 0
    assert "left in order" in chat.shown
    assert "Traceback" not in chat.shown


def test_it_can_be_left_while_an_answer_is_awaited(chat: Terminal) -> None:
    chat.types("wait\r")
    chat.waits_for("waiting")
    chat.interrupts()
    assert chat.ends() == 0
    assert "left in order" in chat.shown


def test_it_can_be_left_while_anban_still_starts() -> None:
    with terminal("-c", CHAT, "en", "slow") as shown:
        shown.waits_for("starting")
        shown.interrupts()
        assert shown.ends() != 0


def test_help_is_shown(chat: Terminal) -> None:
    chat.types("/help\r")
    chat.waits_for("what time is it")
    chat.types("/hlep\r")
    chat.waits_for("There is no /hlep")


def test_an_error_ends_it(chat: Terminal) -> None:
    chat.types("break\r")
    assert chat.ends() == 1
    assert "the other end is gone" in chat.shown


def test_a_home_in_chinese_is_spoken_to_in_chinese() -> None:
    with terminal("-c", CHAT, "zh") as shown:
        shown.waits_for("您：")
        shown.types("/help\r")
        shown.waits_for("现在几点了")
        shown.waits_for("您：")
        shown.types("救命\r")
        shown.waits_for("安伴：<救命>")


def test_without_a_terminal_there_are_answers_alone() -> None:
    given = "louder\n\n\xff bytes\n/x\n".encode("latin-1")
    done = subprocess.run(
        [sys.executable, "-c", CHAT, "en"], input=given, capture_output=True, check=False
    )
    assert done.returncode == 0
    told = done.stdout.decode()
    assert told == "<louder>\n<\ufffd bytes>\n</x>\nleft in order\n"
