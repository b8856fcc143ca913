"""English words for parts of the day, days, habits and festivals, as tables."""

from datetime import time

from assistant.language.clues import (
    MEALS,
    Anchor,
    Clue,
    Frequency,
    OnLunarDay,
    OnMonthDay,
    OnSolarTerm,
    Part,
)

MORNING = Part(0, 12, time(8))
NOON = Part(10, 15, time(12))
AFTERNOON = Part(12, 20, time(15))
EVENING = Part(16, 29, time(20))
NIGHT = Part(17, 30, time(21))
MID_MORNING = Part(8, 12, time(10))
MID_AFTERNOON = Part(13, 18, time(14))
MIDNIGHT = Part(24, 25, time(0))
LATE_NIGHT = Part(23, 25, time(23))
"""The hour before midnight and the one after."""
AM = Part(0, 12, time(8))
PM = Part(12, 24, time(20))

PARTS: dict[str, Part] = {
    "morning": MORNING,
    **dict.fromkeys(("mid-morning", "mid morning", "midmorning"), MID_MORNING),
    **dict.fromkeys(("mid-afternoon", "mid afternoon", "midafternoon"), MID_AFTERNOON),
    "lunchtime": NOON,
    "midday": NOON,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "night": NIGHT,
    "nighttime": NIGHT,
}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march",),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_GOES = (
    *(("we", "go"), ("they", "go"), ("he", "goes"), ("she", "goes"), ("mum", "goes")),
    *(("dad", "goes"), ("mother", "goes"), ("father", "goes")),
)
ANCHORS: dict[str, tuple[Anchor, ...]] = {
    "breakfast": (Anchor.BREAKFAST,),
    "my breakfast": (Anchor.BREAKFAST,),
    **dict.fromkeys(
        ("lunch", "luncheon", "my lunch", "midday meal", "my midday meal"), (Anchor.LUNCH,)
    ),
    **dict.fromkeys(
        ("dinner", "supper", "my dinner", "my supper", "evening meal", "my evening meal"),
        (Anchor.SUPPER,),
    ),
    **dict.fromkeys(
        (
            *("meals", "my meals", "all meals", "each meal", "every meal", "a meal", "meal"),
            *("food", "eating", "i eat", "mealtimes", "meal times"),
        ),
        MEALS,
    ),
    **dict.fromkeys(
        ("waking", "waking up", "i wake up", "i get up", "getting up", "i wake"), (Anchor.WAKING,)
    ),
    **dict.fromkeys(("my nap", "the nap", "nap"), (Anchor.NAP,)),
    **dict.fromkeys(
        (
            *("bed", "bedtime", "going to bed", "i go to bed", "sleep", "sleeping", "i sleep"),
            *(f"{who} {go} to bed" for who, go in _GOES),
            *("going to sleep", "i go to sleep", "my bedtime"),
        ),
        (Anchor.BEDTIME,),
    ),
}
EACH = frozenset({"each meal", "every meal", "all meals", "mealtimes", "meal times"})
FESTIVALS: dict[str, Clue] = {
    **dict.fromkeys(("chinese new year", "lunar new year", "spring festival"), OnLunarDay((1,), 1)),
    **dict.fromkeys(("chinese new year's eve", "lunar new year's eve"), OnLunarDay((30,), 12)),
    "lantern festival": OnLunarDay((15,), 1),
    "dragon boat festival": OnLunarDay((5,), 5),
    **dict.fromkeys(
        ("mid-autumn festival", "mid autumn festival", "moon festival", "mid-autumn day"),
        OnLunarDay((15,), 8),
    ),
    "double ninth festival": OnLunarDay((9,), 9),
    **dict.fromkeys(("qingming", "qingming festival", "tomb sweeping day"), OnSolarTerm("清明")),
    "winter solstice": OnSolarTerm("冬至"),
    **dict.fromkeys(("new year's day", "new years day"), OnMonthDay(1, 1)),
    **dict.fromkeys(("new year's eve", "new years eve"), OnMonthDay(31, 12)),
    **dict.fromkeys(("valentine's day", "valentines day"), OnMonthDay(14, 2)),
    "halloween": OnMonthDay(31, 10),
    **dict.fromkeys(("christmas eve",), OnMonthDay(24, 12)),
    **dict.fromkeys(("christmas day", "christmas"), OnMonthDay(25, 12)),
    "boxing day": OnMonthDay(26, 12),
    **dict.fromkeys(("bonfire night", "guy fawkes night"), OnMonthDay(5, 11)),
    "burns night": OnMonthDay(25, 1),
}
FREQUENCIES = {
    "minute": Frequency.MINUTELY,
    "hour": Frequency.HOURLY,
    "day": Frequency.DAILY,
    "week": Frequency.WEEKLY,
    "month": Frequency.MONTHLY,
    "year": Frequency.YEARLY,
}
ADVERBS = {
    "hourly": (Frequency.HOURLY, 1),
    "daily": (Frequency.DAILY, 1),
    "weekly": (Frequency.WEEKLY, 1),
    "fortnightly": (Frequency.WEEKLY, 2),
    "monthly": (Frequency.MONTHLY, 1),
    "yearly": (Frequency.YEARLY, 1),
    "annually": (Frequency.YEARLY, 1),
    "annual": (Frequency.YEARLY, 1),
    "quarterly": (Frequency.MONTHLY, 3),
}
TIMES = {"once": 1, "twice": 2, "thrice": 3}
SECONDS = {"second": 1, "minute": 60, "hour": 3_600}
DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30}
COUNTED_OFF = (
    *("floor", "storey", "row", "shelf", "drawer", "door", "house", "street", "avenue", "road"),
    *("bench", "seat", "bed", "room", "flat", "table", "desk", "window", "platform", "lane"),
    *("bus", "train", "tram", "coach", "carriage", "car", "stop", "station", "exit", "turning"),
    *("corner", "left", "right", "page", "chapter", "verse", "paragraph", "line", "act", "scene"),
    *("episode", "series", "part", "half", "hole", "tee", "race", "round", "lap", "prize"),
    *("place", "class", "grade", "edition", "visit", "attempt", "cup", "bottle"),
    *("glass", "slice", "course", "aid", "name", "lady", "person", "man", "woman", "boy", "girl"),
    *("child", "baby", "son", "daughter", "wife", "husband", "cousin", "grandson", "grandchild"),
    *("granddaughter", "great grandchild", "world war", "building", "block", "entrance", "gate"),
    *("counter", "ward", "bay", "aisle", "locker", "box", "bin", "drawer", "cupboard", "step"),
    *("stair", "landing", "button", "key", "switch", "song", "tune", "movement", "hymn", "reading"),
    *("thing", "time", "hand", "opinion", "helping", "letter", "bell", "quarter"),
)
"""Things that are told apart by their place: "the third floor" is no day of the month."""
