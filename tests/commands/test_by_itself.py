"""What `anban chat` shows beside its answers: what Anban says by itself, and whom it would call."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.commands.ask import ByItself
from assistant.commands.words import Words
from assistant.events import Listen, Say
from assistant.runtime.rights import CHILDREN, COMMANDS
from tests.commands.terminal import terminal


def test_what_is_said_by_itself_is_shown_at_once_and_nothing_else() -> None:
    shown: list[str] = []
    by_itself = ByItself(shown.append, Words("zh"))
    by_itself.said(Listen(3.0))
    by_itself.said(Say("该吃药了。", "zh"))
    assert shown == ["该吃药了。"]


def test_an_answer_is_shown_once() -> None:
    shown: list[str] = []
    by_itself = ByItself(shown.append, Words("zh"))
    with by_itself.answering() as others:
        by_itself.said(Say("现在九点。", "zh"))
        by_itself.said(Say("小芳接手了。", "zh"))
        others.without("现在九点。")
    assert (shown, list(others)) == ([], ["小芳接手了。"])
    by_itself.said(Say("现在九点。", "zh"))
    assert shown == ["现在九点。"], "said again later, it is no answer"


def test_what_anban_says_may_be_heard_by_the_command_and_by_no_child_but_the_mouth() -> None:
    assert COMMANDS["ask"].hears == {"Say"}
    assert {name for name, rights in CHILDREN.items() if "Say" in rights.hears} == {"mouth"}


CHILD = """
import logging
from assistant.runtime.quiet import begin_log
begin_log("%(message)s", logging.INFO)
logging.getLogger("x").error("technical")
print("for people")
"""


@pytest.mark.parametrize(("debug", "is_shown"), [("", False), ("1", True)])
def test_at_a_terminal_the_log_is_silent(debug: str, is_shown: bool) -> None:
    with terminal("-c", CHILD, ANBAN_DEBUG=debug) as shown:
        shown.waits_for("for people")
        assert shown.ends() == 0
    assert ("technical" in shown.shown) == is_shown


def test_elsewhere_the_log_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert "technical" in done.stderr
