"""Text as characters: one form for the same words, and nothing in it that is no word."""

import re
import unicodedata

from assistant.language.errors import NoWordsError, TextTooLongError

HEARD_CHARACTERS_MAX = 500
"""Longest text of one turn, in characters: about two minutes of speech."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
"""Han characters of the basic plane, for use inside a regular expression's class."""

# Not words: control and format characters, surrogates, private use, unassigned, symbols, and
# combining marks that found no base letter to melt into.
_NO_WORDS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn", "Sk", "So"})
_KEPT_SYMBOLS = frozenset("°^`")

_BEFORE_NFKC = str.maketrans({"²": "^2", "³": "^3", "⁄": "/", "∶": ":", "−": "-", "〜": "~"})
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_LEADING_COMMAND = re.compile(r"^[\s/]+")


def unify(text: str) -> str:
    """Give every character its plain form: full width to half, ℃ to °C, ½ to 1/2, any digit to 0-9.

    Emoji, control characters and other signs that are no words become spaces; line breaks stay.
    """
    characters: list[str] = []
    for character in text.translate(_BEFORE_NFKC):
        plain = unicodedata.normalize("NFKC", character)
        if "⁄" in plain:  # "1½" is one and a half, not eleven halves
            plain = " " + plain.replace("⁄", "/")
        characters.append(plain)
    # Composed once more as a whole: a letter and its accent may come as two characters.
    whole = unicodedata.normalize("NFKC", "".join(characters))
    return "".join(_word_character(character) for character in whole)


def _word_character(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character == "\n" else " "
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in _NO_WORDS and character not in _KEPT_SYMBOLS:
        # A variation selector or a joiner stands inside a word or an emoji: no gap for it.
        return "" if category in {"Mn", "Me", "Cf"} else " "
    return character


def clean(text: str) -> str:
    """Make heard or typed text fit for understanding, or refuse it.

    A leading "/" is taken off because Rasa would run what follows it as an intent.

    Raises:
        TextTooLongError: more than `HEARD_CHARACTERS_MAX` characters.
        NoWordsError: no letter, Han character or digit (two emoji were once understood as a yes).
    """
    _check_length(text.strip())
    plain = " ".join(unify(text).split())
    plain = _SPACE_BETWEEN_HAN.sub("", _LEADING_COMMAND.sub("", plain))
    _check_length(plain)
    if not any(character.isalnum() for character in plain):
        raise NoWordsError("There are no words in this text; say or type a sentence.")
    return plain


def _check_length(text: str) -> None:
    if len(text) > HEARD_CHARACTERS_MAX:
        raise TextTooLongError(
            f"This text has {len(text)} characters; one turn holds {HEARD_CHARACTERS_MAX}. "
            "Say it in shorter parts."
        )
