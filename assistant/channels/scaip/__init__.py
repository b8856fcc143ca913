"""Alarms to a professional alarm receiving centre: SCAIP (SS 91100:2014, CLC/TS 50134-9)."""

from assistant.channels.scaip.channel import (
    CALLBACK,
    NO_CALLBACK,
    CentreSettings,
    ScaipCentre,
)

__all__ = ["CALLBACK", "NO_CALLBACK", "CentreSettings", "ScaipCentre"]
