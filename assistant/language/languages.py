"""The languages Anban speaks."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from assistant.language.contract import Language
from assistant.language.en import ENGLISH
from assistant.language.errors import UnknownLanguageError
from assistant.language.zh import CHINESE

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {language.code: language for language in (CHINESE, ENGLISH)}
)


def language(code: str) -> Language:
    """Find a language by its code.

    Raises:
        UnknownLanguageError: there is none; the message names those there are.
    """
    if code not in LANGUAGES:
        raise UnknownLanguageError(
            f'Anban does not speak "{code}"; choose {" or ".join(LANGUAGES)}.'
        )
    return LANGUAGES[code]


def warm() -> None:
    """Load all that reads sentences: some is loaded when first needed, and takes half a second."""
    for each in LANGUAGES.values():
        each.read(each.sample, date(2000, 1, 1), ())
