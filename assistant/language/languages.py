"""The languages Anban speaks: every language folder, of the project and of packs."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from assistant.language.contract import Language
from assistant.language.errors import NotInLanguageError, UnknownLanguageError
from assistant.language.plain import plain_language
from assistant.packs import codes, facts


def _speak(code: str) -> Language:
    """A language folder with functions of its own names them LANGUAGE; else it is all data."""
    module = f"{__package__}.{code}"
    if find_spec(module) is None or not hasattr(import_module(module), "LANGUAGE"):
        return plain_language(code, facts(code))
    found: Language = import_module(module).LANGUAGE
    return found


LANGUAGES: Mapping[str, Language] = MappingProxyType({code: _speak(code) for code in codes()})


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
        with suppress(NotInLanguageError):
            each.read(each.sample, date(2000, 1, 1), ())
