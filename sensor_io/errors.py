"""What goes wrong with a sensor, told to whoever installs it."""


class SensorError(Exception):
    """A sensor cannot work as it is set; the message says why, and what to do."""
