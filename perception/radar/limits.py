"""How far a value may go before it is taken for a broken sensor's word."""

from typing import Final

FARTHEST_METRES: Final = 30.0
"""Indoor radars of this class see 10 to 18 m."""
