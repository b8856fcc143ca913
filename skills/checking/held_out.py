"""The sentences that a skill holds out: whether they can be read, and are trained on nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.dialogue.held_out import FILE, sentences_in
from assistant.dialogue.sources import bare_words
from assistant.language import LANGUAGES
from assistant.packs import located
from skills.checking.data import Domain, sentences_of
from skills.checking.lines import Document
from skills.checking.problem import Problem


def check_held_out(
    name: str, folder: Path, documents: Mapping[str, Document], domain: Domain
) -> Iterator[Problem]:
    """Give every mistake of `<language>/held_out.yml`; it may be absent.

    Without a name or without intents, since they cannot be read, nothing is said of names.
    """
    for lang in LANGUAGES:
        file = located(folder / lang / FILE)
        if not file.exists():
            continue
        try:
            text = file.read_text("utf-8")
            held_out = sentences_in(text)
        except (OSError, ValueError) as error:
            yield Problem(file, 0, str(error))
            continue
        nlu = documents.get(f"{lang}/nlu.yml")
        trained = {
            bare_words(each.value)
            for intent in domain.intents
            if nlu is not None
            for each in sentences_of(nlu.file, intent)
        }
        lines = {_sentence(line): at for at, line in enumerate(text.splitlines(), 1)}
        for sentence in held_out:
            line = lines.get(sentence.text, 0)
            if bare_words(sentence.text) in trained:
                message = f"{sentence.intent}: the model is trained on it: {sentence.text}"
                yield Problem(file, line, message)
            is_own = name and sentence.intent.startswith(f"{name}_")
            if is_own and domain.intents and sentence.intent not in domain.intents:
                yield Problem(file, line, f"the intent {sentence.intent} is not in domain.yml")


def _sentence(line: str) -> str:
    return re.sub(r"^\s*- +|^\s+|\s+$|[\"']", "", line)
