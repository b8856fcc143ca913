"""The GSM 7-bit default alphabet and its packing (3GPP TS 23.038, section 6)."""

from __future__ import annotations

from typing import Final

ESCAPE: Final = 0x1B

# Position is code; \x1b stands where the escape to the extension table is.
_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_CODES: Final = {character: (code,) for code, character in enumerate(_BASIC) if code != ESCAPE} | {
    character: (ESCAPE, code) for character, code in _EXTENSION.items()
}
_EXTENDED: Final = {code: character for character, code in _EXTENSION.items()}


def septets(character: str) -> tuple[int, ...] | None:
    """Give one or two codes of a character; None if the alphabet does not have it."""
    return _CODES.get(character)


def text_of(codes: list[int]) -> str:
    """Give the text of codes; an unknown extension is shown as a blank, as the standard says."""
    characters = []
    is_escaped = False
    for code in codes:
        if is_escaped:
            characters.append(_EXTENDED.get(code, " "))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            characters.append(_BASIC[code])
    return "".join(characters)


def pack(codes: list[int], fill_bits: int = 0) -> bytes:
    """Pack codes as octets, least significant bit first, after some zero bits of filling."""
    bits = sum(code << (7 * place) for place, code in enumerate(codes)) << fill_bits
    return bits.to_bytes((7 * len(codes) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> list[int]:
    """Unpack `count` codes of octets."""
    bits = int.from_bytes(octets, "little") >> fill_bits
    return [bits >> (7 * place) & 0x7F for place in range(count)]
