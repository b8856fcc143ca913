"""What is left of a word on a bad line: the skeleton of its consonants."""

from typing import Final

_ROUGH_LETTER: Final = str.maketrans(
    {"P": "B", "T": "D", "K": "G", "F": "B", "V": "B", "Z": "S", "X": "S", "J": "S", "M": "N"}
    | {"0": "D", "C": "S", "Q": "G", "H": None, "W": None, "Y": None}
    | dict.fromkeys("AEIOU")
)


def skeleton(sound: str) -> str:
    """Give the consonants of a word's sound, those that are easily mixed up made one."""
    rough = sound.upper().translate(_ROUGH_LETTER)
    return "".join(a for a, b in zip(rough, f"{rough[1:]} ", strict=False) if a != b)
