"""The numbers of the line: kinds of frames, answers, reasons, parts, and limits.

PROTOCOL.md lists the same for those who write firmware.
"""

from enum import IntEnum, IntFlag

DEAD_MAN_MS = 500
WINDOW_MAX = 32
DRIVE_MAX_MS = 10_000
LOOK_MAX_MS = 10_000
ERRAND_MAX_MS = 300_000


class Type(IntEnum):
    """The second byte of a frame. From 0x80 on the robot speaks."""

    HELLO = 0x01
    HEARTBEAT = 0x02
    STOP = 0x03
    NOTHING = 0x0F
    DRIVE = 0x10
    GO_TO = 0x11
    DOCK = 0x12
    UNDOCK = 0x13
    LOOK = 0x14
    RELEASE = 0x15
    FACE = 0x20
    TEXT = 0x21
    LIGHT = 0x22
    CHIME = 0x23
    VOLUME = 0x24
    READ = 0x30
    PLACES = 0x31
    WELCOME = 0x81
    ACKNOWLEDGE = 0x82
    REFUSAL = 0x83
    STATE = 0x84
    ALIVE = 0x85
    STOPPED = 0x86


MOTIONS = frozenset({Type.DRIVE, Type.GO_TO, Type.DOCK, Type.UNDOCK, Type.LOOK})
COMMANDS = frozenset(kind for kind in Type if Type.NOTHING <= kind < Type.WELCOME)


class Status(IntEnum):
    """How the robot answers a command."""

    DONE = 0
    UNKNOWN = 1
    MALFORMED = 2
    BEYOND_LIMIT = 3
    NOT_SUPPORTED = 4
    DOCKED = 5
    EMERGENCY_STOP = 6
    BLOCKED = 7
    HELD = 8
    CANCELLED = 9
    NO_SUCH_PLACE = 10
    NOT_HELD = 11


class Reason(IntEnum):
    """Why a frame was refused before it was looked at."""

    VERSION = 1
    NO_SESSION = 2
    OUT_OF_ORDER = 3
    STALE_SESSION = 4


class End(IntEnum):
    """Why the last motion ended; NONE while it runs, or when there was none."""

    NONE = 0
    FINISHED = 1
    STOPPED = 2
    REPLACED = 3
    TIME_UP = 4
    BUMPER = 5
    CLIFF = 6
    LIFTED = 7
    HEARTBEAT = 8
    EMERGENCY_STOP = 9
    FAILED = 10


class Motion(IntEnum):
    """What the wheels are doing."""

    IDLE = 0
    DRIVE = 1
    GO_TO = 2
    DOCK = 3
    UNDOCK = 4


class Part(IntFlag):
    """What a robot has."""

    WHEELS = 1 << 0
    HEAD = 1 << 1
    FACE = 1 << 2
    TEXT = 1 << 3
    LIGHT = 1 << 4
    CHIME = 1 << 5
    VOLUME = 1 << 6
    BATTERY = 1 << 7
    BUMPERS = 1 << 8
    CLIFF_SENSORS = 1 << 9
    BUTTON = 1 << 10
    DOCKING = 1 << 11
    NAVIGATION = 1 << 12
    DEAD_MAN = 1 << 13


class Flag(IntFlag):
    """States a robot reports."""

    DOCKED = 1 << 0
    CHARGING = 1 << 1
    EMERGENCY_STOP = 1 << 2
    LOW_BATTERY = 1 << 3
    LIFTED = 1 << 4
