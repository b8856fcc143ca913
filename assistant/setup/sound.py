"""Microphones and speakers: which there are, which one is used, a tone, and what comes in.

Where a sound server runs (PulseAudio, PipeWire) it knows the devices by names that people know, and
Anban opens the server's default: choosing one there makes it the default.  Elsewhere PortAudio's
own list is what the settings choose from.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assistant.setup.place import Place
from assistant.setup.questions import Choice, NotUsableError
from assistant.setup.settings_file import setting
from assistant.setup.words import SetupWords

_NO_ANSWER: Final = "the sound system does not answer"
_SERVER_SECONDS: Final = 3.0
_LIST_SECONDS: Final = 15.0
_LISTEN_MARGIN_SECONDS: Final = 20.0
_OF_SERVER: Final = "server:"
"""Before the name of a device that a sound server knows."""
_BY_SERVER: Final = ("pulse", "pipewire")
"""PortAudio's devices that lead to a sound server."""
_NOT_FOR_PEOPLE: Final = frozenset(
    {"sysdefault", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix", "oss"}
    | {
        "jack",
        "dmix",
        "dsnoop",
        "default",
        "null",
        "front",
        "iec958",
        "spdif",
        "modem",
        "phoneline",
    }
    | {"surround21", "surround40", "surround41", "surround50", "surround51", "surround71", "hdmi"}
)
"""ALSA's plugins, and the same devices a second time."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Hearing or speaking, as the settings, PortAudio and a sound server name it."""

    setting: str
    channels: str
    server_list: str
    server_default: str


MICROPHONE: Final = Direction("ear.device", "inputs", "sources", "source")
SPEAKER: Final = Direction("mouth.device", "outputs", "sinks", "sink")


def devices(direction: Direction, place: Place) -> Sequence[Choice]:
    """List what can be chosen, the default one first."""
    served = _served(direction)
    if served:
        labels = [label for _, label in served]
        return [
            Choice(_OF_SERVER + name, f"{label} ({name})" if labels.count(label) > 1 else label)
            for name, label in served
        ]
    default = SetupWords(place.lang)("default_device")
    return [Choice("", default), *(Choice(name, name) for name in _listed(direction))]


def is_there(direction: Direction, place: Place) -> bool:
    """Look whether there is any such device, and note it."""
    found = bool(_served(direction) or _listed(direction))
    place.seen[direction.setting] = found
    return found


def lacking(place: Place) -> list[str]:
    """Name what is not there, or did not work when it was tried: by the settings."""
    return [
        each.setting
        for each in (SPEAKER, MICROPHONE)
        if not (place.seen[each.setting] if each.setting in place.seen else is_there(each, place))
    ]


def present(direction: Direction, place: Place) -> str:
    """Give the device that is used now; empty: the default one."""
    device = str(setting(place.settings, direction.setting))
    if (not device or device in _BY_SERVER) and _served(direction):
        return _OF_SERVER + _asked(f"get-default-{direction.server_default}").strip()
    return device


def keep(direction: Direction, place: Place, value: str) -> None:
    """Use a device from now on.

    Raises:
        NotUsableError: the sound server refuses it.
        SettingsError: the settings cannot be written.
    """
    if not value.startswith(_OF_SERVER):
        place.keep({direction.setting: value})
        return
    name = value.removeprefix(_OF_SERVER)
    try:
        subprocess.run(
            ["pactl", f"set-default-{direction.server_default}", name],
            capture_output=True,
            timeout=_SERVER_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NotUsableError("bad_device", name=name) from error
    known = _everything()
    leads = [each for each in _BY_SERVER if any(device["name"] == each for device in known)]
    place.keep({direction.setting: leads[0] if leads else ""})


def tone(device: str, volume: float) -> str:
    """Sound a short chime on a speaker; gives why it did not sound, or nothing."""
    try:
        child = subprocess.run(
            _command("tone", device, str(volume)),
            capture_output=True,
            text=True,
            timeout=_LIST_SECONDS,
            check=False,
        )
        told = json.loads(child.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return _NO_ANSWER
    return str(told["problem"]) if not told["ok"] else ""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a tenth of a second was."""

    dbfs: float | None
    """RMS, below full scale; None for digital silence."""


def listen(device: str, seconds: float, file: Path) -> Iterator[Level | str]:
    """Give the levels of what a microphone hears as it comes; a text is why nothing does.

    Args:
        device: as in the settings.
        seconds: how long.
        file: where the sound is left (16 kHz, mono, int16); the caller's to erase.
    """
    with subprocess.Popen(
        _command("listen", device, str(seconds), str(file)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        limit = threading.Timer(seconds + _LISTEN_MARGIN_SECONDS, child.kill)
        limit.start()
        has_come = False
        try:
            for line in child.stdout or ():
                told = json.loads(line)
                if "problem" in told:
                    yield str(told["problem"])
                    return
                if "dbfs" in told:
                    has_come = True
                    yield Level(told["dbfs"])
        except ValueError:
            has_come = False
        finally:
            limit.cancel()
            child.kill()
    if not has_come:
        yield _NO_ANSWER


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "assistant.setup.sound_process", *arguments]


def _everything() -> list[dict[str, Any]]:
    try:
        child = subprocess.run(
            _command("list"), capture_output=True, text=True, timeout=_LIST_SECONDS, check=False
        )
        return [json.loads(line) for line in child.stdout.splitlines()]
    except (subprocess.TimeoutExpired, ValueError):
        return []


def _listed(direction: Direction) -> list[str]:
    names = [str(each["name"]) for each in _everything() if each[direction.channels]]
    return [name for name in dict.fromkeys(names) if name.lower() not in _NOT_FOR_PEOPLE]


def _served(direction: Direction) -> list[tuple[str, str]]:
    """Name and description of each device of the sound server; nothing if there is none."""
    try:
        found = json.loads(_asked("--format=json", "list", direction.server_list))
        return [
            (str(each["name"]), str(each.get("description") or each["name"]))
            for each in found
            # What a speaker plays is offered as a source, too; that is no microphone.
            if not str(each["name"]).endswith(".monitor")
            # What stands for a card where there is none swallows every sound.
            and not str(each["name"]).startswith("auto_null")
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _asked(*words: str) -> str:
    try:
        asked = subprocess.run(
            ["pactl", *words], capture_output=True, text=True, timeout=_SERVER_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout if asked.returncode == 0 else ""
