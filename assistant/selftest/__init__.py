"""Anban looks after itself: the daily self-test, and the sign of life to the outside."""
