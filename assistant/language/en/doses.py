"""Doses in English, told apart from the hours that stand right before them.

"At eight twenty milligrams" is eight o'clock and 20 mg; "at seven thirty five milligrams" can be
half past seven and 5 mg, too, and is asked about.
"""

import re
from dataclasses import replace
from fractions import Fraction
from functools import cache

from assistant.language.amounts import (
    MEASURED,
    STRENGTHS,
    Dose,
    SaidDose,
    Strength,
    Unit,
    join_strengths,
    with_strength_of_each,
)
from assistant.language.en.amounts import NUMBER, PART, UNITS, WORDS, value_of
from assistant.language.en.when_words import MONTHS
from assistant.language.reading import NAME_MASK, LeftKind, Leftover

_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_IN_ORDER = sorted(UNITS, key=len, reverse=True)
_COUNTED = "|".join(name for name in _IN_ORDER if UNITS[name] not in MEASURED)
_MEASURED = "|".join(name for name in _IN_ORDER if UNITS[name] in MEASURED)
_HOUR = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|\d{1,2})"
)
_HOURS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "noon", *map(str, range(1, 25))),
)
_HOUR_BEFORE = re.compile(rf"\b{_HOUR} $", re.IGNORECASE)
_AT_BEFORE = re.compile(r"\b(?:at|by|around|about|past|to) $", re.IGNORECASE)
_TENS_AND_ONES = re.compile(
    r"(?:twenty|thirty|forty|fifty)[ -](?:one|two|three|four|five|six|seven|eight|nine)"
    r"|(?:oh|zero) \w+|[1-5]\d\d",
    re.IGNORECASE,
)
_MINUTES_TOO = re.compile(
    r"(?:ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty)(?: (?:one|two|\w+))?", re.IGNORECASE
)
_LIMIT_BEFORE = re.compile(
    r"\b(?:more than|less than|at most|at least|up to|maximum(?: of)?|max(?: of)?|exceeding) $",
    re.IGNORECASE,
)
_NO_NAME = (
    "take|have|my|your|the|a|an|of|and|or|at|in|on|to|for|with|every|each|am|pm|remind|me|i|then|"
    "daily|half|past|quarter|hundred|thousand|point|more|times?|days?|one|two|three|four|five|six|"
    "seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hours?|minutes?|o|p|m|by|no|not|"
    "weeks?|months?|years?|fortnights?|mornings?|evenings?|nights?|seconds?|o'clock|oclock|"
    "people|persons?|friends?|neighbou?rs?|carers?|nurses?|bring|brings|get|gets|buy|fetch|order|"
    "collect|count|put|pack|check|see"
    rf"|(?:{_MEASURED})s?"
)
"""Words that are in no name between a number and its unit."""
_BEHIND_TIME = "|".join(
    f"(?<={word} )"
    for word in (
        *("day", "morning", "noon", "afternoon", "evening", "night", "bedtime", "week", "daily"),
        *("weekly", "hours", "days", "weeks", "a m", "p m", "am", "pm", "today", "tomorrow"),
        *("tonight", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"),
        *("mornings", "evenings", "nights", "weekend", "weekends", "breakfast", "lunch", "dinner"),
        *("supper", "month", "meals", "food", "please", "with", "also", "then", "just", "only"),
    )
)
# Not "at nine a new patch": that one of it is taken goes without saying.
_BEHIND_HOUR = "|".join(
    rf"(?<={word} )(?!an?\b)"
    for word in (
        *(f"{at} {hour}" for at in ("at", "past", "to") for hour in _HOURS),
        *("and", "o'clock", "oclock", r":[0-5]\d"),
    )
)
_OF_ONE = "(?:(?<=half)|(?<=quarter)|(?<=quarters)|(?<=third)|(?<=thirds))"
_DECIMAL_END = "|".join(
    f"(?<={word})"
    for word in (
        *("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        r"\d",
    )
)
_STRENGTH_TAIL = re.compile(
    r" ?(?:each(?! (?:day|week|month|morning|noon|evening|night|meal|time)\b)|a piece|apiece|"
    r"per tablet|a tablet)\b",
    re.IGNORECASE,
)


_ONE_MORE = r"(?:(?:yet )?another|(?:an|one) (?:extra|additional)|a further|one more)(?! \d)"
_FEW = "(?:one and a half|a half|half|one|two|three)"
# "My bone tablet one every Sunday"; not "tablet two in the morning", which may be an hour.
_GOES_ON = (
    r" (?:every|each|once|twice|daily|nightly|a day|per day|with|after|before|"
    r"at (?:night|bedtime|noon|midday|lunchtime|breakfast|dinner|supper))\b| ?$"
)
_OF_EACH = re.compile(rf"one (?:{_COUNTED}) (?:is|has|being) ", re.IGNORECASE)
_IS_OF_EACH = (
    r"(?:,? (?:and |where )?(?:each(?: one| of them| tablet| capsule)?(?: is|'s| has|,)?|one is"
    r"|they(?:'re| are)(?: all)?|it'?s|which are|that are|each being))"
)
_OF_NAME = re.compile(
    r" of(?: my| the)?(?: (?!(?:and|plus|then|with|each|one|they|where|which|that)\b)[a-z-]+){1,2}"
    rf"(?P<each>{_IS_OF_EACH})? ",
    re.IGNORECASE,
)
_OF_THEM_INSTEAD = re.compile(
    r"\b(?:no|sorry|wait|rather|i mean|i meant|actually|make (?:that|it)|correction)[ ,]+"
    rf"(?:make (?:that|it) |it's )?(?P<many>{NUMBER}) of (?:them|those|these)\b",
    re.IGNORECASE,
)
_OTHER_HALF = re.compile(
    r"\b(?:and )?the other half(?= (?:of it )?(?:at|in|with|before|after)\b)", re.IGNORECASE
)
_OF_WHICH = "(?:(?:of )?an? |of (?:my|the|these|those|them|your|our|his|her) )?"
_NAME_WORD = rf"(?:(?!(?:{_NO_NAME})\b)[a-z-]+|{NAME_MASK}+) "
_NAME = rf"(?:{_NAME_WORD}){{0,3}}"
# "Two tablets of prednisone, one tablet is 5 mg".
_BETWEEN_EACH = re.compile(
    r"(?: of(?: my| the)?(?: (?!(?:and|plus|then|with|at|in|on)\b)[a-z-]+){1,2}"
    rf"| (?:{_NAME_WORD}){{1,3}}(?:{_COUNTED})(?:e?s)?)?,? (?:and )?",
    re.IGNORECASE,
)
# "Four methotrexate tablets of 2.5 mg", "four tablets of methotrexate of 2.5 mg".
_BETWEEN = re.compile(
    rf"(?: {_OF_WHICH}(?:{_NAME_WORD}){{1,3}}(?:{_COUNTED})(?:e?s)?\b"
    rf"| of(?: {_NAME_WORD.removesuffix(' ')}){{1,3}}(?= (?:of|at|each)\b))?"
    r"[\s,x×*-]*(?:(?:of|is|each|at) )?(?:the |my )?",
    re.IGNORECASE,
)
# "Put two aspirin tablets down for nine": wherever it stands, if it is no hour.
_NO_HOUR = "".join(
    rf"(?<!\b{word} )"
    for word in (
        *("at", "by", "past", "to", "around", "about", "before", "after", "half", "until", "the"),
        *MONTHS,
    )
)
_OF_MEDICINE = "tablet|capsule|pill|sachet|ampoule|drop|puff|inhalation|patch|suppository"
_VITAMIN_BEFORE = re.compile(r"\b(?:vitamin [bdk]|tylenol) $", re.IGNORECASE)
_OF_A_VITAMIN = frozenset(
    (*"235679", "12", "two", "three", "five", "six", "seven", "nine", "twelve")
)


_SMALL_UNITS = "milligram|mg|microgram|mcg|gram|g"
_MEDICINE_WORD = (
    rf"(?:(?!(?:{_NO_NAME}|before|after|until|till|tablets?|capsules?|pills?|drops?|puffs?|units?|"
    r"breakfast|lunch|dinner|supper|tea|bed|food|meals?|it|that|this|is|are|them|another|or|last|"
    r"left|already|just|only|also|please|again|if|when|because|so|but|not|now|till|since|than|"
    r"minus|zero|half|third|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"noon|midnight|midday|bedtime|today|tomorrow|tonight|everyday|nightly|weekly|monthly|time|"
    r"instead|from|starting|until|per|as|about|around|past|extra|more|less|over|under|"
    rf"{_COUNTED})\b)[a-z-]{{4,}}) "
)
_TAKEN = rf"(?:(?<=take )|(?<=have )|(?<=swallow )|{_BEHIND_TIME}|{_BEHIND_HOUR}|(?<=\d[ap]m )|^)"


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.])(?:(?P<count>{NUMBER}|an?)(?: x|,| times| of(?: the| my)?| an?| of an?)? "
        rf"(?P<strength>{NUMBER})[ -]?(?P<of>{_MEASURED})s?[ -]"
        rf"{_NAME}(?P<counted>{_COUNTED})(?:e?s)?\b"
        rf"|(?P<count_2>{NUMBER}|an?) (?:{_NAME_WORD}){{1,2}}(?P<strength_2>{NUMBER})[ -]?"
        rf"(?P<of_2>{_MEASURED})s?[ -](?P<counted_2>{_COUNTED})(?:e?s)?\b"
        # "One metformin 500 mg", "two five milligram bisoprolols", "half of a 25 mg tablet's name"
        rf"|{_TAKEN}(?P<count_3>{PART}(?: of)?(?: an?)?|{NUMBER}|an?) (?:{_MEDICINE_WORD}){{1,2}}"
        rf"(?P<strength_3>{NUMBER})[ -]?(?P<of_3>{_SMALL_UNITS})s?\b(?! (?:{_COUNTED})e?s?\b)"
        rf"|{_TAKEN}(?P<count_4>{PART}(?: of)?(?: an?)?|{NUMBER}|an?) (?P<strength_4>{NUMBER})[ -]?"
        rf"(?P<of_4>{_SMALL_UNITS})(?= {_MEDICINE_WORD.removesuffix(' ')}\b)"
        rf"|(?P<bare>{NUMBER}[ -]?(?:{_MEASURED})s?[ -]"
        rf"(?:{_NAME}(?:{_COUNTED})e?s|(?:{_COUNTED})))\b"
        rf"|\b(?P<which>{_COUNTED})(?:e?s)?,? (?:just |only )?(?:the )?(?P<how_many>{_FEW})"
        rf"(?={_GOES_ON})"
        rf"|(?P<least>{NUMBER})(?: (?:to|or) |\s?[-~]\s?)(?P<upmost>{NUMBER})"
        rf"(?= (?:{_NAME_WORD}){{1,3}}(?P<named>{_COUNTED})(?:e?s)?\b)"
        rf"|(?:(?<=take )|(?<=have )|(?<=swallow )|{_BEHIND_TIME}|{_BEHIND_HOUR}|^)"
        rf"(?P<ahead>{_ONE_MORE}|{PART}(?= (?:of )?an? (?:{_NAME_WORD}){{1,3}}"
        rf"(?:{_COUNTED})\b)|{NUMBER}|an?)"
        rf"(?= {_OF_WHICH}(?:{_NAME_WORD}){{1,3}}(?P<behind>{_COUNTED})(?:e?s)?\b)"
        rf"|{_NO_HOUR}(?P<free>{_ONE_MORE}|{NUMBER}|(?:(?<=give )|(?<=give \w\w\w )|(?<=use ))an?)"
        rf"(?= {_OF_WHICH}(?:{_NAME_WORD}){{1,3}}(?P<freely>{_OF_MEDICINE})(?:e?s)?\b)"
        rf"|(?:(?P<from>{NUMBER})\s?(?:to|or|-|~)\s?(?P<to>{NUMBER})"
        rf"|between (?P<low>{NUMBER}) and (?P<high>{NUMBER})|(?P<amount>{_ONE_MORE}|{NUMBER}|an?"
        rf"|(?:quarter|third)(?= of an?\b)))"
        rf"(?:{_OF_ONE}(?: of)?(?: an?)?|(?:{_DECIMAL_END}) of an?(?= (?:{_MEASURED})\b)| of)?"
        rf"(?: (?:whole|full|single|heaped|level|entire|more|further|extra|other|additional))?"
        rf"(?: of(?: my| the| these| those)?)?[ -]?(?P<unit>{_UNIT})(?:e?s)?\b"
        rf"(?P<more> and {PART})?)",
        re.IGNORECASE,
    )


def find_dose(text: str) -> Dose | None:
    """Read the first dose of a text."""
    said, _ = find_doses(text)
    return said[0].dose() if said else None


def find_doses(text: str) -> tuple[list[SaidDose], list[Leftover]]:
    """Read all doses of a text, and the words that may be a dose or an hour."""
    said: list[SaidDose] = []
    unclear: list[Leftover] = []
    for match in _pattern().finditer(text):
        read = _read(text, match)
        if isinstance(read, Leftover):
            unclear.append(read)
        else:
            named = match["behind"] or match["freely"]
            counted = match["counted"] or match["counted_2"]
            word = (match["unit"] or counted or named or "").lower()
            said.append(replace(read, word=word) if word in WORDS else read)
    joined = _with_strengths(text, said)
    joined = _with_strength_of_name(text, joined)
    joined = with_strength_of_each(text, joined, _BETWEEN_EACH, _OF_EACH)
    joined = _of_them_instead(text, joined)
    other = _OTHER_HALF.search(text)
    if other and len(joined) == 1 and joined[0].amount == Fraction(1, 2) and not joined[0].apart:
        joined = [replace(joined[0], apart=other.span())]
    return joined, unclear


def _of_them_instead(text: str, said: list[SaidDose]) -> list[SaidDose]:
    """Read "three tablets of gliclazide, no, two of them" as two tablets."""
    match = _OF_THEM_INSTEAD.search(text)
    if match is None or len(said) != 1 or said[0].apart or said[0].unit in MEASURED:
        return said
    if match.start() < said[0].end or said[0].most is not None:
        return said
    many = value_of(match["many"])
    return [replace(said[0], amount=many, apart=match.span())]


def _with_strength_of_name(text: str, said: list[SaidDose]) -> list[SaidDose]:
    """Read "two tablets of paracetamol 500 mg", as it stands on the box: of 500 mg each."""
    told: list[SaidDose] = []
    for each in said:
        before = told[-1] if told else None
        if (
            before is not None
            and before.unit not in MEASURED
            and each.unit in STRENGTHS
            and each.most is None
            and before.strength is each.strength is None
            and (between := _OF_NAME.fullmatch(text, before.end, each.start))
        ):
            strength = Strength(each.amount, each.unit)
            start = between.start("each") if between["each"] else each.start
            told[-1] = replace(before, strength=strength, apart=(start, each.end))
        else:
            told.append(each)
    return told


def _read(text: str, match: re.Match[str]) -> SaidDose | Leftover:
    start, end = match.span()
    if _LIMIT_BEFORE.search(text, 0, start):
        return Leftover(LeftKind.UNCLEAR, match[0], start, end)
    if match["bare"]:  # "two hundred milligram tablets": of 200 mg, or two of 100
        return Leftover(LeftKind.UNCLEAR, match[0], start, end)
    if _AT_BEFORE.search(text, 0, start) and (match["amount"] or "").lower() not in {"a", "an"}:
        return Leftover(LeftKind.UNCLEAR, match[0], start, end)  # "at eight point five milligrams"
    if match["least"]:  # "one to two senna tablets"
        return _range(match)
    counted = match["count"] or match["count_2"] or match["ahead"] or match["free"]
    hour = _HOUR_BEFORE.search(text, 0, start)
    if hour is not None and counted and _may_be_minutes(counted, Unit.TABLET):
        return Leftover(LeftKind.UNCLEAR, text[hour.start() : end], hour.start(), end)
    if count := match["count_3"] or match["count_4"]:  # "one metformin 500 mg"
        part = re.sub(r"(?<=[a-z])(?: of)?(?: an?)?$", "", count, flags=re.IGNORECASE)
        measured = (match["of_3"] or match["of_4"]).lower()
        strength = Strength(_amount(match["strength_3"] or match["strength_4"]), UNITS[measured])
        said = SaidDose(_amount(part or count), Unit.TABLET, None, start, end, strength)
        return _beside_name(match, said, "3") if match["count_3"] else said
    if count := match["count"] or match["count_2"]:  # "two 500 mg tablets"
        said_strength = match["strength"] or match["strength_2"]
        measured, named = match["of"] or match["of_2"], match["counted"] or match["counted_2"]
        strength = Strength(_amount(said_strength), UNITS[measured.lower()])
        said = SaidDose(_amount(count), UNITS[named.lower()], None, start, end, strength)
        return _beside_name(match, said, "2") if match["count_2"] else _around_name(match, said)
    if counted:  # "one blood pressure tablet": the words between are its name
        unit = UNITS[(match["behind"] or match["freely"]).lower()]
        return SaidDose(_amount(counted), unit, None, start, end)
    if match["how_many"]:
        return SaidDose(_amount(match["how_many"]), UNITS[match["which"].lower()], None, start, end)
    said = match["from"] or match["low"] or match["amount"]
    unit, most = UNITS[match["unit"].lower()], match["to"] or match["high"]
    if said.lower() in _OF_A_VITAMIN and _VITAMIN_BEFORE.search(text, 0, start):
        return Leftover(LeftKind.UNCLEAR, match[0], start, end)  # "vitamin b twelve tablets"
    if hour is not None and _may_be_minutes(said, unit):
        return Leftover(LeftKind.UNCLEAR, text[hour.start() : end], hour.start(), end)
    amount = _amount(said)
    if match["more"]:
        amount += value_of(match["more"].removeprefix(" and "))
    return SaidDose(amount, unit, value_of(most) if most else None, start, end)


def _beside_name(match: re.Match[str], said: SaidDose, which: str) -> SaidDose:
    """Leave out the name that stands within it: "one metformin 500 mg"."""
    behind = (match.start(f"strength_{which}"), said.end)
    return replace(said, end=match.end(f"count_{which}"), apart=behind)


def _around_name(match: re.Match[str], said: SaidDose) -> SaidDose:
    """Leave out the name that stands within it: "four 2.5 mg methotrexate tablets"."""
    first = match.end("of") + match.string.startswith("s", match.end("of"))
    if not match.string[first : match.start("counted")].strip(" -"):
        return said
    return replace(said, end=first, apart=(match.start("counted"), said.end))


def _range(match: re.Match[str]) -> SaidDose | Leftover:
    least, most = value_of(match["least"]), value_of(match["upmost"])
    start, end = match.span()
    if least >= most:  # "ten to nine aspirin tablets": a time, and how many?
        return Leftover(LeftKind.UNCLEAR, match[0], start, end)
    return SaidDose(least, UNITS[match["named"].lower()], most, start, end)


def _may_be_minutes(said: str, unit: Unit) -> bool:
    """Whether "seven" before a dose may take a part of it, as in "seven thirty five tablets"."""
    if _TENS_AND_ONES.fullmatch(said):
        return True
    return unit not in MEASURED and _MINUTES_TOO.fullmatch(said) is not None


def _amount(said: str) -> Fraction:
    is_one = re.fullmatch(rf"an?|{_ONE_MORE}", said, re.IGNORECASE)
    return Fraction(1) if is_one else value_of(said)


def _with_strengths(text: str, said: list[SaidDose]) -> list[SaidDose]:
    """Put together "two tablets of 500 mg each" and "500 mg, two tablets"."""
    kept: list[SaidDose] = []
    for each in said:
        tail = _STRENGTH_TAIL.match(text, each.end) if each.unit in MEASURED else None
        end = tail.end() if tail else each.end
        kept.append(replace(each, end=end))
    return join_strengths(text, kept, _BETWEEN)
