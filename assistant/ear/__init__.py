"""The child that hears: from the microphone to words.

`python -m assistant.ear` is the child; `assistant.ear.transcribe` hears a recording, and
`assistant.ear.check` is what `anban doctor` asks.  Nothing is imported here, so that whoever
wants a part does not load the recogniser.
"""
