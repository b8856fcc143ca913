"""Alarms: what raises them, how they go on, whom they call, what is said of them."""
