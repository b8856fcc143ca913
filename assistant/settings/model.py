"""anban.toml: every setting with its unit, default and bounds, checked when it is read.

The dataclasses below are the one description: `anban.example.toml` and `anban setup` are made
from them, and an error names file, line and field.  `anban run` goes on with `read`: a mistake
costs its own value; a command that is typed refuses with `load`.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import platformdirs
from cattrs import Converter

from assistant.packs import codes, facts
from assistant.settings.declaring import setting as _setting
from assistant.settings.reading import Problem, fitted, line_of, read_tables
from assistant.settings.sensors import SensorRule, SensorSettings

HOME_VARIABLE: Final = "ANBAN_HOME"
LANGUAGES: Final = codes()


class SettingsError(ValueError):
    """anban.toml cannot be used as it is; the message names file, line, field and the way out."""


@dataclass(frozen=True, slots=True)
class EarSettings:
    """Hearing."""

    device: str = _setting("", "Microphone: part of its name or its number; empty: the default one")
    wake_required: bool = _setting(True, "Ask for the wake phrase before a sentence")
    wake_phrases: dict[str, list[str]] = _setting(
        {lang: list(facts(lang).wake_phrases) for lang in LANGUAGES},
        "What wakes Anban, by language",
    )
    follow_up_seconds: float = _setting(
        10.0, "After an answer, how long the wake phrase is not needed", low=0, high=120
    )
    pause_seconds: float = _setting(
        1.2, "Silence that ends a sentence; elders pause long within one", low=0.3, high=5
    )
    preroll_seconds: float = _setting(
        0.6, "Sound kept from before speech was noticed", low=0.1, high=3
    )
    utterance_limit_seconds: float = _setting(
        30.0, "A longer sentence is cut and understood as it stands", low=5, high=120
    )
    low_confidence: float = _setting(
        0.6, "Below this mean word confidence other readings are sought", low=0, high=1
    )


@dataclass(frozen=True, slots=True)
class MouthSettings:
    """Speaking."""

    device: str = _setting("", "Speaker: part of its name or its number; empty: the default one")
    volume: float = _setting(0.8, "First volume, 0 to 1; later by voice", low=0.1, high=1)
    rate_words_per_minute: int = _setting(
        160, "First rate; elders follow 150 to 200 best; later by voice", low=80, high=300
    )


@dataclass(frozen=True, slots=True)
class DialogueSettings:
    """Understanding."""

    confidence: float = _setting(
        0.5, "Below this the sentence is taken as not understood", low=0.1, high=0.95
    )
    conversation_silence_seconds: float = _setting(
        120.0, "After this silence a new conversation begins", low=30, high=3600
    )
    answer_deadline_seconds: float = _setting(
        6.0, "An answer that takes longer is given up, honestly", low=1, high=30
    )


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where speech models lie."""

    vosk: dict[str, str] = _setting(
        dict.fromkeys(LANGUAGES, ""),
        "Folder of a Vosk model of your own, by language; empty: the pulled one, else the tiny one",
    )


@dataclass(frozen=True, slots=True)
class EmergencySettings:
    """Calling for help; whom to call: anban contacts."""

    address: str = _setting("", "Where the home is, as a helper must hear it")
    phone: str = _setting("", "The elder's own telephone: who opens the page can ring it")
    door_code: str = _setting("", "How a helper gets in: the code, or who has a key")
    health: str = _setting("", "Conditions, medicines and allergies that a helper must know")
    number: str = _setting("", "The public emergency number; empty: 120 in Chinese, unnamed else")
    country: int = _setting(
        0,
        "Country code of its telephones, like 86; 0: 86 in Chinese, else contacts'",
        low=0,
        high=999,
    )
    may_ring_number: bool = _setting(
        False, "The elder agrees that Anban rings it by itself once nobody else took the alarm"
    )
    arrive_minutes: float = _setting(
        20.0, "After somebody took the alarm, when it goes out again unless closed", low=1, high=180
    )
    webhook_secret: str = _setting("", "Signs webhooks; the receiver knows it too")
    pendant_token: str = _setting(
        "", "Of hubs whose pendants report over the web, 20 characters or more; empty: none do"
    )
    button: str = _setting("", "A USB button: /dev/input/by-id/usb-...; empty: none")
    receiver: str = _setting("", "A radio receiver of pendants: its serial port; empty: none")
    pendants: dict[str, str] = _setting(
        {}, "Pendants and cords by name, with the room of a cord; silent for a day is told"
    )


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """Telephone calls over SIP, by baresip."""

    account: str = _setting("", "sip:name@provider.example; empty: no SIP calls")
    username: str = _setting("", "Of the account; empty: the name in it")
    password: str = _setting("", "Of the account")
    register_seconds: int = _setting(
        600, "How often to register at the provider; 0: never, inside the home", low=0, high=86400
    )
    provider: str = _setting("", "Domain of a provider that rings telephone numbers")
    listen: str = _setting("0.0.0.0:5060", "Address and port for SIP")
    interface: str = _setting("", "Address to speak from; empty: that of the default route")
    control_port: int = _setting(4444, "Port on loopback to steer baresip", low=1024, high=65535)
    microphone: str = _setting("default", "ALSA device in a call")
    speaker: str = _setting("default", "ALSA device in a call")


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """Telephone calls and text messages by a GSM modem."""

    port: str = _setting("", "Like /dev/serial/by-id/usb-...; empty: no modem")
    baud: int = _setting(115200, "Speed of the port", low=1200, high=4000000)
    pin: str = _setting("", "Of the SIM card; tried once")
    audio_port: str = _setting("", "Second port that carries the call's sound, where it has one")


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """An alarm receiving centre, by SCAIP."""

    controller: str = _setting("", "The number of this home at the centre; empty: no centre")
    routes: str = _setting("", "SIP addresses of the centre, the first one first, blanks between")
    username: str = _setting("", "As the centre gave it")
    password: str = _setting("", "As the centre gave it")


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """The family's web page, and pendants that report over the web; docs/console.md."""

    listen: str = _setting("", "Address and port, like 0.0.0.0:8095; empty: no page")
    url: str = _setting(
        "", "What the family's phones open, like https://anban.example; empty: no links in messages"
    )
    certificate: str = _setting("", "PEM file with the chain; empty: a proxy in front does TLS")
    key: str = _setting("", "PEM file; empty: it is in the certificate's")


@dataclass(frozen=True, slots=True)
class SelfTestSettings:
    """The daily self-test and the sign of life to the outside; docs/selftest.md."""

    chime: bool = _setting(
        True, "Sound a chime and listen for it; false where the device cancels its own echo"
    )
    heartbeat_url: str = _setting(
        "", "Asked while all is well, like https://hc-ping.com/...; told at .../fail; empty: none"
    )
    heartbeat_minutes: int = _setting(5, "Between two of them", low=1, high=1440)
    centre_minutes: int = _setting(
        0, "Between two signs of life to the alarm centre; 0: none", low=0, high=1440
    )


@dataclass(frozen=True, slots=True)
class RadarSettings:
    """A millimetre-wave radar that sees falls; docs/radar.md."""

    port: str = _setting("", "Its data port, or file: and a recording; empty: no radar")
    protocol: str = _setting("", "Which radar: xwr68xx, xwrl6432, mr60fda2, ld2450 …")
    config: str = _setting("", "TI boards: the .cfg that is sent at each start")
    command_port: str = _setting("", "TI boards: where the .cfg goes; empty: the data port")
    place: str = _setting("", "Its room, as the family is to hear it")
    height_metres: float = _setting(1.8, "Of the sensor over the floor", low=0.2, high=6)
    tilt_degrees: float = _setting(
        0.0, "Looking down is positive, 90 hangs on the ceiling", low=-45, high=90
    )
    yaw_degrees: float = _setting(
        0.0, "Where it looks, counter-clockwise from the room's y axis", low=-360, high=360
    )
    zones: dict[str, str] = _setting(
        {}, "Places by name: kind (bed, sofa, bathroom, door, ignored), x from, to, y from, to"
    )


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """A camera that sees who is there; no falls yet; docs/camera.md."""

    source: str = _setting(
        "",
        "/dev/video0, rtsp://user:password@address/stream, or file: and a video; empty: no camera",
        is_secret=True,
    )
    place: str = _setting("", "Its room, as the family is to hear it")
    is_upside_down: bool = _setting(False, "It hangs upside down: its pictures are turned")


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """A robot over a serial line; docs/robot.md."""

    port: str = _setting(
        "", "Like /dev/serial/by-id/usb-..., usb:1a86:7523 or socket://host:port; empty: none"
    )
    driver: str = _setting("anban", "anban, create2, or an installed one")
    dock_x_metres: float = _setting(
        0.0, "Where its charger is, in the radar's room", low=-50, high=50
    )
    dock_y_metres: float = _setting(
        0.0, "Where its charger is, in the radar's room", low=-50, high=50
    )
    dock_heading_degrees: float = _setting(
        90.0, "Where it looks on its charger, counter-clockwise from the x axis", low=-360, high=360
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All of anban.toml."""

    language: str = _setting(LANGUAGES[0], "The language of the home", choices=LANGUAGES)
    elder_name: str = _setting("", "What Anban calls the elder until told otherwise by voice")
    log_level: str = _setting(
        "info", "How much is logged", choices=("debug", "info", "warning", "error")
    )
    ear: EarSettings = field(default_factory=EarSettings)
    mouth: MouthSettings = field(default_factory=MouthSettings)
    dialogue: DialogueSettings = field(default_factory=DialogueSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    emergency: EmergencySettings = field(default_factory=EmergencySettings)
    phone: PhoneSettings = field(default_factory=PhoneSettings)
    modem: ModemSettings = field(default_factory=ModemSettings)
    centre: CentreSettings = field(default_factory=CentreSettings)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    selftest: SelfTestSettings = field(default_factory=SelfTestSettings)
    radar: RadarSettings = field(default_factory=RadarSettings)
    camera: CameraSettings = field(default_factory=CameraSettings)
    robot: RobotSettings = field(default_factory=RobotSettings)
    sensors: dict[str, SensorSettings] = field(default_factory=dict)
    sensor_rules: dict[str, SensorRule] = field(default_factory=dict)
    skills: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """`[skills.NAME]` as it stands in the file: the process that runs the skills holds it against
    what each of them declares."""


def home_folder() -> Path:
    """The data folder: `$ANBAN_HOME`, else the platform's place for this user's data."""
    return Path(os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("anban")).absolute()


def settings_file(home: Path) -> Path:
    """Give the path of a home's settings."""
    return home / "anban.toml"


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What a file held."""

    settings: Settings
    """The default stands for whatever cannot be used."""
    problems: tuple[str, ...] = ()
    """What cannot be used and why: `file:line: field: problem`."""


def read(path: Path) -> ReadSettings:
    """Read a settings file as far as it can be read; a missing one means all defaults."""
    if path.exists() and not path.is_file():  # a pipe would be waited for, for ever
        return ReadSettings(Settings(), (f"{path}: cannot be read: it is no file",))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ReadSettings(Settings())
    except OSError as error:
        return ReadSettings(Settings(), (f"{path}: cannot be read: {error.strerror}",))
    tables, problems = read_tables(raw)
    settings, misfits = fitted(Settings, tables)
    problems += [Problem(dotted, line_of(raw, dotted), what) for dotted, what in misfits]
    problems.sort(key=lambda problem: problem.line)
    return ReadSettings(settings, tuple(problem.at(path) for problem in problems))


def load(path: Path) -> Settings:
    """Read a settings file that must be right as a whole; a missing one means all defaults.

    Raises:
        SettingsError: not readable, not TOML, an unknown field, a wrong type, out of bounds.
    """
    known = read(path)
    if known.problems:
        raise SettingsError(known.problems[0])
    return known.settings


def example() -> str:
    """The whole of anban.example.toml: every setting, its meaning and its default."""
    lines = ["# Settings of Anban. Every line is optional; these are the defaults.", ""]
    hints = get_type_hints(Settings)
    defaults = Settings()
    for item in fields(Settings):
        if "help" in item.metadata:
            lines += _example_lines(item, getattr(defaults, item.name))
    for table in fields(Settings):
        if is_dataclass(hints[table.name]):
            lines += ["", *section_lines(table.name, getattr(defaults, table.name))]
        elif named := _named(hints[table.name]):  # as remarks: without a name there is none
            shown = section_lines(f"{table.name}.NAME", named())
            lines += ["", *(line if line.startswith("#") else f"# {line}" for line in shown)]
    lines += ["", "# Settings of a skill that was added: [skills.NAME]; `anban skills settings`"]
    return "\n".join(lines) + "\n"


def _named(hint: Any) -> type[Any] | None:
    """What each section is, if there are several of a kind, by name: `[sensors.front_door]`."""
    is_table = get_origin(hint) is dict and is_dataclass(get_args(hint)[1])
    return get_args(hint)[1] if is_table else None


def section_lines(name: str, section: Any) -> list[str]:
    """A section as TOML: every setting with its meaning, its bounds and its value there."""
    lines = [f"# {(type(section).__doc__ or '').partition(chr(10))[0]}", f"[{name}]"]
    inner = []
    for item in fields(section):
        value = getattr(section, item.name)
        if is_dataclass(value):
            inner += ["", *section_lines(f"{name}.{item.name}", value)]
        else:
            lines += _example_lines(item, value)
    return lines + inner


def to_json(settings: Settings) -> dict[str, Any]:
    """The settings as JSON values, for a child."""
    return asdict(settings)


def from_json(data: dict[str, Any]) -> Settings:
    """The settings that `to_json` gave."""
    return _converter().structure(data, Settings)


def toml_value(value: Any) -> str:
    """A setting's value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _example_lines(item: Any, default: Any) -> list[str]:
    bounds = item.metadata
    limits = ""
    if "choices" in bounds:
        limits = f" ({', '.join(str(each) for each in bounds['choices'])})"
    elif "low" in bounds:
        limits = f" ({bounds['low']} to {bounds['high']})"
    meaning = [f"# {bounds['help']}{limits}"] if "help" in bounds else []
    return [*meaning, f"{item.name} = {toml_value(default)}"]


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)

    def strict(kind: type) -> Any:
        def check(value: Any, _: type) -> Any:
            # TOML has types of its own: "1" is no number, and true is not 1.
            allowed = (int, float) if kind is float else (kind,)
            if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
                raise TypeError(f"expected {kind.__name__}, found {value!r}")
            return kind(value)

        return check

    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, strict(kind))
    return converter
