"""What can go wrong with language: one tree, so that a caller may catch it whole."""


class LanguageError(ValueError):
    """Words could not be used; the message says why and what to do next."""


class UnknownLanguageError(LanguageError):
    """A language that Anban does not speak was asked for."""


class NotInLanguageError(LanguageError):
    """A language has no data for something; the message names the language and the file."""


class TextTooLongError(LanguageError):
    """A text is longer than one turn may be; nothing of it was used."""


class NoWordsError(LanguageError):
    """A text holds no letter, Han character or digit, so it says nothing."""


class RepliesInvalidError(LanguageError):
    """A replies file cannot be used; the message names the file, the key and the mistake."""


class ReplyMissingError(LanguageError):
    """A reply was asked for by a key or in a language that no file has."""


class SlotMissingError(LanguageError):
    """A reply was rendered without one of the values its wordings need."""


class ImpossibleTimeError(LanguageError):
    """A time was said that no clock or calendar has, such as 25 o'clock or 30 February."""


class ImpossibleAmountError(LanguageError):
    """An amount was said that nobody can take, such as minus three tablets."""
