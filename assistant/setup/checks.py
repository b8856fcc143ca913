"""Whether an answer can be used; if not, why, what is allowed, and what was most likely meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

from assistant.channels import AddressError
from assistant.channels.addresses import is_emergency_number, is_host, phone_number, sip_uri
from assistant.language import DayTime, Habits, LanguageError, Moment, Recurrence, parse_when
from assistant.packs import whole
from assistant.people.contact import HOURS, NO_LETTERS
from assistant.setup.place import Place
from assistant.setup.questions import Choice, NotUsableError
from assistant.setup.words import SetupWords
from perception.camera.source import CameraError, CameraSource

LONGEST_NAME: Final = 40
LONGEST_LINE: Final = 400
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])(?:[:.hH]|(?<=\d\d)(?=\d\d))([0-5]\d)")
_NUMBER: Final = re.compile(r"([-+]?\d{1,6}(?:\.\d{1,6})?)\s*(m|cm|米|厘米|°|度|degrees?)?")
_SHORT_NUMBER: Final = re.compile(r"[0-9]{2,6}")
_LIKE_ENOUGH: Final = 0.5
_FAR_HOURS: Final = 5.0
"""How far from usual a habit may be; nobody has supper before noon."""
_ONLY_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Check = Callable[[str, Place], Any]


def plain(text: str) -> str:
    """Give a text stripped, in one form.

    Raises:
        NotUsableError: it is too long, or has characters that nobody sees.
    """
    if len(text) > LONGEST_LINE:
        raise NotUsableError("bad_length", most=LONGEST_LINE)
    text = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(each) in NO_LETTERS for each in text) or "\ufffd" in text:
        raise NotUsableError("bad_characters")
    return text


def line(text: str, _: Place) -> str:
    """Take any line of a readable length."""
    return plain(text)


def words(text: str, place: Place) -> str:
    """Take a line that somebody is to read: a number alone is most likely of the menu."""
    text = plain(text)
    if text and (not any(each.isalpha() for each in text) or _is_yes_or_no(text, place)):
        raise NotUsableError("bad_words")
    return text


def secret(text: str, _: Place) -> str:
    """Take a password as it is."""
    if any(unicodedata.category(each) in NO_LETTERS for each in text):
        raise NotUsableError("bad_characters")
    if len(text) > LONGEST_LINE:
        raise NotUsableError("bad_length", most=LONGEST_LINE)
    return text


def camera(text: str, _: Place) -> str:
    """Read a camera's device or address."""
    text = plain(text)
    if not text:
        return text
    try:
        CameraSource.of(text)
    except CameraError as error:
        raise NotUsableError("bad_camera") from error
    return text


def name(text: str, place: Place) -> str:
    """Take what somebody is called."""
    text = plain(text)
    if len(text) > LONGEST_NAME:
        raise NotUsableError("bad_length", most=LONGEST_NAME)
    if text and (not any(each.isalpha() for each in text) or _is_yes_or_no(text, place)):
        raise NotUsableError("bad_name")
    return text


def telephone(text: str, _: Place) -> str:
    """Take the number of a telephone; not one that sends an ambulance."""
    try:
        number = phone_number(plain(text))
    except AddressError as error:
        raise NotUsableError("bad_telephone") from error
    if is_emergency_number(number):
        raise NotUsableError("bad_emergency_number", number=number)
    return number


def short_number(text: str, _: Place) -> str:
    """Take the number of an ambulance: 120, 112, 999."""
    text = unicodedata.normalize("NFKC", plain(text)).replace(" ", "")
    if text and not _SHORT_NUMBER.fullmatch(text):
        raise NotUsableError("bad_short_number")
    return text


def clock(usual: time) -> Check:
    """Make the check of a habit's time, HH:MM: 7:30, 0730, 七点半, half past seven.

    What is said without the half of the day is of the usual half; a clock that is far from usual,
    such as supper at 7:30, is refused: it would move every dose that is bound to it.
    """

    def check(text: str, place: Place) -> str:
        at = _clock(plain(text), usual, place.lang)
        if _hours_apart(at, usual) > _FAR_HOURS:
            other = at.replace(hour=(at.hour + 12) % 24)
            near = f"{other:%H:%M}" if _hours_apart(other, usual) <= _FAR_HOURS else ""
            raise NotUsableError("bad_time_of_day", near, given=f"{at:%H:%M}")
        return f"{at:%H:%M}"

    return check


def _clock(text: str, usual: time, lang: str) -> time:
    given = unicodedata.normalize("NFKC", plain(text))
    if given.isdecimal() and len(given) <= 2:
        raise NotUsableError("bad_time", f"{int(given):02}:00" if int(given) < 24 else "")
    if match := _CLOCK.fullmatch(given):
        return time(int(match[1]), int(match[2] or 0))
    begin = datetime.combine(datetime.now().astimezone().date(), usual) - timedelta(hours=6)
    try:
        read = parse_when(text, lang, begin.astimezone(), Habits())
    except (LanguageError, ValueError) as error:
        raise NotUsableError("bad_time") from error
    match read:
        case (
            Moment(day_time=DayTime(at=at), is_time_said=True) | Recurrence(times=(DayTime(at=at),))
        ):
            return at
    raise NotUsableError("bad_time")


def _hours_apart(one: time, other: time) -> float:
    minutes = abs((one.hour - other.hour) * 60 + one.minute - other.minute)
    return min(minutes, 24 * 60 - minutes) / 60


def hours(text: str, _: Place) -> str:
    """Read hours like 08:00-22:00."""
    text = re.sub(r"\s*(?:[-–—~～]|到|至|to)\s*", "-", unicodedata.normalize("NFKC", plain(text)))
    ends = [re.sub(r"^(\d):", r"0\1:", each.replace("点", ":00")) for each in text.split("-")]
    text = "-".join(f"{int(each):02}:00" if each.isdecimal() else each for each in ends)
    if not HOURS.fullmatch(text):
        raise NotUsableError("bad_hours")
    return text


def sip_account(text: str, _: Place) -> str:
    """Read the account at a provider of telephone calls."""
    text = plain(text)
    try:
        return sip_uri(text)
    except AddressError as error:
        likely = ""
        if re.fullmatch(r"[^@\s:]+@[\w.-]+", text):
            likely = f"sip:{text}"
        raise NotUsableError("bad_account", likely) from error


def domain(text: str, _: Place) -> str:
    """Read a domain."""
    text = plain(text).lower().removesuffix(".")
    if not is_host(text) or ("." not in text and text != "localhost"):
        likely = urlsplit(text).hostname or text.rpartition("@")[2].removeprefix("sip:")
        raise NotUsableError("bad_domain", likely if likely != text and is_host(likely) else "")
    return text


def page_url(text: str, _: Place) -> str:
    """Read the address at which telephones open the page."""
    text = plain(text).rstrip("/")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotUsableError("bad_url") from error
    if parts.scheme not in {"http", "https"} or not host:
        bare = text.partition("/")[0].partition(":")[0]
        raise NotUsableError("bad_url", f"https://{text}" if is_host(bare) and "." in bare else "")
    if host in _ONLY_HERE:
        raise NotUsableError("bad_url_here")
    if not is_host(f"[{host}]" if ":" in host else host) or parts.username or " " in text:
        raise NotUsableError("bad_url")
    return text


def yes_or_no(text: str, place: Place) -> bool:
    """Read yes or no, in any language."""
    given = unicodedata.normalize("NFKC", plain(text)).casefold()
    every = [SetupWords(lang) for lang in {place.lang, *whole()}]
    for key, value in (("yes_words", True), ("no_words", False)):
        if any(given in words(key).split() for words in every):
            return value
    raise NotUsableError("bad_yes_or_no")


def _is_yes_or_no(text: str, place: Place) -> bool:
    try:
        yes_or_no(text, place)
    except NotUsableError:
        return False
    return True


def number(low: float, high: float) -> Check:
    """Make the check of a number within bounds."""

    def check(text: str, _: Place) -> float:
        given = unicodedata.normalize("NFKC", plain(text)).replace(",", ".")
        match = _NUMBER.fullmatch(given)
        if match is None:
            raise NotUsableError("bad_number", low=f"{low:g}", high=f"{high:g}")
        value = float(match[1]) * (0.01 if match[2] in {"cm", "厘米"} else 1)
        if not low <= value <= high:
            raise NotUsableError("bad_number", low=f"{low:g}", high=f"{high:g}")
        return value

    return check


def one_of(choices: Callable[[Place], Sequence[Choice]]) -> Check:
    """Make the check of a choice: by its number, its name or the beginning of it."""

    def check(text: str, place: Place) -> Any:
        known = list(choices(place))
        given = unicodedata.normalize("NFKC", plain(text)).casefold()
        if given.isdecimal() and 0 < int(given) <= len(known):
            return known[int(given) - 1].value
        by_name = {choice.label.casefold(): choice for choice in known}
        by_name |= {str(choice.value).casefold(): choice for choice in known}
        exact = by_name.get(given)
        begun = {id(c): c for label, c in by_name.items() if given and label.startswith(given)}
        found = exact or (next(iter(begun.values())) if len(begun) == 1 else None)
        if found is not None:
            return found.value
        near = get_close_matches(given, by_name, 1, _LIKE_ENOUGH)
        meant = by_name[near[0]].label if near else ""
        raise NotUsableError("bad_choice", meant, count=len(known))

    return check
