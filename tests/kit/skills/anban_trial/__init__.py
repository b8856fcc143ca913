"""A skill of the kit's tests, installed nowhere."""
