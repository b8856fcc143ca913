"""The camera: whether it may look, and what the process that looks must know."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.services.request import Request, request
from assistant.settings import CameraSettings


@dataclass(frozen=True, slots=True)
class CameraState:
    """How the camera is set, and whether it was told not to look."""

    settings: CameraSettings
    """With the password of its address: only the process that looks is told."""
    is_private: bool


@request("camera.state")
class GetCamera(Request[CameraState]):
    """How it is now; later changes come as `CameraPrivacyChanged`."""


@request("camera.privacy")
class SetCameraPrivacy(Request[bool]):
    """Look no more, or again; whether it will hold after a restart, too."""

    is_private: bool
