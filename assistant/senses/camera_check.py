"""Checks whether the camera of the settings gives pictures, from beside the core."""

from __future__ import annotations

import time
from typing import Final

from assistant.services.findings import CheckResult, found
from assistant.settings import CameraSettings

SENSOR: Final = "camera"
LOOK_SECONDS: Final = 15.0
HIDDEN: Final = "it was told not to look, and is closed"


def camera_finding(wanted: CameraSettings, *, is_private: bool) -> CheckResult:
    """Open it and look for a picture, if it may look.  Blocks for some seconds."""
    if is_private:
        return found(SENSOR, is_well=True, detail=HIDDEN)
    try:
        is_well, detail = _look(wanted)
    except ImportError as error:
        is_well, detail = False, f"OpenCV, which reads cameras, cannot be loaded: {error}"
    return found(SENSOR, is_well=is_well, detail=detail)


def _look(wanted: CameraSettings) -> tuple[bool, str]:
    from perception.camera.capture import Capture, Lost  # noqa: PLC0415  (OpenCV)
    from perception.camera.sensor import CameraSensor  # noqa: PLC0415
    from perception.camera.source import CameraError, CameraSource  # noqa: PLC0415
    from perception.onnx_model import ModelError  # noqa: PLC0415

    try:
        source = CameraSource.of(wanted.source)
        sensor = CameraSensor(is_upside_down=wanted.is_upside_down)
    except (CameraError, ModelError) as error:
        return False, str(error)
    capture = Capture(source)
    until = time.monotonic() + LOOK_SECONDS
    try:
        while time.monotonic() < until:
            told = capture.take(until - time.monotonic())
            if isinstance(told, Lost):
                return False, told.reason
            if told is not None:
                sensor.take(told)
                width, height = told.size
                return True, f"{source.name} gives pictures of {width} by {height} pixels"
    finally:
        capture.close()
    return False, f"The camera {source.name} has sent no picture for {LOOK_SECONDS:.0f} s."
