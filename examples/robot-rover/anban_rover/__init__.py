"""A robot driver for Anban, as an example."""
