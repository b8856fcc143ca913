"""Kinds of faults found in use: no word is dropped in silence, no digit used twice."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language import HEARD_CHARACTERS_MAX, LanguageError, language
from tests.language.canonical import Row, Verdict, judge, rows
from tests.language.test_when import NOW, WORDS

MORE_WORDS = {
    "zh": ["片", "毫克", "不", "除了", "零点五"],
    "en": ["tablets", "mg", "not", "but", "except"],
}
HERE = Path(__file__).parent
ROWS = [row for lang in ("zh", "en") for row in rows(HERE / f"kinds_{lang}.tsv", lang)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.lang}-{row.said}")
def test_kind(row: Row) -> None:
    verdict, told = judge(row)
    assert verdict is Verdict.RIGHT, f"{row.said}: {told}, and it means {row.means}"


def test_no_sentence_stands_twice() -> None:
    said = [(row.lang, row.now, row.said) for row in ROWS]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("lang", WORDS)
@given(data=st.data())
@settings(max_examples=200)
def test_every_word_has_one_owner(lang: str, data: st.DataObject) -> None:
    """Spans of different owners never overlap, and nothing used is left over as well."""
    words = [
        *WORDS[lang],
        *(("片", "毫克", "不", "除了") if lang == "zh" else ("tablets", "mg", "not")),
    ]
    text = ("" if lang == "zh" else " ").join(
        data.draw(st.lists(st.sampled_from(words), max_size=12))
    )
    try:
        read = language(lang).read(text, NOW.date(), ())
    except LanguageError:
        return
    owners: dict[int, set[str]] = {}
    for span in read.spans:
        for at in range(span.start, span.end):
            owners.setdefault(at, set()).add(span.owner)
    assert all(len(each) == 1 for each in owners.values()), text
    unread = [left for left in read.leftover if left.kind != "unclear"]
    assert not any(at in owners for left in unread for at in range(left.start, left.end)), text


@pytest.mark.parametrize(
    ("lang", "piece"),
    [
        *(
            ("zh", piece)
            for piece in ("每", "一", "点", "一点", "半", "七点一片", "不", "周一", "，")
        ),
        *(
            ("en", piece)
            for piece in ("a ", "at ", "one ", "at one ", "every ", "and ", "no ", "1:")
        ),
    ],
)
def test_a_long_sentence_of_one_word_is_read(lang: str, piece: str) -> None:
    text = (piece * HEARD_CHARACTERS_MAX)[:HEARD_CHARACTERS_MAX]
    try:
        language(lang).read(text, NOW.date(), ())
    except LanguageError:
        return
