"""Perception as a child of the core: `python -m assistant.senses`."""
