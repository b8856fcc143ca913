"""What English says about times of day, habits and lengths of time."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from assistant.language.clues import Clock, Clue, Every, Frequency, OnDay, Part, PartOfDay, always
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.numerals import whole_number
from assistant.language.en.repairs import REPAIR, SURE
from assistant.language.en.when_words import (
    AM,
    LATE_NIGHT,
    MIDNIGHT,
    NIGHT,
    NOON,
    PARTS,
    PM,
)
from assistant.language.signs import Aside, Denied, Joint, TakenBack, Unclear, Waking


def either(words: Iterable[str]) -> str:
    """Join words into a regular expression, the longest first."""
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


_HALF = r"(?P<half>a\.? ?m\b\.?|p\.? ?m\b\.?)"
_PART_SAID = (
    rf"(?:\s?{_HALF}|,? (?:in the |(?P<this>this )|at |every |each )(?P<part>{either(PARTS)})\b"
    r"|,? (?P<tonight>tonight)\b)"
)
_PART = rf"{_PART_SAID}?"
_UNIT_AFTER = (
    r"(?!\s*(?:%|mg|ml|mcg|milli|micro|gram|tablet|pill|capsule|drop|puff|spoon|dose|unit|sachet|"
    r"of (?:them|these|those)|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|times?\b|"
    r"(?:morning|evening|afternoon|night|lunchtime|bedtime|mealtime|weekend)s\b|"
    r"people|percent|per cent|more\b|st\b|nd\b|rd\b|th\b))"
)
HOUR_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty(?:[ -](?:one|two|three|four|five))?|\d{1,2})"
)
_MOST_TAKEN = 4
_LATE_HOUR = r"(?:five|six|seven|eight|nine|ten|eleven|twelve|[5-9]|1[0-2])"
MINUTE_WORD = (
    r"(?:oh?[ -](?:one|two|three|four|five|six|seven|eight|nine)|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_AT = r"(?:\b(?:at|by|around|about|from|for|until|till) )"


def _clock(match: re.Match[str], today: date) -> Iterator[Clue]:
    words = match.groupdict()
    hour, minute = whole_number(words["hour"]), _minutes(words.get("minute"))
    if words.get("to") in {"to", "before", "till", "of"}:
        hour, minute = hour - 1 if hour > 1 else 12, 60 - minute
    minute = int(words.get("minutes") or minute)
    if words.get("tonight") or words.get("this"):
        yield OnDay(today)
    yield Clock(hour, minute, _said_part(words))


def _minutes(said: str | None) -> int:
    said = (said or "").lower()
    if said in {"half", "a half"}:
        return 30
    if said in {"quarter", "a quarter"}:
        return 15
    if said == "three quarters":
        return 45
    return whole_number(re.sub(r"^(?:oh?|zero)[ -]", "", said)) if said else 0


def military(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "0800", "at 1430", "fourteen hundred hours": of 24 hours, so 0800 is no evening."""
    words = match.groupdict()
    hour = whole_number(re.sub(r"^(?:oh?|zero)[ -]", "", words["hour"].lower()))
    minute = int(words.get("minute") or 0)
    yield Clock(hour, minute, AM if hour < 12 else NOON if hour == 12 else None)


def _said_part(words: dict[str, str | None]) -> Part | None:
    if words.get("tonight"):
        return NIGHT
    if half := words.get("half"):
        return AM if half[0] in "aA" else PM
    return PARTS[part.lower()] if (part := words.get("part")) else None


def _clock_instead(match: re.Match[str], today: date) -> Iterator[Clue]:
    hour = match["hour"]
    if "\1" in match.string and whole_number(hour) <= _MOST_TAKEN and match[0].endswith(hour):
        yield Unclear.WORDS  # "one tablet at nine, no, two": at two, or two tablets
        return
    yield TakenBack.WORDS
    yield from _clock(match, today)


def _dose_instead(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read the "sorry" of "one tablet at seven, sorry, two tablets at eight"."""
    if "\1" in match.string[: match.start()]:
        yield TakenBack.WORDS


def _clock_within(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read an hour of a list; a small number may be how many, unless that is said elsewhere."""
    words = match.groupdict()
    is_part_said = any(words.get(each) for each in ("half", "part", "tonight"))
    is_dose_before = (
        "\1" in match.string[: match.start()] and "\1" not in match.string[match.end() :]
    )
    if is_dose_before or (is_part_said and whole_number(words["hour"]) > _MOST_TAKEN):
        yield from _clock(match, today)


def _noon(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Clock(24, 0, MIDNIGHT) if "night" in match[0].lower() else Clock(12, 0, NOON)


def _beside_noon(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "half past midnight" and "ten to noon"."""
    minute, is_night = _minutes(match["minute"]), "night" in match["twelve"].lower()
    part = LATE_NIGHT if is_night else NOON
    if match["to"].lower() in {"to", "before", "till"}:
        yield Clock(23 if is_night else 11, 60 - minute, part)
    else:
        yield Clock(12, minute, part)


def _part_of_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield PartOfDay(PARTS[match["part"].lower()])


def _every_part_of_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "mornings at nine"."""
    yield Every(Frequency.DAILY)
    yield PartOfDay(PARTS[match["part"].lower()])


def _today_part(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today)
    yield PartOfDay(PARTS[match["part"].lower()] if match["part"] else NIGHT)


def _last_night(_match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today - timedelta(1))
    yield PartOfDay(NIGHT)


def _denied_behind(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read the "not nine p m" of "at eight p m, not nine p m": eight is meant."""
    if _HOUR_AHEAD.search(match.string, 0, match.start()):
        yield Denied.WORDS


_HOUR_AHEAD = re.compile(
    rf"\b(?:at|past|to) {HOUR_WORD}\b|\bo'? ?clock\b|\b[ap]\.? ?m\b|:\d\d", re.IGNORECASE
)
_FOLLOWS = (
    r"(?:and|every|each|daily|on|for|to|remind|please|take|until|from|starting|tomorrow|today|then|"
    r"my|in|at|this|tonight|sharp|or|no|not|but|except|half|the)\b"
)
_LIST_END = (
    r"(?=[ ,.]*(?:$|[\0\1]|and\b|every\b|each\b|daily\b|on\b|for\b|to\b|remind\b|please\b|take\b|"
    r"until\b|from\b|starting\b|tomorrow\b|today\b|then\b|my\b"
    rf"|{HOUR_WORD}(?:,| and\b|$)))"
)
# Behind a correction comes at once what it is about: "at ten, sorry, eleven the plumber".
_CORRECTED_END = rf"(?:{_LIST_END}|(?= (?:the|our|his|her|their)\b))"
# "At eight, twelve and six": what follows an hour after "and" is one, unless it counts something.
_NEXT_OF_LIST = (
    rf"(?<=\0)(?:,? and |,? & |, ?)(?!(?:one|two|three|four|[1-4]) (?:\0|at\b|in\b))"
    rf"(?:(?:then|also|again) )?(?:at )?(?P<hour>{HOUR_WORD})"
    rf"(?: (?P<minute>{MINUTE_WORD})|:(?P<minutes>\d\d))?\b(?!:){_UNIT_AFTER}{_PART}{_LIST_END}"
)
# "At seven in the morning noon five and ten at night": between two times, without "and".
_WITHIN_LIST = (
    rf"(?<=\0) (?P<hour>{HOUR_WORD})(?: (?P<minute>{MINUTE_WORD})|:(?P<minutes>\d\d))?\b(?!:)"
    rf"{_UNIT_AFTER}"
)
_NOT_A_TIME_FOR = "".join(
    rf"(?<!\b{word} )"
    for word in (
        *("alarm", "alarms", "reminder", "reminders", "timer", "me", "it", "that", "this", "one"),
        *("something", "set", "up", "call", "is", "ready", "there", "here", "home", "appointment"),
        *("booked", "due", "scheduled", "planned", "again", "wake"),
    )
)
_MINUTES_SAID = rf"(?P<minute>half|a quarter|quarter|three quarters|{N})(?: minutes?| mins?)?"
_NOON = "(?:noon|mid-?day|mid day|mid-?night|mid night)"
_END = r"(?:\b|(?=[ap]\.?m\b))"
CLOCK_RULES = (
    (rf"\b(?!twelve\b|12\b){HOUR_WORD} o'?clock (?:noon|midnight)\b", always(Unclear.WORDS)),
    # "Twelve a m tonight" is tonight's midnight.
    (
        r"(?:\bat )?\b(?P<hour>twelve|12|one|two|three|[1-3]) ?a\.? ?m\b\.? (?P<tonight>tonight)\b",
        _clock,
    ),
    # "Not at seven, at eight"; and "twelve noon" is one time.
    (
        rf"\bnot (?:at )?(?:half past )?{N}(?: o'?clock)?,? (?:but )?(?=.*\d|.*\b{N})",
        always(Denied.WORDS),
    ),
    (
        rf"(?<!but )(?<!and )\bnot (?:at )?(?:(?:half|quarter) (?:past|to) )?{HOUR_WORD}"
        rf"(?: {MINUTE_WORD}|:\d\d)?(?: o'? ?clock)?{_PART_SAID}(?=[ ,.]*$)",
        _denied_behind,
    ),
    # "At eleven p m, not ten, just this once"
    (
        rf"(?<!but )(?<!and )\bnot (?:at )?{HOUR_WORD}"
        r"(?=[ ,.]*(?:just|only|for once|this time|today|tonight|please)\b)",
        _denied_behind,
    ),
    (
        rf"\b(?:at )?(?:12|twelve)(?: o'? ?clock)? (?:at )?{_NOON}\b",
        _noon,
    ),
    (
        rf"{_AT}?\b(?P<minute>a half|half|a quarter|quarter|{N})(?: minutes?| mins?)? "
        r"(?P<to>past|after|to|before|till) (?P<twelve>noon|mid-?day|mid-?night)\b",
        _beside_noon,
    ),
    (
        rf"{_AT}(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)\b(?:,? ?(?:hours|hrs|h)\b)?"
        rf"{_UNIT_AFTER}",
        military,
    ),
    (
        rf"^(?P<hour>0\d)(?P<minute>[0-5]\d)(?! ?\d)\b{_UNIT_AFTER}",
        military,
    ),
    # "Tomorrow 0730": behind a day, and no year.
    (
        r"(?<=\0 )(?![12]\d00\b(?![ ,.]*(?:$|[\0\1]|the\b|hours\b|for\b|to\b)))"
        r"(?!\d{4} (?:steps|words|calories|pounds|dollars|euros|metres|yards|people)\b)"
        rf"(?P<hour>0\d|1[0-8]|2[1-3])(?P<minute>[0-5]\d)\b(?![:.,]\d){_UNIT_AFTER}",
        military,
    ),
    # Without a comma these may be two hours or one: "at eight twelve and six".
    (
        rf"{_AT}?\b{HOUR_WORD} (?:ten|eleven|twelve),? and (?:at )?{HOUR_WORD}\b(?! past)"
        rf"{_UNIT_AFTER}",
        always(Unclear.WORDS),
    ),
    (
        rf"{_AT}?\b(?P<minute>half)(?: past)? (?P<hour>{HOUR_WORD}){_END}{_UNIT_AFTER}"
        rf"(?: o'?clock)?{_PART}",
        _clock,
    ),
    # "One to two senna": how many. No clock is read as two to three without "at" before it.
    (
        r"(?<!at )(?<!by )(?<!from )(?<!about )(?<!around )(?<!until )(?<!till )(?<!between )"
        rf"\b(?:one|two|three|four|six|seven|eight|nine|[1-46-9]) to {HOUR_WORD}\b"
        rf"|(?:(?<=\btake )|(?<=\bhave )|(?<=\bgive )|(?<=\bswallow )|(?<=\buse )){N} to {N}\b",
        always(Unclear.WORDS),
    ),
    (
        rf"(?<!from )(?<!between )(?:\b(?:at|by|around|about|for|until|till) )?\b{_MINUTES_SAID} "
        rf"(?P<to>past|after|to|before|till|(?<=quarter )of) "
        rf"(?P<hour>{HOUR_WORD}){_END}{_UNIT_AFTER}(?! (?:{MINUTE_WORD})\b)"
        rf"(?: o'?clock)?{_PART}",
        _clock,
    ),
    # "Five of eight", as Americans say it.
    (
        rf"\bat (?P<minute>five|ten|twenty|twenty[ -]five)(?: minutes)? (?P<to>of) "
        rf"(?P<hour>{HOUR_WORD}){_END}{_UNIT_AFTER}(?: o'?clock)?{_PART}",
        _clock,
    ),
    # "Dinner for six" is for people, "an alarm for six" is for a time.
    (
        rf"(?<=[a-z] ){_NOT_A_TIME_FOR}\bfor {HOUR_WORD}\b{_UNIT_AFTER}"
        rf"(?! ?o'? ?clock| ?[ap]\.? ?m\b| {MINUTE_WORD}\b|[:.]\d|,? (?:in the|at night)\b)",
        always(Unclear.WORDS),
    ),
    (
        rf"(?<=[\0\1] )for {HOUR_WORD}\b{_UNIT_AFTER}(?! ?o'? ?clock| ?[ap]\.? ?m\b)"
        rf"(?= (?!{_FOLLOWS}|{HOUR_WORD}\b|{MINUTE_WORD}\b)[a-z])",
        always(Unclear.WORDS),
    ),
    (
        rf"{_AT}?(?<![\d:.])\b(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?![\d:.]){_UNIT_AFTER}{_PART}",
        _clock,
    ),
    (rf"{_AT}?\b(?P<hour>\d{{1,2}}) (?P<minute>[0-5]\d)\s?{_HALF}", _clock),
    (rf"{_AT}?\b(?P<hour>{N}) ?o'? ?clock{_PART}", _clock),
    (
        rf"{_AT}?\b(?P<hour>{HOUR_WORD}) (?P<minute>{MINUTE_WORD})\b{_UNIT_AFTER}{_PART}",
        _clock,
    ),
    (rf"{_AT}?\b(?P<hour>{N})\s?{_HALF}", _clock),
    (
        # "Take one in the morning" is no hour: only where nothing else could be counted.
        rf"(?:{_AT}|^|(?<!take )(?<!one )(?={_LATE_HOUR}\b))(?P<hour>{HOUR_WORD}),? "
        rf"(?:(?:in the |(?P<this>this )|at )(?P<part>{either(PARTS)})\b"
        r"|(?P<tonight>tonight)\b)",
        _clock,
    ),
    (rf"{_AT}(?P<hour>{N})\b(?![:.]\d){_UNIT_AFTER}{_PART}", _clock),
    # "At eight, no, nine."
    (
        rf"(?<=\0){REPAIR}(?P<hour>{HOUR_WORD})(?: (?P<minute>{MINUTE_WORD}))?\b{_UNIT_AFTER}"
        rf"{_PART}{_CORRECTED_END}",
        _clock_instead,
    ),
    (rf"(?<=[\0\1,]){REPAIR}(?=\0|(?:on|in|by|every) ?\0)", always(TakenBack.WORDS)),
    (rf"(?<=[\0\1,]){REPAIR}(?=\x01)", _dose_instead),
    (rf"\b{SURE}[ ,.]*(?=\0|(?:at )?{_NOON}\b)", always(TakenBack.WORDS)),
    (rf"{_AT}?\b{_NOON}\b", _noon),
    (rf"{_WITHIN_LIST}{_PART_SAID}(?=(?:,? and|,)? ?\0|[ ,]*$)", _clock_within),
    (rf"{_WITHIN_LIST}(?=(?:,? and|,)? \0)", _clock_within),
    *[(_NEXT_OF_LIST, _clock)] * 6,
    # "Levodopa one tablet at seven in the morning ... and four in the afternoon"
    (
        rf"(?<=\0),? and (?P<hour>one|two|three|four|[1-4]),? in the (?P<part>{either(PARTS)})\b",
        _clock_within,
    ),
    (r"(?=\b(?:wake|get) me(?: up)?\b)", always(Waking.WORDS)),
    (r"\blast night\b", _last_night),
    (rf"\bthis (?P<part>{either(PARTS)})\b|\btonight\b", _today_part),
    (rf"\b(?<!good )(?:in the |in |on )?(?P<part>{either(PARTS)})s\b", _every_part_of_day),
    (rf"\b(?<!good )(?:in the |at |by )?(?P<part>{either(PARTS)})\b", _part_of_day),
    (r"(?<=\0)[ ,]*\b(?:and|&|plus)\b ?(?=\0)", always(Joint.WORDS)),
    (
        r"(?=\b(?:oh|ah|ooh|oops|whoops|um+|uh+|er+m?|hm+|hang on|hold on|silly me|listen to me|"
        r"what am i (?:saying|like)|let me think)\b(?![ ,.]*(?:and|then|also)\b))",
        always(Aside.WORDS),
    ),
)
