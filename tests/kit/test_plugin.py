"""What pytest makes of files of conversations, and of its options for drivers."""

from __future__ import annotations

from pathlib import Path

import pytest

# `pytester` forgets what was first imported within a run, but YAML's C part cannot be loaded twice.
import anban_testing.talk_file  # noqa: F401

TALK = """\
skill = "general"
lang = "en"

== thanks
elder: thank you
anban: ~thanked

== otherwise
elder: thank you
anban: ~deny

== in between
# nothing said
"""


def test_a_file_of_conversations(pytester: pytest.Pytester) -> None:
    (pytester.path / "tea.talk").write_text(TALK.replace("~thanked", "…").replace("~deny", "No."))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["*tea.talk: line 10: 'anban: No.' did not come*", "*- anban: No.", "*+ anban: *"]
    )
    result.stdout.no_fnmatch_line("*conversation.py*")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("elder: hello\n", "*there is no conversation; one begins with `== TITLE`*"),
        ("skill = tea\n== a\n", "*is no TOML*"),
        ('house = "x"\n== a\n', "*unexpected keyword argument 'house'*"),
        ('skill = "nobodys"\n== a\n', "*no skill of this name is installed*"),
    ],
)
def test_a_file_that_is_none_is_told(pytester: pytest.Pytester, text: str, says: str) -> None:
    (pytester.path / "tea.talk").write_text(text)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio")
    assert result.ret != 0
    result.stdout.fnmatch_lines([says])


def test_a_driver_that_is_none_is_told(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-p", "no:asyncio", "--anban-driver", "nobodys", "-k", "its_port"
    )
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*no robot driver 'nobodys' is installed; there are: *"])


def test_the_suite_comes_beside_the_tests_that_were_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_of_its_own(): pass")
    result = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-p", "no:asyncio", "--anban-driver", "create2", "--collect-only"
    )
    result.stdout.fnmatch_lines(["*test_of_its_own*", "*test_a_drive_ends_by_itself*"])


def test_nobody_pays_for_what_is_not_used(pytester: pytest.Pytester) -> None:
    """The plugin is loaded in every run of pytest where Anban is installed."""
    (Path(pytester.path) / "test_light.py").write_text(
        "import sys\n"
        "def test_light():\n"
        "    assert 'anban_testing.plugin' in sys.modules\n"
        "    assert not {'assistant', 'skills.actions', 'robot_io'} & set(sys.modules)\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:asyncio")
    result.assert_outcomes(passed=1)
