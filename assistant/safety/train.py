"""Train the weights of `likeness` on lists of cries and of what only sounds like them.

    python -m assistant.safety.train            # writes models/cry_likeness/weights.tsv
    python -m assistant.safety.train --folds 5  # writes nothing: figures on lists it had not seen

Needs scikit-learn (`uv pip install -e '.[train]'`).  Its lists are those of `models/cry_likeness`
and the first eleven of `tests/safety/lists`; ordinary talk and what is said to skills are no cries.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.packs import codes, facts
from assistant.safety.frames import load as load_grammar
from assistant.safety.hypothesis import utterance
from assistant.safety.judgement import Judgement
from assistant.safety.likeness import BIAS, SCALE, WEIGHTS, features
from assistant.safety.meaning import Meaning
from assistant.safety.verdicts import judged
from assistant.safety.weighing import weighed

ROOT: Final = Path(__file__).parents[2]
_ORDINALS: Final = (
    "", "second_", "third_", "fourth_", "fifth_", "sixth_", "seventh_", "eighth_", "ninth_",
    "tenth_", "eleventh_",
)  # fmt: skip
LISTS: Final = (
    *(("models/cry_likeness/lists", prefix) for prefix in _ORDINALS[:8]),
    *(("tests/safety/lists", prefix) for prefix in _ORDINALS),
)
PLAIN: Final = ("third_", "seventh_")
"""Volumes of short cries, each of which weighs more."""
LEAST_SENTENCES: Final = 2
"""A feature of one sentence alone says nothing of others."""
STRENGTH: Final = 0.3
"""scikit-learn's C: chosen by `--folds`, of 0.1, 0.3 and 1."""
_SKILL_WEIGHT: Final = 0.5
"""Of a sentence said to a skill: there are thousands, many of them alike."""
_PLAIN_WEIGHT: Final = 3.0
"""Of a plain short cry and one beside a contrast (the third volume), which must call, and of a
complaint without a danger in it (the seventh), which must be asked about: there are few."""
_MARKED: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence to learn from."""

    text: str
    source: str
    """The list it stands in, its language, and to whom it was said."""
    is_cry: bool
    weight: float
    meaning: Meaning
    features: frozenset[str]


def rows() -> list[Row]:
    """All sentences, each once, as heard to their end."""
    found: dict[str, Row] = {}
    for text, source, is_cry, weight in _sentences():
        if text not in found:
            meaning = Meaning(load_grammar(), utterance(text), is_lenient=True)
            found[text] = Row(text, source, is_cry, weight, meaning, features(meaning))
    return list(found.values())


def _sentences() -> Iterator[tuple[str, str, bool, float]]:
    for lang in (code for code in codes() if facts(code).cries_learned):
        for folder, prefix in LISTS:
            for kind in ("cries", "near"):
                path = ROOT / folder / f"{prefix}{lang}_{kind}.tsv"
                for line in path.read_text("utf-8").splitlines():
                    setting, *_, text = line.split("\t")
                    about = f" {setting}" if kind == "cries" else ""
                    is_plain = folder.startswith("models") and prefix in PLAIN and kind == "cries"
                    weight = _PLAIN_WEIGHT if is_plain else 1.0
                    yield text, f"{folder}/{path.stem}{about}", kind == "cries", weight
        for folder in ("models/cry_likeness/lists", "tests/safety"):
            path = ROOT / folder / f"ordinary_{lang}.txt"
            for text in path.read_text("utf-8").splitlines():
                yield text, f"{folder}/{path.stem}", False, 1.0
        for path in sorted(ROOT.glob(f"skills/*/{lang}/nlu.yml")):
            for text in _said_to_skills(path):
                yield text, f"skills {lang}", False, _SKILL_WEIGHT


def _said_to_skills(path: Path) -> Iterator[str]:
    for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
        if "intent" not in block or block["intent"].startswith("emergency"):
            continue
        for line in block["examples"].splitlines():
            if text := _MARKED.sub(r"\1", line.lstrip("- ")).strip():
                yield text


class Model:
    """A logistic regression over the features that more than one sentence has."""

    def __init__(self, learnt_from: Sequence[Row]) -> None:
        from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        counted = Counter(each for row in learnt_from for each in row.features)
        self._known = {each for each, count in counted.items() if count >= LEAST_SENTENCES}
        self._columns: Any = DictVectorizer()
        table = self._columns.fit_transform([self._of(row) for row in learnt_from])
        self._regression: Any = LogisticRegression(C=STRENGTH, max_iter=2000)
        self._regression.fit(
            table,
            [row.is_cry for row in learnt_from],
            sample_weight=[row.weight for row in learnt_from],
        )

    def _of(self, row: Row) -> dict[str, int]:
        return dict.fromkeys(row.features & self._known, 1)

    def likeness(self, some: Sequence[Row]) -> list[float]:
        """How probable it is that each is a cry."""
        table = self._columns.transform([self._of(row) for row in some])
        return [float(each) for each in self._regression.predict_proba(table)[:, 1]]

    def weights(self) -> dict[str, int]:
        """In hundredths, without those that round to nothing."""
        names = self._columns.get_feature_names_out()
        rounded = {
            str(name): round(SCALE * weight)
            for name, weight in zip(names, self._regression.coef_[0], strict=True)
        }
        bias = round(SCALE * float(self._regression.intercept_[0]))
        return {BIAS: bias} | {name: weight for name, weight in rounded.items() if weight}


def write(path: Path) -> None:
    """Train on all rows and write the weights, sorted by name."""
    weights = Model(rows()).weights()
    lines = [f"{name}\t{weights[name]}" for name in sorted(weights)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{len(weights)} weights in {path}\n")


def try_folds(folds: int) -> None:
    """Print a table of what becomes of rows left out in turn: by the grammar alone, and weighed."""
    all_rows = sorted(rows(), key=lambda row: row.text)
    outcomes: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for fold in range(folds):
        left_out = all_rows[fold::folds]
        rest = [row for at, row in enumerate(all_rows) if at % folds != fold]
        for row, alike in zip(left_out, Model(rest).likeness(left_out), strict=True):
            plain = judged(row.meaning, is_final=True)
            pair = _outcome(plain), _outcome(weighed(plain, row.meaning, alike))
            outcomes[row.source].append(pair)
    sys.stdout.write(
        "| list | sentences | grammar: call | ask | weighed: call | ask |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
    )
    for source, pairs in sorted(outcomes.items()):
        shares = " | ".join(
            f"{some.count(kind) / len(some):.1%}"
            for some in zip(*pairs, strict=True)
            for kind in ("call", "ask")
        )
        sys.stdout.write(f"| {source} | {len(pairs)} | {shares} |\n")


def _outcome(judgement: Judgement) -> str:
    if judgement.cry is not None:
        return "call"
    return "ask" if judgement.doubt is not None else ""


def main() -> None:
    """Read the command line and do what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, help="try it on rows left out, and write nothing")
    given = parser.parse_args()
    if given.folds:
        try_folds(given.folds)
    else:
        write(WEIGHTS)


if __name__ == "__main__":
    main()
