"""A skill's own files of one language, such as `zh/words.yml`."""

from __future__ import annotations

from pathlib import Path

from assistant.language import NotInLanguageError
from assistant.packs import located


def data_of(folder: Path, lang: str, name: str) -> str:
    """Read `<folder>/<lang>/<name>`, which may lie in a pack of a language.

    Raises:
        NotInLanguageError: nobody wrote it for this language.
    """
    file = located(folder / lang / name)
    if not file.exists():
        raise NotInLanguageError(f"{file} is absent: this skill cannot do that in {lang}")
    return file.read_text("utf-8")
