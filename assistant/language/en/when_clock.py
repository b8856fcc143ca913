"""What English says about times of day, habits and lengths of time."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from assistant.language.clues import (
    After,
    Clock,
    Clue,
    Denied,
    Every,
    Frequency,
    Joint,
    OnDay,
    Part,
    PartOfDay,
    TakenBack,
    Unclear,
    Waking,
    always,
)
from assistant.language.en.amounts import value_of
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.numerals import whole_number
from assistant.language.en.when_words import (
    AM,
    DAYS,
    LATE_NIGHT,
    MIDNIGHT,
    NIGHT,
    NOON,
    PARTS,
    PM,
    SECONDS,
)


def either(words: Iterable[str]) -> str:
    """Join words into a regular expression, the longest first."""
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


_HALF = r"(?P<half>a\.? ?m\b\.?|p\.? ?m\b\.?)"
_PART = (
    rf"(?:\s?{_HALF}|,? (?:in the |this |at |every |each )(?P<part>{either(PARTS)})\b"
    r"|,? (?P<tonight>tonight)\b)?"
)
_UNIT_AFTER = (
    r"(?!\s*(?:%|mg|ml|mcg|milli|micro|gram|tablet|pill|capsule|drop|puff|spoon|dose|unit|sachet|"
    r"of (?:them|these|those)|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|times?\b|"
    r"people|percent|per cent|more\b|st\b|nd\b|rd\b|th\b))"
)
HOUR_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty(?:[ -](?:one|two|three|four|five))?|\d{1,2})"
)
_LATE_HOUR = r"(?:five|six|seven|eight|nine|ten|eleven|twelve|[5-9]|1[0-2])"
MINUTE_WORD = (
    r"(?:oh?[ -](?:one|two|three|four|five|six|seven|eight|nine)|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_AT = r"(?:\b(?:at|by|around|about|from|for|until|till) )"
_LENGTH_WORDS = "half an?|(?:a |one )?quarter of an?|three quarters of an|an?(?! few)|a couple of"
_DIGIT_WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_DECIMAL = rf"(?:\d+\.\d+|(?:{N} )?point(?: {_DIGIT_WORD})+)"
_LENGTH_PART = (
    rf"(?:{_LENGTH_WORDS}|(?:{_DECIMAL}|{N}|a few)(?: and a half)?)[ -]{either(SECONDS)}s?"
    r"(?: and a half| and a quarter)?"
)
LENGTH = rf"(?P<length>{_LENGTH_PART}(?:(?: and|,)? {_LENGTH_PART})*)"


def _clock(match: re.Match[str], today: date) -> Iterator[Clue]:
    words = match.groupdict()
    hour, minute = whole_number(words["hour"]), _minutes(words.get("minute"))
    if words.get("to") in {"to", "before", "till", "of"}:
        hour, minute = hour - 1 if hour > 1 else 12, 60 - minute
    minute = int(words.get("minutes") or minute)
    if words.get("tonight"):
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


def _military(match: re.Match[str], _: date) -> Iterator[Clue]:
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
    yield TakenBack.WORDS
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


def seconds_of(said: str) -> float:
    """Read "half an hour", "an hour and a half", "one hour and twenty minutes"."""
    total = 0.0
    pattern = (
        rf"(?P<part>{_LENGTH_WORDS}|{_DECIMAL}|{N}|a few)(?P<half> and a half)?[ -]"
        rf"(?P<unit>{either(SECONDS)})s?(?P<more> and a half| and a quarter)?"
    )
    fixed = {"half": 0.5, "quarter": 0.25, "three quarters": 0.75}
    for each in re.finditer(pattern, said.lower()):
        part = re.sub(r"( of)? an?$", "", each["part"])
        part = re.sub(r"^(?:a|one) (?=quarter)", "", part)
        if part in fixed:
            amount = fixed[part]
        elif part in {"a", "an"}:
            amount = 1.0
        else:
            known = {"a few": 3.0, "a couple of": 2.0}.get(part)
            amount = known or float(value_of(part))
        amount += 0.5 if each["half"] or each["more"] == " and a half" else 0.0
        amount += 0.25 if each["more"] == " and a quarter" else 0.0
        total += amount * SECONDS[each["unit"]]
    return total


def _after(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield After(timedelta(seconds=seconds_of(match["length"])))


def _after_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "two years and 21 days later", "in one day and two hours"."""
    days, months = 0, 0
    for each in re.finditer(_CALENDAR_PART, match["days"], re.IGNORECASE):
        said, unit = each["number"].lower(), each["unit"].lower()
        number = {"a": 1, "an": 1, "one": 1, "a couple of": 2}.get(said) or whole_number(said)
        if unit in {"month", "year"}:
            months += number * (12 if unit == "year" else 1)
        else:
            days += number * DAYS[unit]
    length = match["length"]
    seconds = seconds_of(length) if length else 0
    yield After(timedelta(seconds=seconds), days, months)


_CALENDAR_UNIT = "day|week|fortnight|month|year"
_CALENDAR_PART = rf"(?P<number>an?|a couple of|{N}) (?P<unit>{_CALENDAR_UNIT})s?"
_ONE_PART = rf"(?:an?|a couple of|{N}) (?:{_CALENDAR_UNIT})s?'?"
_CALENDAR_LENGTH = (
    rf"(?P<days>{_ONE_PART}(?:(?:,? and|,)? {_ONE_PART})*)(?:(?:,? and|,)? {LENGTH})?"
)
LENGTH_RULES = (
    (
        rf"(?:\bat )?(?<!in )(?<!every )(?<!for )(?<!after )\b"
        rf"(?P<hour>(?:oh?|zero) {_DIGIT_WORD}|{HOUR_WORD}) hundred hours\b(?! (?:later|from))",
        _military,
    ),
    (r"\b(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d) ?(?:hours|hrs|h)\b", _military),
    (rf"\bin {_CALENDAR_LENGTH}(?: time)?\b", _after_days),
    (rf"\b{_CALENDAR_LENGTH} (?:from (?:now|today)|later|hence)\b", _after_days),
    (
        r"\b(?:in|within|wait(?: for)?|snooze(?: for)?|timer for|another) "
        rf"{LENGTH}(?:'?s'? time)?",
        _after,
    ),
    (rf"\b{LENGTH} (?:from now|later|timer)", _after),
    (rf"^{LENGTH}$", _after),
)
REPAIR = (
    r"[ ,.]*\b(?:(?:oh|ah|er|um|no|well),? )?(?:no wait|no sorry|no no|no|nope|sorry|i mean|"
    r"i meant|make that|make it|or rather|rather|actually|wait|that's wrong|oops|whoops|my mistake|"
    r"correction|hang on|(?:scratch|strike) that|i should(?: have)? (?:say|said)|excuse me|pardon)"
    r"\b[ ,.]*"
    r"(?:(?:it's|it is|i mean|make it|make that|sorry|at) )*"
)
_SURE_REPAIR = r"(?:no wait|no sorry|i mean|i meant|or rather|make that)"
_LIST_END = (
    r"(?=[ ,.]*(?:$|\0|and\b|every\b|each\b|daily\b|on\b|for\b|to\b|remind\b|please\b|take\b|"
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
    # "Not at seven, at eight"; and "twelve noon" is one time.
    (
        rf"\bnot (?:at )?(?:half past )?{N}(?: o'?clock)?,? (?:but )?(?=.*\d|.*\b{N})",
        always(Denied.WORDS),
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
        _military,
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
    # "Dinner for six" is for people, "an alarm for six" is for a time.
    (
        rf"(?<=[a-z] ){_NOT_A_TIME_FOR}\bfor {HOUR_WORD}\b{_UNIT_AFTER}"
        rf"(?! ?o'? ?clock| ?[ap]\.? ?m\b| {MINUTE_WORD}\b|[:.]\d|,? (?:in the|at night)\b)",
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
        rf"(?:(?:in the |this |at )(?P<part>{either(PARTS)})\b|(?P<tonight>tonight)\b)",
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
    (rf"\b{_SURE_REPAIR}[ ,.]*(?=\0)", always(TakenBack.WORDS)),
    (rf"{_AT}?\b{_NOON}\b", _noon),
    *[(_NEXT_OF_LIST, _clock)] * 6,
    (r"(?=\b(?:wake|get) me(?: up)?\b)", always(Waking.WORDS)),
    (rf"\bthis (?P<part>{either(PARTS)})\b|\btonight\b", _today_part),
    (rf"\b(?<!good )(?:in the |in |on )?(?P<part>{either(PARTS)})s\b", _every_part_of_day),
    (rf"\b(?<!good )(?:in the |at |by )?(?P<part>{either(PARTS)})\b", _part_of_day),
    (r"(?<=\0)[ ,]*\b(?:and|&|plus)\b ?(?=\0)", always(Joint.WORDS)),
)
