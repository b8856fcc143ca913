"""The core: the one place that knows every room, builds them from the settings and runs them."""

from assistant.core.core import ALL, EAR_FIRST_SECONDS, TEXT_ONLY, Core, CoreOptions, running

__all__ = ["ALL", "EAR_FIRST_SECONDS", "TEXT_ONLY", "Core", "CoreOptions", "running"]
