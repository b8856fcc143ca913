"""Checks whether the radar of the settings sends what it should, from beside the core."""

from __future__ import annotations

import time
from typing import Final

from assistant.senses.room import room_of
from assistant.senses.source import RECORDING, pieces, protocol_of
from assistant.services.findings import CheckResult, found
from assistant.settings import RadarSettings
from perception.fall import FallModel
from perception.onnx_model import ModelError
from perception.radar import RadarLost, RecordingError, UnknownRadarError
from perception.radar.room import RoomError
from perception.sensor import SURE_FRAMES, what_is_wrong
from perception.vitals import VitalsModel

LISTEN_SECONDS: Final = 3.0


def radar_finding(wanted: RadarSettings) -> CheckResult:
    """Open its port and look for frames.  Blocks for some seconds."""
    try:
        room_of(wanted)
        FallModel()
        VitalsModel()
        problem = _problem(wanted)
    except (RoomError, UnknownRadarError, RecordingError, ModelError) as error:
        problem = str(error)
    detail = problem or f"{protocol_of(wanted).name} answers at {wanted.port}"
    return found("radar", is_well=not problem, detail=detail)


def _problem(wanted: RadarSettings) -> str:
    protocol = protocol_of(wanted)
    if wanted.port.startswith(RECORDING):
        return ""
    parser, heard = protocol.parser(), bytearray()
    frames = 0
    until = time.monotonic() + LISTEN_SECONDS
    for at, piece in pieces(wanted):
        if isinstance(piece, RadarLost):
            return piece.reason
        if isinstance(piece, bytes):
            heard += piece
            frames += len(parser.feed(piece))
            if parser.statistics.foreign_frames >= SURE_FRAMES:
                return what_is_wrong(bytes(heard), protocol)
            if frames and not parser.FOREIGN:
                return ""
        if at >= until:
            break
    if frames:
        return ""
    if heard:
        return (
            f"{len(heard)} bytes came, none of it readable as {protocol.name}: which radar is it?"
        )
    return f"nothing came in {LISTEN_SECONDS:.0f} s; is it on, and the port its data port?"
