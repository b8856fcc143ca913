"""`anban demo`: a synthetic elder talks with the real pipeline; no hardware is needed."""

from assistant.demo.run import DemoError, run_demo

__all__ = ["DemoError", "run_demo"]
