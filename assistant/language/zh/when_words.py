"""Chinese words for parts of the day, days, habits and festivals, as tables."""

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

DAWN = Part(0, 6, time(5))
MORNING = Part(1, 13, time(8))
FORENOON = Part(1, 13, time(10))
BEFORE_NOON = Part(0, 12, time(8))
"""Of an hour in figures, as 0730."""
NOON = Part(10, 15, time(12))
AFTERNOON = Part(12, 24, time(15))
"""Up to midnight: a clock's 下午11:30 is read out so."""
DUSK = Part(16, 21, time(18))
EVENING = Part(16, 29, time(20))
NIGHT = Part(18, 30, time(22))

PARTS: dict[str, Part] = {
    **dict.fromkeys(("凌晨", "拂晓", "天亮前"), DAWN),
    **dict.fromkeys(
        (
            "大清早",
            "清早",
            "一大早",
            "大早上",
            "清晨",
            "早晨",
            "早上",
            "早间",
            "早起",
            "一早",
            "朝早",
        ),
        MORNING,
    ),
    "上午": FORENOON,
    **dict.fromkeys(("中午", "正午", "晌午"), NOON),
    **dict.fromkeys(("下午", "午后", "后半晌", "后晌", "下半天", "下昼"), AFTERNOON),
    **dict.fromkeys(("傍晚", "黄昏"), DUSK),
    **dict.fromkeys(("晚上", "晚间", "夜晚", "晚黑", "夜黑"), EVENING),
    **dict.fromkeys(("夜里", "夜间", "半夜", "大半夜", "后半夜", "深夜", "午夜"), NIGHT),
}
SHORT_PARTS = {"早": MORNING, "晨": MORNING, "晚": EVENING, "夜": NIGHT}
RELATIVE_DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今朝": 0,
    "听日": 1,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "后天": 2,
    "后儿": 2,
    "大大后天": 4,
    "大后天": 3,
    "大后儿": 3,
}
ANCHORS: dict[str, tuple[Anchor, ...]] = {
    **dict.fromkeys(("早饭", "早餐", "早点", "早茶"), (Anchor.BREAKFAST,)),
    **dict.fromkeys(("午饭", "午餐", "中饭", "中餐", "中午饭", "晌午饭"), (Anchor.LUNCH,)),
    **dict.fromkeys(("晚饭", "晚餐", "夜饭", "晚上饭"), (Anchor.SUPPER,)),
    **dict.fromkeys(("早晚饭", "早晚餐"), (Anchor.BREAKFAST, Anchor.SUPPER)),
    **dict.fromkeys(("早午晚饭", "早中晚饭", "早中晚三餐", "三餐饭"), MEALS),
    **dict.fromkeys(
        (
            "一日三餐",
            "每日三餐",
            "每天三餐",
            "三餐",
            "三顿饭",
            "饭",
            "餐",
            "用餐",
            "吃饭",
            "进餐",
            "用饭",
        ),
        MEALS,
    ),
    **dict.fromkeys(("起床", "起来", "睡醒", "醒来"), (Anchor.WAKING,)),
    **dict.fromkeys(
        ("午睡", "午觉", "午休", "午睡起来", "午觉起来", "午睡醒来", "午觉醒来"), (Anchor.NAP,)
    ),
    **dict.fromkeys(("睡觉", "睡", "临睡", "入睡", "上床", "就寝", "晚上睡觉"), (Anchor.BEDTIME,)),
}
FESTIVALS: dict[str, Clue] = {
    **dict.fromkeys(("春节", "大年初一", "过年"), OnLunarDay((1,), 1)),
    **dict.fromkeys(("除夕", "大年三十", "年三十", "大年夜", "年夜"), OnLunarDay((30,), 12)),
    **dict.fromkeys(("元宵节", "元宵", "正月十五"), OnLunarDay((15,), 1)),
    **dict.fromkeys(("端午节", "端午"), OnLunarDay((5,), 5)),
    **dict.fromkeys(("七夕节", "七夕"), OnLunarDay((7,), 7)),
    **dict.fromkeys(("中元节", "中元"), OnLunarDay((15,), 7)),
    **dict.fromkeys(("中秋节", "中秋"), OnLunarDay((15,), 8)),
    **dict.fromkeys(("重阳节", "重阳"), OnLunarDay((9,), 9)),
    **dict.fromkeys(("腊八节", "腊八"), OnLunarDay((8,), 12)),
    "小年": OnLunarDay((23,), 12),
    **dict.fromkeys(("元旦节", "元旦", "新年"), OnMonthDay(1, 1)),
    **dict.fromkeys(("妇女节", "三八节"), OnMonthDay(8, 3)),
    **dict.fromkeys(("劳动节", "五一节", "五一"), OnMonthDay(1, 5)),
    **dict.fromkeys(("儿童节", "六一节", "六一"), OnMonthDay(1, 6)),
    **dict.fromkeys(("教师节",), OnMonthDay(10, 9)),
    **dict.fromkeys(("国庆节", "国庆", "十一节"), OnMonthDay(1, 10)),
    **dict.fromkeys(("圣诞节", "圣诞"), OnMonthDay(25, 12)),
    **dict.fromkeys(("平安夜",), OnMonthDay(24, 12)),
    **dict.fromkeys(("清明节", "清明"), OnSolarTerm("清明")),
    **dict.fromkeys(("冬至节", "冬至"), OnSolarTerm("冬至")),
    **{
        term: OnSolarTerm(term)
        for term in (
            *(
                "立春",
                "雨水",
                "惊蛰",
                "春分",
                "谷雨",
                "立夏",
                "小满",
                "芒种",
                "夏至",
                "小暑",
                "大暑",
            ),
            *(
                "立秋",
                "处暑",
                "白露",
                "秋分",
                "寒露",
                "霜降",
                "立冬",
                "小雪",
                "大雪",
                "小寒",
                "大寒",
            ),
        )
    },
}
WEEKDAYS = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **dict(zip("1234567", range(7), strict=True)),
    "天": 6,
}
FREQUENCIES = {
    "分钟": Frequency.MINUTELY,
    "小时": Frequency.HOURLY,
    "钟头": Frequency.HOURLY,
    "天": Frequency.DAILY,
    "日": Frequency.DAILY,
    "周": Frequency.WEEKLY,
    "星期": Frequency.WEEKLY,
    "礼拜": Frequency.WEEKLY,
    "月": Frequency.MONTHLY,
    "年": Frequency.YEARLY,
}
LUNAR_MONTHS = {"正月": 1, "大年": 1, "年": 1, "冬月": 11, "腊月": 12}
SECONDS = {"秒": 1, "秒钟": 1, "分钟": 60, "刻钟": 900, "小时": 3_600, "钟头": 3_600}
DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
NUMBERED = (
    "(?:教室|车厢|病房|病床|床位|床(?=[的那找等送陪看打叫]|$)|站台|窗口|包厢|包间|包房|会议室|诊室|诊台|"
    "柜台|储物柜|快递柜|柜(?!子)|检票口|登机口|出站口|出口|入口|泳道|跑道|航站楼|楼(?!上|下|市|道)|"
    "单元|房间|公交车?(?!卡)|线(?![上下])|大院|门(?=[口进出等见的那]|$)|展厅|展馆|展位|宿舍|公寓|"
    "座位?|桌(?!子)|窗(?![户帘子花])|食堂|球台|厅|技师|师傅|选手|医生|大夫|护士|嘉宾|信箱|车位|停车位|摊位?|铺位|电池|球衣|车(?=[厢的去来到])|院(?=[的那去找]|$)|仓库|泵站)"
)
"""Things that bear a number: 七号教室 is no seventh of the month."""
