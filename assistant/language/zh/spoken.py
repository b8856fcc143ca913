"""How Chinese says times, days, durations and lists."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from assistant.language.lunar import lunar_day
from assistant.language.zh.numerals import by_digit, cardinal

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期天")
_RELATIVE_DAYS = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天", 3: "大后天"}

# The part of the day by its first hour, as elders say it.
_DAY_PARTS = (
    (0, "半夜"),
    (1, "凌晨"),
    (5, "早上"),
    (9, "上午"),
    (12, "中午"),
    (13, "下午"),
    (18, "晚上"),
    (23, "夜里"),
)
NIGHT_ENDS = 5
"""Before this hour somebody awake may still call the day yesterday."""
_DURATION_UNITS = ((86_400, "天"), (3_600, "小时"), (60, "分钟"), (1, "秒"))


def count(number: int) -> str:
    """Say a number that counts things: two is 两."""
    return "两" if number == 2 else cardinal(str(number))


def clock(hour: int, minute: int) -> str:
    """Say hour and minute without the part of the day: 七点半."""
    said = count(hour) + "点"
    if minute == 15:
        return said + "一刻"
    if minute == 30:
        return said + "半"
    if minute:
        said += ("零" if minute < 10 else "") + cardinal(str(minute)) + "分"
    return said


def day_part(hour: int) -> str:
    """Name the part of the day an hour (0-23) belongs to."""
    return [name for first, name in _DAY_PARTS if first <= hour][-1]


def time_of_day(at: time) -> str:
    """Say a time: 早上七点半, 下午四点一刻."""
    return day_part(at.hour) + clock((at.hour + 11) % 12 + 1, at.minute)


def day(at: date) -> str:
    """Say month and day: 十一月二十一号."""
    return f"{cardinal(str(at.month))}月{cardinal(str(at.day))}号"


def full_date(at: date) -> str:
    """Say year, month and day: 二零二六年十一月二十一号."""
    return f"{by_digit(str(at.year))}年{day(at)}"


def weekday(at: date) -> str:
    """Say the day of the week: 星期六."""
    return WEEKDAYS[at.weekday()]


def relative_day(at: date, today: date) -> str:
    """Say a day as seen from today: 明天, 下星期三, else the date."""
    days = (at - today).days
    if days in _RELATIVE_DAYS:
        return _RELATIVE_DAYS[days]
    weeks = (days + today.weekday()) // 7
    if days > 0 and weeks in {0, 1}:
        return ("这", "下")[weeks] + weekday(at)
    return day(at) if at.year == today.year else full_date(at)


def moment(at: datetime, now: datetime) -> str:
    """Say a day and a time: 今天夜里十二点; in the night, the weekday beside 明天."""
    is_night = now.hour < NIGHT_ENDS
    if at.hour == 0:  # of the night of the day before, as people count
        evening = at.date() - timedelta(1)
        days = (evening - now.date()).days + is_night
        if days == 0:
            said = "今天"
        else:
            said = weekday(evening) if days == 1 and is_night else relative_day(evening, now.date())
        return f"{said}夜里{clock(12, at.minute)}"
    said = relative_day(at.date(), now.date())
    if is_night and (at.date() - now.date()).days in _RELATIVE_DAYS:
        said += f"（{weekday(at.date())}）"
    return said + time_of_day(at.time())


def duration(length: timedelta) -> str:
    """Say a length of time by its two largest units: 一个半小时, 两天零三小时."""
    seconds = max(round(length.total_seconds()), 0)
    if seconds % 3_600 == 1_800 and seconds < 86_400:
        hours = seconds // 3_600
        return f"{count(hours)}个半小时" if hours else "半个小时"
    parts: list[str] = []
    for size, unit in _DURATION_UNITS:
        number, seconds = divmod(seconds, size)
        if number or (size == 1 and not parts):
            parts.append(count(number) + ("个" if unit == "小时" else "") + unit)
        elif parts:
            break
    return "零".join(parts[:2]) if parts[0].endswith("天") else "".join(parts[:2])


def listing(items: Sequence[str]) -> str:
    """Say a list: 苹果、香蕉和梨."""
    return "和".join(filter(None, ["、".join(items[:-1]), *items[-1:]]))


def lunar_date(at: date) -> str:
    """Say the day in the traditional calendar: 农历十月十三."""
    lunar = lunar_day(at)
    return f"农历{lunar.month_name}月{lunar.day_name}"


def festivals(at: date) -> tuple[str, ...]:
    """Name the festivals and the solar term of a day: 中秋节, 冬至."""
    return lunar_day(at).festivals
