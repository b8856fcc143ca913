"""What somebody most likely meant by an address that cannot be understood."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import Final

from assistant.channels import AddressError
from assistant.channels.addresses import is_emergency_number, is_host, phone_number
from assistant.channels.registry import OURS

_CHINESE_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_TELEPHONE_WORDS: Final = re.compile(
    r"(?:电话|手机|座机|(?:tele?)?phone|mobile|tel|call)[^\w+]*", re.IGNORECASE
)
_TEXT_WORDS: Final = re.compile(r"(?:短信|text|sms)[^\w+]*", re.IGNORECASE)
_MAIL: Final = re.compile(r"(?:mailto:|email:)?([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_NTFY: Final = re.compile(r"(?:https?:(?://)?)?ntfy\.sh/([\w-]+)")
_OFTEN: Final = (*OURS, "ntfy", "ntfys", "bark", "barks", "mailto", "mailtos", "wecombot")
_OFTEN_MEANT: Final = (*_OFTEN, "dingtalk", "feishu", "tgram", "pover", "discord", "slack")
"""The schemes that a slip of the finger is compared with; Apprise has a hundred more."""


def likely(text: str, country: str) -> str:
    """Give the address that was most likely meant, in the form to type; empty: no idea.

    Args:
        text: what was typed.
        country: the country code of the home's telephones, like 86; empty: not known.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _NTFY.fullmatch(plain):
        return f"ntfy://{match[1]}"
    if match := _MAIL.fullmatch(plain):
        return f"sip:{match[1]}"
    for words, scheme in ((_TEXT_WORDS, "sms"), (_TELEPHONE_WORDS, "tel"), (None, "tel")):
        begun = words.match(plain) if words is not None else None
        if words is not None and begun is None:
            continue
        if number := _number(plain[begun.end() if begun else 0 :], country):
            return f"{scheme}:{number}"
    scheme, colon, rest = plain.partition(":")
    scheme = scheme.strip().lower()
    if not colon:
        return f"https://{plain}" if "/" in plain and is_host(plain.partition("/")[0]) else ""
    near = get_close_matches(scheme, _OFTEN_MEANT, 1, 0.6)
    meant = (near[0] if near else scheme) + colon + rest.strip()
    return meant if near and meant != text else ""


def _number(text: str, country: str) -> str:
    """A telephone number with its country's code; without one it cannot be rung from everywhere."""
    try:
        number = phone_number(text)
    except AddressError:
        return ""
    if is_emergency_number(number) or number.startswith("+"):
        return number
    if number.startswith("00"):
        return f"+{number[2:]}"
    if _CHINESE_MOBILE.fullmatch(number) and country in {"", "86"}:
        return f"+86{number}"
    if country and number.startswith(country) and len(number) > 10:
        return f"+{number}"
    return f"+{country}{number.removeprefix('0')}" if country and len(number) > 6 else number
