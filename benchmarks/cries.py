"""Cries and near misses through the safety lane: the lists of tests/safety, and worse hearing.

Each list was written by somebody who had not seen the lane's data.  What the lane did with it at
first sight stands under "first look"; after that the kinds of its misses were mended and the
weights of `likeness` learned from it, so the figures of the lists, and of the ordinary sentences,
are of data that was tuned on.  Whole sentences, as typed or finally heard.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from assistant.safety import Judgement, judge
from benchmarks import table, take_no_arguments, write_result
from benchmarks._mishear import Mishearing
from tests.safety.rows import Cry, cries, near_misses, ordinary

FIRST_LOOK: Final = Path(__file__).parents[1] / "tests" / "safety" / "lists" / "FIRST_LOOK.md"
NAMES: Final = {
    "": "first list",
    "second_": "second list",
    "third_": "third list",
    "fourth_": "fourth list",
    "fifth_": "fifth list",
    "sixth_": "sixth list",
    "seventh_": "seventh list",
    "eighth_": "eighth list",
    "ninth_": "ninth list",
    "tenth_": "tenth list",
    "eleventh_": "eleventh list",
    "twelfth_": "twelfth list",
    "thirteenth_": "thirteenth list",
}
LANGS: Final = ("zh", "en")
SHARES: Final = (0.10, 0.25)
SEED: Final = 13
ROUNDS: Final = 5


def outcome(text: str) -> str:
    """call, ask or nothing."""
    judgement: Judgement = judge(text, is_final=True)
    if judgement.cry is not None:
        return "call"
    return "ask" if judgement.doubt is not None else "nothing"


def row(name: str, texts: list[str], wanted: str) -> list[str]:
    """How many of these call, and are asked about."""
    outcomes = [outcome(text) for text in texts]
    called, asked = (outcomes.count(kind) / len(texts) for kind in ("call", "ask"))
    return [name, str(len(texts)), f"{called:.1%}", f"{asked:.1%}", f"{called + asked:.1%}", wanted]


def misheard(lang: str, share: float) -> list[str]:
    """Every cry, several times over, with this share of it misheard."""
    pool = [*ordinary(lang), *near_misses(lang), *(cry.text for cry in cries(lang))]
    corrupt: Callable[[str], str] = partial(
        Mishearing(pool).corrupt, share=share, random=Random(SEED)
    )
    return [corrupt(cry.text) for _ in range(ROUNDS) for cry in cries(lang)]


def of_setting(rows: list[Cry], setting: str) -> list[str]:
    """The texts of one setting."""
    return [each.text for each in rows if each.setting == setting]


def of_list(lang: str, prefix: str, name: str) -> list[list[str]]:
    """The rows of one list."""
    rows = cries(lang, prefix)
    return [
        row(f"{name}: cries said to Anban", of_setting(rows, "addressed"), "acted on ≥ 97 %"),
        row(f"{name}: cries in a room", of_setting(rows, "room"), "acted on ≥ 90 %"),
        row(f"{name}: near misses", near_misses(lang, prefix), "call ≤ 2 %, ask ≤ 10 %"),
    ]


def milliseconds(texts: list[str]) -> tuple[float, float]:
    """The median and the longest time of one judgement, of words that were heard before."""
    times = []
    for text in texts:
        judge(text, is_final=True)
        began = time.perf_counter()
        judge(text, is_final=True)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), max(times)


def main() -> None:
    parts = []
    for lang in LANGS:
        rows = [each for prefix in NAMES for each in cries(lang, prefix)]
        lines = [
            *(line for prefix, name in NAMES.items() for line in of_list(lang, prefix, name)),
            row("ordinary sentences", ordinary(lang), "call none, ask ≤ 1.5 %"),
            *(
                row(f"cries, {share:.0%} misheard", misheard(lang, share), wanted)
                for share, wanted in zip(
                    SHARES, ("acted on ≥ 90 %", "acted on ≥ 75 %"), strict=True
                )
            ),
        ]
        columns = [f"{lang}", "sentences", "call now", "ask", "acted on", "wanted"]
        median, longest = milliseconds([each.text for each in rows] + ordinary(lang))
        parts.append(table(columns, lines))
        parts.append(f"\nOne judgement takes {median:.2f} ms (median; longest {longest:.1f} ms).\n")
    parts.append(FIRST_LOOK.read_text("utf-8"))
    body = "\n".join(parts)
    write_result("cries", "Cries for help", "python -m benchmarks.cries", body)
    print(body)


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
