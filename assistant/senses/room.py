"""Makes perception's room of the settings; a zone that cannot be is named."""

from __future__ import annotations

from typing import Final

from assistant.settings import RadarSettings
from perception.radar.room import MountingPose, Room, RoomError, Zone, ZoneKind

_ZONE_NUMBERS: Final = 4


def room_of(settings: RadarSettings) -> Room:
    """Make the room that the settings describe.

    Raises:
        RoomError: a zone or a mounting that cannot be, with the way to write it.
    """
    pose = MountingPose(settings.height_metres, settings.tilt_degrees, settings.yaw_degrees)
    return Room(pose, zones=tuple(_zone(*item) for item in settings.zones.items()))


def _zone(name: str, text: str) -> Zone:
    kind, *numbers = text.split() or [""]
    try:
        if len(numbers) != _ZONE_NUMBERS:
            raise ValueError(text)
        return Zone(name, ZoneKind(kind), *(float(number) for number in numbers))
    except RoomError:
        raise
    except ValueError:
        kinds = ", ".join(ZoneKind)
        raise RoomError(
            f"zone {name!r}: {text!r} is not a kind ({kinds}) and four numbers in metres: "
            'x from, to, y from, to, such as "bed 0.5 2.5 3 4.5"'
        ) from None
