"""The core: the one place that knows every room, builds them from the settings and runs them."""

from assistant.core.core import Core, running
from assistant.core.options import ALL, TEXT_ONLY, CoreOptions

__all__ = ["ALL", "TEXT_ONLY", "Core", "CoreOptions", "running"]
