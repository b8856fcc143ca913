"""How English says times, days, durations and lists."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from assistant.language.en.numerals import cardinal, ordinal, year
from assistant.language.lunar import lunar_day

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_RELATIVE_DAYS = {
    -1: "yesterday",
    0: "today",
    1: "tomorrow",
    2: "the day after tomorrow",
}
_DAY_PARTS = (
    (0, "at night"),
    (1, "in the morning"),
    (12, "in the afternoon"),
    (18, "in the evening"),
    (22, "at night"),
)
NIGHT_ENDS = 5
"""Before this hour somebody awake may still call the day "yesterday"."""
_DURATION_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def clock(hour: int, minute: int) -> str:
    """Say hour and minute without the part of the day: half past seven."""
    names = {0: "{} o'clock", 15: "quarter past {}", 30: "half past {}", 45: "quarter to {}"}
    said_hour = cardinal(str(hour % 12 + 1 if minute == 45 else (hour + 11) % 12 + 1))
    if minute in names:
        return names[minute].format(said_hour)
    return f"{said_hour} {'oh ' if minute < 10 else ''}{cardinal(str(minute))}"


def day_part(hour: int) -> str:
    """Name the part of the day an hour (0-23) belongs to."""
    return [name for first, name in _DAY_PARTS if first <= hour][-1]


def time_of_day(at: time) -> str:
    """Say a time: half past seven in the morning, noon."""
    if not at.minute and at.hour in {0, 12}:
        return "noon" if at.hour else "midnight"
    return f"{clock(at.hour, at.minute)} {day_part(at.hour)}"


def day(at: date) -> str:
    """Say month and day: November twenty-first."""
    return f"{MONTHS[at.month - 1]} {ordinal(at.day)}"


def full_date(at: date) -> str:
    """Say year, month and day: November twenty-first, twenty twenty-six."""
    return f"{day(at)}, {year(at.year)}"


def weekday(at: date) -> str:
    """Say the day of the week: Saturday."""
    return WEEKDAYS[at.weekday()]


def relative_day(at: date, today: date) -> str:
    """Say a day as seen from today: tomorrow, on Thursday, next Wednesday, else the date."""
    days = (at - today).days
    if days in _RELATIVE_DAYS:
        return _RELATIVE_DAYS[days]
    weeks = (days + today.weekday()) // 7
    if days > 0 and weeks in {0, 1}:
        return f"{('on', 'next')[weeks]} {weekday(at)}"
    return f"on {day(at) if at.year == today.year else full_date(at)}"


def moment(at: datetime, now: datetime) -> str:
    """Say a day and a time: "tonight at midnight"; in the night, the weekday beside "tomorrow"."""
    is_night = now.hour < NIGHT_ENDS
    if at.hour == 0:  # of the night of the day before, as people count
        evening = at.date() - timedelta(1)
        days = (evening - now.date()).days + is_night
        if days == 0:
            night = "tonight"
        elif days == 1:
            night = f"on {weekday(evening)} night" if is_night else "tomorrow night"
        else:
            night = f"{relative_day(evening, now.date())} night"
        return f"{night} at {clock(0, at.minute) if at.minute else 'midnight'}"
    said = relative_day(at.date(), now.date())
    if is_night and (at.date() - now.date()).days in _RELATIVE_DAYS:
        said = f"{said}, {weekday(at.date())},"
    return f"{said} at {time_of_day(at.time())}"


def duration(length: timedelta) -> str:
    """Say a length of time by its two largest units: an hour and a half, two days and an hour."""
    seconds = max(round(length.total_seconds()), 0)
    if seconds % 3_600 == 1_800 and seconds < 86_400:
        hours = seconds // 3_600
        halves = {0: "half an hour", 1: "an hour and a half"}
        return halves.get(hours, f"{cardinal(str(hours))} and a half hours")
    parts: list[str] = []
    for size, unit in _DURATION_UNITS:
        number, seconds = divmod(seconds, size)
        if number or (size == 1 and not parts):
            parts.append(f"{cardinal(str(number))} {unit}{'' if number == 1 else 's'}")
        elif parts:
            break
    return " and ".join(parts[:2])


def listing(items: Sequence[str]) -> str:
    """Say a list: apples, bananas and pears."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def lunar_date(at: date) -> str:
    """Say the day in the Chinese calendar: the thirteenth of the tenth lunar month."""
    lunar = lunar_day(at)
    month = ("leap " if lunar.is_leap_month else "") + ordinal(lunar.month)
    return f"the {ordinal(lunar.day)} of the {month} lunar month"


def festivals(at: date) -> tuple[str, ...]:
    """Name the Chinese festivals of a day that English has names for: Mid-Autumn Festival."""
    names = lunar_day(at).festivals
    return tuple(_FESTIVALS[name] for name in names if name in _FESTIVALS)


_FESTIVALS = {
    "春节": "Chinese New Year",
    "元宵节": "Lantern Festival",
    "清明": "Qingming Festival",
    "端午节": "Dragon Boat Festival",
    "七夕节": "Qixi Festival",
    "中秋节": "Mid-Autumn Festival",
    "重阳节": "Double Ninth Festival",
    "冬至": "Winter Solstice",
    "腊八节": "Laba Festival",
    "除夕": "Chinese New Year's Eve",
    "元旦节": "New Year's Day",
    "国庆节": "National Day",
}
