"""Cleaning of heard and typed text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import (
    HEARD_CHARACTERS_MAX,
    LanguageError,
    NoWordsError,
    TextTooLongError,
    clean,
)


@pytest.mark.parametrize(
    ("heard", "cleaned"),
    [
        ("今天 天气 怎么样", "今天天气怎么样"),
        ("/restart", "restart"),
        (" / /／greet{}", "greet{}"),
        ("\x00/\u200b/help", "help"),
        ("ＡＢＣ１２３", "ABC123"),
        ("  take   my\tpills\n", "take my pills"),
        ("吃 2 片 ibuprofen 吧", "吃 2 片 ibuprofen 吧"),
        ("好👍", "好"),
        ("café", "café"),
        ("7", "7"),
    ],
)
def test_clean(heard: str, cleaned: str) -> None:
    assert clean(heard) == cleaned


@pytest.mark.parametrize(
    "text", ["", "   ", "😀😀", "///", "...!?", "\x00\x01", "\u200b", "👍🏽", "—"]
)
def test_no_words(text: str) -> None:
    with pytest.raises(NoWordsError):
        clean(text)


@pytest.mark.parametrize(
    "text", ["好" * (HEARD_CHARACTERS_MAX + 1), "a" * 10_000_000, "ﷺ" * HEARD_CHARACTERS_MAX]
)
def test_too_long(text: str) -> None:
    with pytest.raises(TextTooLongError, match="shorter"):
        clean(text)


@given(st.text(max_size=600))
def test_clean_text_is_plain_or_refused(text: str) -> None:
    try:
        cleaned = clean(text)
    except LanguageError:
        return
    assert clean(cleaned) == cleaned
    assert not cleaned.startswith("/")
    assert len(cleaned) <= HEARD_CHARACTERS_MAX
    assert all(character.isprintable() for character in cleaned)
