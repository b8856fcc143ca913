"""The child that speaks: synthesis, playing, and the order in which things are said.

`python -m assistant.mouth` is the child; `assistant.mouth.check` is what `anban doctor` asks.
Nothing is imported here, so that the voice process starts without numpy and the sound system.
"""
