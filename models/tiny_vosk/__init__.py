"""Builder of small Vosk models for a closed list of phrases, from synthetic speech alone.

They serve the demo and the tests; they do not understand people.
"""
