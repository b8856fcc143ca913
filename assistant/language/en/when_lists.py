"""What English says of several hours of which it tells how many: "three times a day at ..."."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.language.clues import Clock, Clue, Frequency, Reader, TimesEvery
from assistant.language.en.numerals import whole_number

_HOUR = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_TWICE = 2


def _so_many(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read as many hours as were said: "three times a day at eight two and eight"."""
    hours = re.findall(_HOUR, match["hours"], re.IGNORECASE)
    said = match["count"].lower()
    count = _TWICE if said == "twice" else whole_number(said)
    # "Twice a day at seven ten" may be once, at 7:10.
    is_told_apart = count > _TWICE or re.search(r"\band\b|,", match["hours"]) is not None
    if len(hours) == count and is_told_apart:
        yield TimesEvery(count, Frequency.DAILY)
        for hour in hours:
            yield Clock(whole_number(hour))


LIST_RULES: tuple[tuple[str, Reader], ...] = (
    (
        r"\b(?P<count>twice|(?:two|three|four|five|six|[2-6])(?= times))(?: times)? "
        rf"(?:a|per|each|every) day,? at (?P<hours>{_HOUR}(?:(?:,? and|,)? {_HOUR})+)\b"
        r"(?! (?:past|to|o|or|and|hundred|point|thirty|fifteen|forty|twenty|tablets?|capsules?|"
        r"pills?|units?|puffs?|drops?|mg|milligrams?|[ap]\.? ?m|in the|at night)\b)",
        _so_many,
    ),
)
