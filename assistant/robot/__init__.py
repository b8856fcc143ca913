"""The robot as a child of the core: `python -m assistant.robot`."""
