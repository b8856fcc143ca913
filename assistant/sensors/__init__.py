"""Sensors of added packages: their children, what they tell, and what is done about it.

docs/sensors.md.
"""
