"""Train the weights of `likeness` on lists of cries and of what only sounds like them.

    python -m assistant.safety.train            # writes models/cry_likeness/weights.tsv
    python -m assistant.safety.train --folds 5  # writes nothing: figures on lists it had not seen

Needs scikit-learn (`uv pip install -e '.[train]'`).  Its lists are those of `models/cry_likeness`
and the first four of `tests/safety/lists`; ordinary talk and what is said to skills are no cries.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.safety.frames import load as load_grammar
from assistant.safety.hypothesis import utterance
from assistant.safety.likeness import BIAS, SCALE, WEIGHTS, features
from assistant.safety.meaning import Meaning

ROOT: Final = Path(__file__).parents[2]
LISTS: Final = (
    *(("models/cry_likeness/lists", prefix) for prefix in ("", "second_", "third_")),
    *(("tests/safety/lists", prefix) for prefix in ("", "second_", "third_", "fourth_")),
)
LANGS: Final = ("zh", "en")
LEAST_SENTENCES: Final = 2
"""A feature of one sentence alone says nothing of others."""
STRENGTH: Final = 0.3
"""scikit-learn's C: chosen by `--folds`, of 0.1, 0.3 and 1."""
_SKILL_WEIGHT: Final = 0.3
"""Of a sentence said to a skill: there are thousands, many of them alike."""
_MARKED: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence to learn from."""

    text: str
    is_cry: bool
    weight: float
    features: frozenset[str]


def features_of(text: str) -> frozenset[str]:
    """Of a sentence heard to its end."""
    return features(Meaning(load_grammar(), utterance(text), is_lenient=True))


def rows() -> list[Row]:
    """All sentences, each once."""
    found: dict[str, Row] = {}
    for text, is_cry, weight in _sentences():
        found.setdefault(text, Row(text, is_cry, weight, features_of(text)))
    return list(found.values())


def _sentences() -> Iterator[tuple[str, bool, float]]:
    for lang in LANGS:
        for folder, prefix in LISTS:
            for kind in ("cries", "near"):
                path = ROOT / folder / f"{prefix}{lang}_{kind}.tsv"
                for line in path.read_text("utf-8").splitlines():
                    yield line.rsplit("\t", 1)[-1], kind == "cries", 1.0
        for folder in ("models/cry_likeness/lists", "tests/safety"):
            for line in (ROOT / folder / f"ordinary_{lang}.txt").read_text("utf-8").splitlines():
                yield line, False, 1.0
        for path in sorted(ROOT.glob(f"skills/*/{lang}/nlu.yml")):
            for text in _said_to_skills(path):
                yield text, False, _SKILL_WEIGHT


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
    """Print how many cries, and others, come so far, of rows left out in turn."""
    all_rows = sorted(rows(), key=lambda row: row.text)
    likeness: dict[str, float] = {}
    for fold in range(folds):
        left_out = all_rows[fold::folds]
        rest = [row for at, row in enumerate(all_rows) if at % folds != fold]
        found = Model(rest).likeness(left_out)
        likeness |= {row.text: each for row, each in zip(left_out, found, strict=True)}
    for bound in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        shares = [
            sum(likeness[row.text] >= bound for row in some) / len(some)
            for some in ([r for r in all_rows if r.is_cry], [r for r in all_rows if not r.is_cry])
        ]
        sys.stdout.write(f"{bound:.1f}: cries {shares[0]:.1%}, others {shares[1]:.1%}\n")


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
