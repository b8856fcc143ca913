"""Anban looks after itself: the daily self-test, the sign of life to the outside, the drill."""
