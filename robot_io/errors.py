"""Everything that can go wrong between a program and a robot, as one tree of errors."""


class RobotError(Exception):
    """Any failure of this package; the message says what happened and what to do next."""


class LinkError(RobotError):
    """The serial port cannot be opened, or was lost."""


class NotARobotError(RobotError):
    """Something answers on the port (or nothing does), but it is not this kind of robot."""


class VersionError(RobotError):
    """The robot's firmware speaks another version of the protocol."""


class ProtocolError(RobotError):
    """Bytes that no correct peer sends: wrong size, unknown code, a value that does not fit."""


class LimitError(RobotError, ValueError):
    """A value that is not a number or is beyond the robot's limit; nothing was sent."""


class NotSupportedError(RobotError):
    """This robot has no such part."""


class BusyError(RobotError):
    """Too many commands wait already; nothing was sent."""


class RefusedError(RobotError):
    """The robot understood the command and refused it; `reason` is the robot's code for why."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class StoppedError(RobotError):
    """A stop (or a newer motion) overtook this command; it will not be carried out."""


class NotAcknowledgedError(RobotError):
    """No answer in time: the command may or may not have been carried out."""


class DriverError(RobotError):
    """No usable driver of this name is installed."""
