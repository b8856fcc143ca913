"""How English sounds: letters for what is heard, the rest left out."""


def sound(letters: str) -> str:
    """Give words that sound alike one form (Metaphone); spaces do not count."""
    from jellyfish import metaphone  # noqa: PLC0415 (only when names are compared)

    return str(metaphone(letters))
