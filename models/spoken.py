"""Which languages a speech model may be of: told by the letters and the words that it knows."""

import re
from pathlib import Path

from assistant.packs import codes, facts

_KNOWN_SHARE = 0.5
"""A model that knows fewer of a language's most frequent words, and more of another's, is not of
it."""


def languages_of(path: Path) -> tuple[str, ...]:
    """Return the languages that a model may be of, the likeliest; none if it lists no words.

    One whose characters it writes comes before all others. Of those that share letters (English
    and German) it is the one of whose most frequent words it knows more; if that decides nothing,
    as for a model of a few words, it may be any of them.
    """
    words = next((each for each in _lists(path) if each.is_file()), None)
    if words is None:
        return ()
    with words.open(encoding="utf-8", errors="replace") as lines:
        known = {line.partition(" ")[0].strip() for line in lines}
    by_characters = [code for code in codes() if not facts(code).script.spaces]
    for code in by_characters:
        written = re.compile(f"[{facts(code).script.letters}]").search
        if any(map(written, known)):
            return (code,)
    shares = {code: _share(code, known) for code in codes() if code not in by_characters}
    best = max(shares.values(), default=0.0)
    if best < _KNOWN_SHARE:
        return tuple(shares)
    return tuple(code for code, share in shares.items() if share == best)


def language_of(path: Path) -> str | None:
    """Return the language of a model; None if several fit, or it lists no words."""
    found = languages_of(path)
    return found[0] if len(found) == 1 else None


def _lists(path: Path) -> tuple[Path, Path]:
    return path / "graph/words.txt", path / "words.txt"


def _share(code: str, known: set[str]) -> float:
    frequent = facts(code).script.frequent
    return sum(word in known for word in frequent) / len(frequent) if frequent else 0.0
