"""anban.toml: every setting with its unit, default and bounds, checked when it is read."""

from assistant.settings.model import (
    HOME_VARIABLE,
    LANGUAGES,
    CentreSettings,
    ConsoleSettings,
    DialogueSettings,
    EarSettings,
    EmergencySettings,
    ModelSettings,
    ModemSettings,
    MouthSettings,
    PhoneSettings,
    RadarSettings,
    ReadSettings,
    RobotSettings,
    SelfTestSettings,
    Settings,
    SettingsError,
    example,
    from_json,
    home_folder,
    load,
    read,
    settings_file,
    to_json,
    toml_value,
)
from assistant.settings.reading import MAX_FILE_BYTES, Problem, fitted, line_of, read_tables
from assistant.settings.sensors import SensorRule, SensorSettings

__all__ = [
    "HOME_VARIABLE", "LANGUAGES", "MAX_FILE_BYTES", "CentreSettings", "ConsoleSettings",
    "DialogueSettings", "EarSettings", "EmergencySettings", "ModelSettings", "ModemSettings",
    "MouthSettings", "PhoneSettings", "Problem", "RadarSettings", "ReadSettings", "RobotSettings",
    "SelfTestSettings", "SensorRule", "SensorSettings", "Settings", "SettingsError", "example",
    "fitted", "from_json", "home_folder", "line_of", "load", "read", "read_tables",
    "settings_file", "to_json", "toml_value",
]  # fmt: skip
