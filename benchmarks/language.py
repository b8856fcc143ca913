"""Times and doses understood from sentences: `python -m benchmarks.language`.

The project's own tables, lists by people who have not seen the rules (`fresh_*.tsv`,
and `third_*.tsv` to `ninth_*.tsv` beside them), what the rules made of such a list at
first sight (`first_looks.tsv`), the specifications of another parser (`../shared/data/time`, if
they are there), and sentences put together by a grammar that knows their truth.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from assistant.language import HEARD_CHARACTERS_MAX, Habits, LanguageError, understand_schedule
from benchmarks import table, write_result
from benchmarks._time_specifications import FOLDER as SPECIFICATIONS
from benchmarks._time_specifications import outcome, specifications
from tests.language.canonical import Verdict, judge, rows
from tests.language.grammar import sentence

TABLES: Final = Path(__file__).parents[1] / "tests" / "language"
LANGUAGES: Final = ("zh", "en")
LISTS: Final = {
    "fresh": "by a fresh pair of eyes",
    "third": "by a third pair of eyes",
    "fourth": "by a fourth pair of eyes",
    "fifth": "by a fifth pair of eyes",
    "sixth": "by a sixth pair of eyes",
    "seventh": "by a seventh pair of eyes",
    "eighth": "by an eighth pair of eyes",
    "ninth": "by a ninth pair of eyes",
}
_VERDICTS: Final = (Verdict.RIGHT, Verdict.ASKED, Verdict.WRONG)
WORKERS: Final = 2
CHUNK: Final = 500
LONG: Final = {
    "zh": "每天早上七点半吃一片二甲双胍，周日不吃，晚上八点四十五分吃两片阿司匹林，",
    "en": "every day at half past seven one tablet of metformin but not on sundays, and at 9 pm ",
}


def own_tables() -> list[list[str]]:
    """The rows of `tests/language`, which the tests hold to be right."""
    lines = []
    for name, what in (("when", "times alone"), ("kinds", "times and doses, by kind of fault")):
        for lang in LANGUAGES:
            file = TABLES / f"{name}_{lang}.tsv"
            written = file.read_text("utf-8").splitlines()
            many = sum(line[:1] not in {"#", ""} for line in written)
            if name == "when":
                lines.append([what, lang, str(many), "by the tests", "", ""])
            else:
                counts = Counter(judge(row)[0] for row in rows(file, lang))
                lines.append([what, lang, str(many), *_counted(counts)])
    for name, what in LISTS.items():
        for lang in LANGUAGES:
            counts = Counter(judge(row)[0] for row in rows(TABLES / f"{name}_{lang}.tsv", lang))
            lines.append([what, lang, str(counts.total()), *_counted(counts)])
    return lines


def first_looks() -> list[list[str]]:
    """What the rules made of a list before anything was mended by it."""
    lines = (TABLES / "first_looks.tsv").read_text("utf-8").splitlines()
    cells = (line.split("\t") for line in lines if not line.startswith("#"))
    looks = []
    for name, lang, *counted in cells:
        counts = Counter(dict(zip(_VERDICTS, map(int, counted), strict=True)))
        looks.append([LISTS[name], lang, str(counts.total()), *_counted(counts)])
    return looks


def foreign() -> tuple[list[list[str]], list[list[str]]]:
    """The other parser's sentences: what is ours, and what is not, with the reason."""
    ours, reasons = [], Counter[str]()
    for lang in LANGUAGES:
        outcomes = [outcome(spec) for spec in specifications(lang)]
        counts = Counter(each.verdict for each in outcomes if each.verdict)
        ours.append(["Recognizers-Text", lang, str(counts.total()), *_counted(counts)])
        reasons.update(f"{each.why} ({lang})" for each in outcomes if each.verdict is None)
    return ours, [[why, str(many)] for why, many in reasons.most_common()]


def made_up(lang: str, first: int) -> tuple[Counter[Verdict], list[str]]:
    """A chunk of the grammar's sentences: what became of them, and those that were wrong."""
    counts, wrong = Counter[Verdict](), []
    for seed in range(first, first + CHUNK):
        row = sentence(lang, seed)
        verdict, told = judge(row)
        counts[verdict] += 1
        if verdict is Verdict.WRONG:
            wrong.append(f"{seed}: {row.said}: {told}, and it means {row.means}")
    return counts, wrong


def fuzz(sentences: int) -> tuple[list[list[str]], list[str]]:
    """Half of the sentences in each language."""
    lines, wrong = [], list[str]()
    with ProcessPoolExecutor(WORKERS) as pool:
        for lang in LANGUAGES:
            counts = Counter[Verdict]()
            for chunk, bad in pool.map(partial(made_up, lang), range(0, sentences // 2, CHUNK)):
                counts += chunk
                wrong += bad
            lines.append(["made by the grammar", lang, str(counts.total()), *_counted(counts)])
    return lines, wrong


def speed() -> list[list[str]]:
    """How long a sentence takes: those of the tables, and the longest that a turn may have."""
    lines = []
    for lang in LANGUAGES:
        said = list(rows(TABLES / f"kinds_{lang}.tsv", lang))
        long = (LONG[lang] * HEARD_CHARACTERS_MAX)[:HEARD_CHARACTERS_MAX]
        hostile = ("一点" if lang == "zh" else "at one ") * HEARD_CHARACTERS_MAX
        took = sorted(_milliseconds(row.said, lang, row.now) for row in said)
        texts = (long, hostile[:HEARD_CHARACTERS_MAX])
        longest = max(_milliseconds(text, lang, said[0].now) for text in texts)
        typical, slow = statistics.median(took), took[len(took) * 99 // 100]
        lines.append([lang, f"{typical:.1f}", f"{slow:.1f}", f"{longest:.0f}"])
    return lines


def _milliseconds(text: str, lang: str, now: datetime) -> float:
    """The best of three, in time of the processor, so that another process does not count."""
    took = []
    for _ in range(3):
        start = time.process_time()
        _is_understood(text, lang, now)
        took.append((time.process_time() - start) * 1000)
    return min(took)


def _is_understood(text: str, lang: str, now: datetime) -> bool:
    try:
        understand_schedule(text, lang, now, Habits())
    except LanguageError:
        return False
    return True


def _counted(counts: Counter[Verdict]) -> list[str]:
    total = counts.total()
    return [f"{counts[verdict]} ({100 * counts[verdict] / total:.1f} %)" for verdict in _VERDICTS]


def main() -> None:
    """Measure, and write `results/language.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=100_000)
    sentences = parser.parse_args().sentences
    head = ["sentences", "language", "how many", "right", "asked", "wrong without a question"]
    lines = own_tables()
    if SPECIFICATIONS.exists():
        ours, reasons = foreign()
        lines += ours
        notes = "Of Recognizers-Text's sentences these are not ours by design:\n\n" + table(
            ["why", "sentences"], reasons
        )
    else:
        notes = "Recognizers-Text's sentences are not here, and were left out."
    made, wrong = fuzz(sentences)
    lines += made
    longest = f"the longest ({HEARD_CHARACTERS_MAX} characters)"
    body = [
        table(head, lines),
        "At first sight, before anything was mended by the list:",
        table(head, first_looks()),
        notes,
        "Reading one sentence, milliseconds of the processor:",
        table(["language", "median", "99 of 100", longest], speed()),
        *(["Wrong without a question:", "\n".join(f"- {each}" for each in wrong)] if wrong else []),
    ]
    command = f"python -m benchmarks.language --sentences {sentences}"
    write_result("language", "Times and doses from sentences", command, "\n\n".join(body))
    print("\n\n".join(body))


if __name__ == "__main__":
    main()
