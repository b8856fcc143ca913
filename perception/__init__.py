"""Sensors to events: what happens in the room, told without knowing who listens."""
