"""`anban setup`: a few questions, and anban.toml is written."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm, Prompt

from assistant.settings import (
    LANGUAGES,
    SettingsError,
    example,
    home_folder,
    load,
    settings_file,
    toml_value,
)
from perception.radar.protocols import PROTOCOLS


def print_example() -> int:
    """Every setting with its meaning and default, as TOML."""
    sys.stdout.write(example())
    return 0


def set_up() -> int:
    """Ask, show, write; the exit status.

    Raises:
        SettingsError: the answers do not make valid settings, or nothing can be written.
    """
    console = Console()
    path = settings_file(home_folder())
    if path.exists() and not Confirm.ask(f"{path} exists. Replace it?", default=False):
        return 0
    lang = Prompt.ask("Language of the home 家里说", choices=list(LANGUAGES), default=LANGUAGES[0])
    name = Prompt.ask("What shall Anban call the elder? 怎么称呼老人？", default="")
    microphone = Prompt.ask("Microphone (empty: the default one) 麦克风", default="")
    speaker = Prompt.ask("Speaker (empty: the default one) 扬声器", default="")
    robot = Prompt.ask("Robot's serial port (empty: none) 机器人的串口", default="")
    radar = Prompt.ask("Radar's serial port (empty: none) 雷达的串口", default="")
    protocol = Prompt.ask("Which radar? 哪种雷达？", choices=sorted(PROTOCOLS)) if radar else ""
    wake = Confirm.ask("Ask for the wake phrase before a sentence? 需要唤醒词？", default=True)
    text = _with_answers(
        {
            "language": lang,
            "elder_name": name,
            "ear.device": microphone,
            "mouth.device": speaker,
            "radar.port": radar,
            "radar.protocol": protocol,
            "robot.port": robot,
            "ear.wake_required": wake,
        }
    )
    _write(path, text)
    console.print(f"Written: {path}. Next: anban models pull {lang}, anban doctor, anban run")
    return 0


def _with_answers(answers: dict[str, str | bool]) -> str:
    """The example with these values in place of its defaults."""
    lines, section = [], ""
    for line in example().splitlines():
        if line.startswith("["):
            section = line.strip("[]") + "."
        name = section + line.partition(" =")[0]
        if not line.startswith("#") and name in answers:
            lines.append(f"{line.partition(' =')[0]} = {toml_value(answers[name])}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_suffix(".new")
        new.write_text(text, "utf-8")
        load(new)  # what is written can be read
        new.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error
