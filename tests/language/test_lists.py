"""Lists by people who have not seen the rules: what is not understood is asked, never misread."""

from pathlib import Path

import pytest

from tests.language.canonical import Verdict, judge, rows

LISTS = sorted(
    file
    for name in ("fresh", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    for file in Path(__file__).parent.glob(f"{name}_*.tsv")
)


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem)
def test_nothing_of_a_list_is_misread(file: Path) -> None:
    judged = [(row, *judge(row)) for row in rows(file, file.stem[-2:])]
    assert judged
    wrong = [(row.said, told) for row, verdict, told in judged if verdict is Verdict.WRONG]
    assert not wrong
