"""Millimetre-wave radars: bytes to frames, one driver a protocol, and recordings of them."""

from perception.radar.frames import ChestPhase, PointCloud, RadarFrame, Target
from perception.radar.protocols import PROTOCOLS, Protocol, UnknownRadarError, protocol_named
from perception.radar.recording import (
    Block,
    Recording,
    RecordingError,
    RecordingFault,
    RecordingWriter,
    open_recording,
)
from perception.radar.serial_port import PortSettings, RadarFound, RadarLost, SerialRadar
from perception.radar.stream import Parser, ParserStatistics
from perception.radar.ti_config import RadarConfigError, read_config, send_config

__all__ = [
    "PROTOCOLS",
    "Block",
    "ChestPhase",
    "Parser",
    "ParserStatistics",
    "PointCloud",
    "PortSettings",
    "Protocol",
    "RadarConfigError",
    "RadarFound",
    "RadarFrame",
    "RadarLost",
    "Recording",
    "RecordingError",
    "RecordingFault",
    "RecordingWriter",
    "SerialRadar",
    "Target",
    "UnknownRadarError",
    "open_recording",
    "protocol_named",
    "read_config",
    "send_config",
]
