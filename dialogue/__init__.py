"""Rasa's project: an environment of its own (Python 3.10), run as a process beside the core.

Nothing here imports the assistant, and the assistant imports nothing from here: they share a
command line (`python -m dialogue.train`, `python -m dialogue.serve`) and HTTP on loopback.
"""
