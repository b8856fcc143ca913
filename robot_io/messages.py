"""The messages inside the frames: one dataclass each, integers in the units of the line.

Every message is a fixed part (little-endian) and, for a few, a UTF-8 text that fills the rest.
PROTOCOL.md lists the same fields for those who write firmware.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Self

from robot_io.codes import End, Motion, Type
from robot_io.errors import ProtocolError

TEXT_MAX_BYTES = 120
NAME_MAX_BYTES = 32


@dataclass(frozen=True, slots=True)
class Message:
    """Base of all messages: packs its fields by `LAYOUT`, then the text, if it has one."""

    TYPE: ClassVar[Type]
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("")
    TEXT: ClassVar[str | None] = None
    """Name of the field that holds the text at the end."""
    TEXT_MAX: ClassVar[int] = TEXT_MAX_BYTES

    def pack(self) -> bytes:
        """The payload.

        Raises:
            ProtocolError: a value does not fit its field.
        """
        names = [name for name in getattr(self, "__slots__", ()) if name != self.TEXT]
        values: Any = attrgetter(*names)(self) if names else ()
        try:
            fixed = self.LAYOUT.pack(*(values if len(names) != 1 else (values,)))
        except struct.error as error:
            raise ProtocolError(f"{self} does not fit its fields: {error}") from error
        text = getattr(self, self.TEXT).encode() if self.TEXT else b""
        if len(text) > self.TEXT_MAX:
            raise ProtocolError(f"{len(text)} bytes of text, at most {self.TEXT_MAX} fit")
        return fixed + text

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        """The message a payload holds.

        Raises:
            ProtocolError: the payload has another size, or its text is not UTF-8.
        """
        size = cls.LAYOUT.size
        if len(payload) < size or (cls.TEXT is None and len(payload) != size):
            raise ProtocolError(f"{cls.__name__} has {size} bytes, not {len(payload)}")
        values: tuple[Any, ...] = cls.LAYOUT.unpack_from(payload)
        make: Callable[..., Self] = cls
        if cls.TEXT is None:
            return make(*values)
        if len(payload) - size > cls.TEXT_MAX:
            raise ProtocolError(f"text of {len(payload) - size} bytes, at most {cls.TEXT_MAX}")
        try:
            return make(*values, payload[size:].decode())
        except UnicodeDecodeError as error:
            raise ProtocolError(f"{cls.__name__} holds a text that is not UTF-8") from error


@dataclass(frozen=True, slots=True)
class Hello(Message):
    """Opens a session; the frame's session and sequence are the ones that follow."""

    TYPE = Type.HELLO
    LAYOUT = struct.Struct("<BB")
    oldest_version: int
    newest_version: int


@dataclass(frozen=True, slots=True)
class Heartbeat(Message):
    """The host lives."""

    TYPE = Type.HEARTBEAT


@dataclass(frozen=True, slots=True)
class Stop(Message):
    """Stop now; motions of this session numbered before this frame's sequence are void."""

    TYPE = Type.STOP


@dataclass(frozen=True, slots=True)
class Nothing(Message):
    """Takes the place of a command that the host has given up."""

    TYPE = Type.NOTHING


@dataclass(frozen=True, slots=True)
class Drive(Message):
    """Roll: forward mm/s, counter-clockwise mrad/s, for so many ms, then stop."""

    TYPE = Type.DRIVE
    LAYOUT = struct.Struct("<hhI")
    linear_mm_s: int
    angular_mrad_s: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class GoTo(Message):
    """Go to a place the robot knows by name, within so many ms."""

    TYPE = Type.GO_TO
    LAYOUT = struct.Struct("<I")
    TEXT = "place"
    TEXT_MAX = NAME_MAX_BYTES
    duration_ms: int
    place: str


@dataclass(frozen=True, slots=True)
class Dock(Message):
    """Go to the charger, within so many ms."""

    TYPE = Type.DOCK
    LAYOUT = struct.Struct("<I")
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Undock(Message):
    """Come off the charger, within so many ms."""

    TYPE = Type.UNDOCK
    LAYOUT = struct.Struct("<I")
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Look(Message):
    """Turn the head: pan mrad (left is positive), tilt mrad (up is positive), within ms."""

    TYPE = Type.LOOK
    LAYOUT = struct.Struct("<hhI")
    pan_mrad: int
    tilt_mrad: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Release(Message):
    """The host knows why the robot held itself: hold number `hold` is over."""

    TYPE = Type.RELEASE
    LAYOUT = struct.Struct("<B")
    hold: int


@dataclass(frozen=True, slots=True)
class Face(Message):
    """Show a face, by its number."""

    TYPE = Type.FACE
    LAYOUT = struct.Struct("<B")
    face: int


@dataclass(frozen=True, slots=True)
class Text(Message):
    """Show a text; an empty one clears the screen."""

    TYPE = Type.TEXT
    TEXT = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Light(Message):
    """Set the light: 0 to 255 each, and a pattern by its number."""

    TYPE = Type.LIGHT
    LAYOUT = struct.Struct("<BBBB")
    red: int
    green: int
    blue: int
    pattern: int


@dataclass(frozen=True, slots=True)
class Chime(Message):
    """Play a chime, by its number."""

    TYPE = Type.CHIME
    LAYOUT = struct.Struct("<B")
    chime: int


@dataclass(frozen=True, slots=True)
class Volume(Message):
    """Loudness, 0 to 100 percent."""

    TYPE = Type.VOLUME
    LAYOUT = struct.Struct("<B")
    percent: int


@dataclass(frozen=True, slots=True)
class Read(Message):
    """Ask for the state; the answer is a `State` behind the status byte."""

    TYPE = Type.READ


@dataclass(frozen=True, slots=True)
class Places(Message):
    """Ask for the places the robot can go to; the answer is their names, one a line."""

    TYPE = Type.PLACES


@dataclass(frozen=True, slots=True)
class Welcome(Message):
    """The robot opens the session and says what it is."""

    TYPE = Type.WELCOME
    LAYOUT = struct.Struct("<BBHIHHHHHBB")
    TEXT = "name"
    TEXT_MAX = NAME_MAX_BYTES
    version: int
    window: int
    boot: int
    parts: int
    linear_max_mm_s: int
    angular_max_mrad_s: int
    pan_max_mrad: int
    tilt_max_mrad: int
    dead_man_ms: int
    firmware_major: int
    firmware_minor: int
    name: str


@dataclass(frozen=True, slots=True)
class Refusal(Message):
    """A frame was not looked at; `detail` depends on the reason (versions, next sequence)."""

    TYPE = Type.REFUSAL
    LAYOUT = struct.Struct("<BH")
    reason: int
    detail: int


@dataclass(frozen=True, slots=True)
class State(Message):
    """Everything a robot can tell about itself; sent 20 times a second and on request."""

    TYPE = Type.STATE
    LAYOUT = struct.Struct("<IiiihhHBBBBBBHBBhh")
    uptime_ms: int
    x_mm: int
    y_mm: int
    heading_mrad: int
    linear_mm_s: int
    angular_mrad_s: int
    battery_permille: int
    bumpers: int
    cliffs: int
    flags: int
    motion: int
    hold_reason: int
    hold: int
    motion_sequence: int
    end: int
    button_presses: int
    pan_mrad: int
    tilt_mrad: int

    def __post_init__(self) -> None:
        """Refuse codes that this version of the protocol does not have."""
        if self.motion > max(Motion) or max(self.end, self.hold_reason) > max(End):
            raise ProtocolError(f"a state with an unknown motion or reason: {self}")


@dataclass(frozen=True, slots=True)
class Alive(Message):
    """The answer to a heartbeat; short, so that it gets through where a state does not."""

    TYPE = Type.ALIVE


@dataclass(frozen=True, slots=True)
class Stopped(Message):
    """A stop was carried out; its sequence comes back in the frame."""

    TYPE = Type.STOPPED


BY_TYPE: dict[int, type[Message]] = {cls.TYPE: cls for cls in Message.__subclasses__()}
