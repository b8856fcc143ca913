"""anban.toml: every setting with its unit, default and bounds, checked when it is read."""

from assistant.settings.declaring import setting
from assistant.settings.model import (
    HOME_VARIABLE,
    LANGUAGES,
    CameraSettings,
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
    section_lines,
    settings_file,
    to_json,
    toml_value,
)
from assistant.settings.reading import (
    MAX_FILE_BYTES,
    Problem,
    fitted,
    line_of,
    placed,
    read_tables,
)
from assistant.settings.sensors import SensorRule, SensorSettings
from assistant.settings.slips import name_meant

__all__ = [
    "HOME_VARIABLE", "LANGUAGES", "MAX_FILE_BYTES", "CameraSettings", "CentreSettings",
    "ConsoleSettings", "DialogueSettings", "EarSettings", "EmergencySettings", "ModelSettings",
    "ModemSettings",
    "MouthSettings", "PhoneSettings", "Problem", "RadarSettings", "ReadSettings", "RobotSettings",
    "SelfTestSettings", "SensorRule", "SensorSettings", "Settings", "SettingsError", "example",
    "fitted", "from_json", "home_folder", "line_of", "load", "name_meant", "placed", "read",
    "read_tables", "section_lines", "setting", "settings_file", "to_json", "toml_value",
]  # fmt: skip
