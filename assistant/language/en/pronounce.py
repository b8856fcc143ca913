"""From English words to what espeak-ng's English voices read right."""

import re

from assistant.language.text import HAN

_HAN_RUN = re.compile(rf"[{HAN}]+")
_PUNCTUATION = str.maketrans("，。！？；：、（）“”‘’", ",.!?;:,,,\"\"''")
_SILENT = re.compile(r"[^\sA-Za-zÀ-ɏ\d,.!?;:'\"()-]")


def pronounce(text: str) -> str:
    """Write Chinese names in plain letters (the English voices say "Chinese letter")."""
    text = _HAN_RUN.sub(_romanised, text).translate(_PUNCTUATION)
    return re.sub(r"\s+", " ", _SILENT.sub(" ", text)).strip()


def _romanised(match: re.Match[str]) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (0.4 s: only for Chinese inside English)

    return f" {''.join(lazy_pinyin(match[0])).capitalize()} "
