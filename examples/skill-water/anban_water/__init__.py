"""The skill water: enough to drink."""
