"""`anban setup`: a conversation that ends with a working home."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

from assistant.commands.setup_home import place as this_home
from assistant.commands.setup_home import runs
from assistant.commands.setup_terminal import SkippedError, Terminal, command
from assistant.commands.words import Words
from assistant.settings import LANGUAGES, example, read, settings_file
from assistant.setup import STEPS, Question, SetupWords, Step
from assistant.setup.steps import LANGUAGE

_INTERRUPTED: Final = 130
_DOES: Final = {
    "tone": ("assistant.commands.setup_things", "sound_tone"),
    "hear": ("assistant.commands.setup_things", "try_hearing"),
    "model": ("assistant.commands.setup_things", "pull_model"),
    "people": ("assistant.commands.setup_people", "ask_people"),
    "medicines": ("assistant.commands.setup_things", "ask_medicines"),
    "devices": ("assistant.commands.setup_things", "ask_devices"),
}
"""What is done between questions, by its name in a step: imported when its turn comes, so that the
first question is there at once."""


def print_example() -> int:
    """Every setting with its meaning and default, as TOML."""
    sys.stdout.write(example())
    return 0


def set_up() -> int:
    """Ask, check, keep each answer as it is given; the exit status.

    Raises:
        SettingsError: the settings that are there cannot be gone on from, and are left alone.
    """
    front = Terminal(this_home())
    try:
        return _converse(front)
    except (EOFError, KeyboardInterrupt) as left:
        _take_leave(front)
        if isinstance(left, KeyboardInterrupt):
            return _INTERRUPTED
        return 0 if front.is_person else 1
    except Exception:
        _take_leave(front)
        raise


def _converse(front: Terminal) -> int:
    path = settings_file(front.place.folder)
    is_new = not path.exists()
    if is_new:
        # Nobody knows yet which language is read here.
        asked = " ".join(SetupWords(lang)("choose_language") for lang in LANGUAGES)
        front.question(LANGUAGE, asked, _of_the_machine())
        front.say("welcome", place=front.place.folder)
        front.say("keys")
        for number, step in enumerate(STEPS[1:], 1):
            _titled(front, number, len(STEPS) - 1, step)
    else:
        for problem in read(path).problems:
            front.say("settings_problem", problem=problem)
        front.say("welcome_back", place=front.place.folder)
        front.say("keys")
        _menu(front)
    return _end(front)


def _of_the_machine() -> str:
    """Give the language of this user's session if Anban speaks it, else the first one."""
    session = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = session[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def _menu(front: Terminal) -> None:
    """Show what is there, and do one step after the other until Enter goes through the rest."""
    while True:
        front.console.print()
        for number, step in enumerate(STEPS, 1):
            mark = "+" if step.is_done(front.place) else "!"
            front.show(f"{number} {mark} {front.words(f'step_{step.key}')}", indent=2)
        typed = front.ask(front.words("menu"))
        if not typed:
            return
        if typed.lower() in {"a", "all"} or typed in front.words("all_words").split():
            for number, step in enumerate(STEPS, 1):
                _titled(front, number, len(STEPS), step)
            return
        if typed.isdecimal() and len(typed) < 4 and 0 < int(typed) <= len(STEPS):
            step = STEPS[int(typed) - 1]
            _titled(front, int(typed), len(STEPS), step)
        else:
            front.say("bad_choice", count=len(STEPS))


def _titled(front: Terminal, number: int, of: int, step: Step) -> None:
    front.title(f"{number}/{of}  {front.words(f'step_{step.key}')}")
    _do(front, step)


def _do(front: Terminal, step: Step) -> None:
    try:
        for part in step.parts:
            if isinstance(part, Question):
                front.question(part)
            else:
                module, does = _DOES[part]
                getattr(import_module(module), does)(front)
    except SkippedError:
        front.say("skipped")


def _end(front: Terminal) -> int:
    """Say what the home has now, what lacks, and what comes next."""
    from assistant.commands.help_at_hand import needs, print_needs  # noqa: PLC0415

    place = front.place
    front.title(front.words("the_end"))
    words = Words(place.settings.language)
    print_needs(front.console, list(needs(place.folder, place.settings, words)), words)
    if lacking := [front.words(f"step_{s.key}") for s in STEPS if not s.is_done(place)]:
        front.say("lacking", names=front.words("semicolon").join(lacking))
    if runs(place.folder):
        front.say("running")
    else:
        front.say("next")
        front.copy(command("run"))
    return 0


def _take_leave(front: Terminal) -> None:
    """Say what was kept and how to go on, where somebody left in the middle."""
    front.console.print()
    if not front.place.kept and not settings_file(front.place.folder).exists():
        for lang in LANGUAGES:  # which one is read here was not said yet
            words = SetupWords(lang)
            front.show(words("left_nothing"))
            front.show(words("left_go_on" if front.is_person else "left_no_terminal"))
        front.copy(_again(front))
        return
    if front.place.kept:
        names = front.words("comma").join(
            front.words(f"name_{key.replace('.', '_')}") for key in front.place.kept
        )
        front.say("left_kept", names=names)
    else:
        front.say("left_nothing")
    front.say("left_go_on" if front.is_person else "left_no_terminal")
    front.copy(_again(front))


def _again(front: Terminal) -> str:
    return command("setup") if front.is_person else command("setup", "--answers", "FILE")
