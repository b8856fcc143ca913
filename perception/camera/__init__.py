"""A camera: its pictures, the people in them, and what is wrong with either."""
