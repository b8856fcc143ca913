"""Rasa without its habits: no telemetry, and no line of log that could hold a word of the elder."""

from __future__ import annotations

import logging
import os
import warnings


def prepare() -> None:
    """What Rasa reads when it is imported; to be called before."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["LOG_LEVEL"] = "CRITICAL"
    os.environ["LOG_LEVEL_LIBRARIES"] = "CRITICAL"
    # Not a filter: what is imported after this puts filters of its own in place.
    warnings.showwarning = lambda *_, **__: None


def silence(*, keep_info: bool = False) -> None:
    """Let through only what ends the process; to be called once Rasa is imported.

    With `keep_info` a logger may still be listened to by name (training, where nobody speaks).
    """
    # Only now: importing Rasa reads what `prepare` sets.
    from rasa.utils.common import configure_logging_and_warnings  # noqa: PLC0415
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    configure_logging_and_warnings(logging.CRITICAL, warn_only_once=False)
    configure_structlog(logging.CRITICAL)
    if not keep_info:
        logging.disable(logging.ERROR)
