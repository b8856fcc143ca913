"""`anban setup`: a conversation that ends with a working home."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

from assistant.commands.setup_home import place as this_home
from assistant.commands.setup_home import runs
from assistant.commands.setup_terminal import BackError, SkippedError, Terminal, command
from assistant.commands.words import Words
from assistant.settings import LANGUAGES, example, read, settings_file
from assistant.setup import STEPS, Question, SetupWords, Step
from assistant.setup.steps import LANGUAGE

_INTERRUPTED: Final = 130
_DOES: Final = {
    "tone": ("assistant.commands.setup_things", "sound_tone"),
    "hear": ("assistant.commands.setup_things", "try_hearing"),
    "model": ("assistant.commands.setup_things", "pull_model"),
    "clock": ("assistant.commands.setup_things", "look_at_clock"),
    "page": ("assistant.commands.setup_people", "try_page"),
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
        while not _has_language(front, asked):
            front.say("keys")
        front.say("welcome", place=front.place.folder)
        front.say("keys")
        _through(front, 1)
    else:
        for problem in read(path).problems:
            front.say("settings_problem", problem=problem)
        front.say("welcome_back", place=front.place.folder)
        front.say("keys")
        _menu(front)
    return _end(front)


def _has_language(front: Terminal, asked: str) -> bool:
    try:
        front.question(LANGUAGE, asked, _of_the_machine())
    except (BackError, SkippedError):  # there is nothing before it, and no home without it
        return False
    return True


def _of_the_machine() -> str:
    """Give the language of this user's session if Anban speaks it, else the first one."""
    session = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = session[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def _through(front: Terminal, at: int) -> None:
    """Do one step after the other, and back where that is asked for."""
    while at < len(STEPS):
        at = at + 1 if _titled(front, at) else max(at - 1, 0)


def _menu(front: Terminal) -> None:
    """Show what is there, and do the steps that are chosen until Enter is pressed."""
    while True:
        front.console.print()
        for number, step in enumerate(STEPS, 1):
            front.show(f"{number} {_mark(front, step)} {_named(front, step)}", indent=2)
        try:
            typed = front.ask(front.words("menu"))
        except (BackError, SkippedError):
            continue
        if not typed:
            return
        if typed.lower() in {"a", "all"} or typed in front.words("all_words").split():
            _through(front, 0)
            return
        if typed.isdecimal() and len(typed) < 4 and 0 < int(typed) <= len(STEPS):
            _titled(front, int(typed) - 1)
        else:
            front.say("bad_choice", count=len(STEPS))


def _mark(front: Terminal, step: Step) -> str:
    if step.is_done(front.place):
        return "+"
    return "-" if step.is_optional else "!"


def _named(front: Terminal, step: Step) -> str:
    """Name a step, with what lacks of it."""
    name = front.words(f"step_{step.key}")
    lacking = _lacking(front, step)
    return front.words("step_lacks", step=name, names=lacking) if lacking else name


def _lacking(front: Terminal, step: Step) -> str:
    names = (front.words.of_question("name", key) for key in step.lacks(front.place))
    return front.words("comma").join(names)


def _titled(front: Terminal, at: int) -> bool:
    """Do a step under its title; False: it was left backwards."""
    step = STEPS[at]
    front.step = at + 1
    front.title(f"{at + 1}/{len(STEPS)}  {front.words(f'step_{step.key}')}")
    is_through = _do(front, step)
    front.step = 0
    return is_through


def _do(front: Terminal, step: Step) -> bool:
    asked: list[int] = []
    at = 0
    try:
        while at < len(step.parts):
            before, part = front.asked, step.parts[at]
            try:
                _do_part(front, part)
            except BackError:
                if not asked:
                    return False
                at = asked.pop()
                continue
            if front.asked > before:  # to what asks nothing there is no way back
                asked.append(at)
            at += 1
    except SkippedError:
        front.say("skipped_done" if step.is_done(front.place) else "skipped")
    return True


def _do_part(front: Terminal, part: Question | str) -> None:
    if isinstance(part, Question):
        front.question(part)
    else:
        module, does = _DOES[part]
        getattr(import_module(module), does)(front)


def _end(front: Terminal) -> int:
    """Say what the home has now, what lacks, and what comes next."""
    from assistant.commands.help_at_hand import needs, print_needs  # noqa: PLC0415

    place = front.place
    front.title(front.words("the_end"))
    words = Words(place.settings.language)
    print_needs(front.console, list(needs(place.folder, place.settings, words)), words)
    if lacking := [
        _lacking(front, step) or front.words(f"step_{step.key}")
        for step in STEPS
        if not step.is_optional and not step.is_done(place)
    ]:
        front.say("lacking", names=front.words("semicolon").join(lacking))
        front.copy(command("setup"))
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
        front.say("left_unchanged")
    if front.step:
        step = front.words(f"step_{STEPS[front.step - 1].key}")
        front.say("left_at", number=front.step, step=step, question=front.asking)
    front.say("left_go_on" if front.is_person else "left_no_terminal")
    front.copy(_again(front))


def _again(front: Terminal) -> str:
    return command("setup") if front.is_person else command("setup", "--answers", "FILE")
