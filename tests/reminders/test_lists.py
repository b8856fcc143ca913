"""Lists as people keep them: what is read of a spreadsheet, what is refused, and with which words.

A table of what may stand in a cell, in both languages; what can be read in two ways is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

import pytest

from assistant.language import DayTime, Habits, LunarDays, Strength, Unit
from assistant.language.clues import Anchor
from assistant.reminders.csv_list import COLUMNS, MAX_LINES, Lists
from assistant.reminders.list_file import decoded
from assistant.reminders.list_words import ListFault, ListWords, tables
from assistant.reminders.requests import reminder_of, wish_of
from assistant.reminders.wording import Wording
from assistant.services.refusals import ListRefused, NeverComesRefused
from assistant.services.reminder import (
    Amount,
    AsNeeded,
    Food,
    Kind,
    Reminder,
    ReminderWish,
    Risk,
    ScheduleWish,
)
from tests.reminders.home import SHANGHAI, Home

NOW = datetime(2026, 11, 30, 15, tzinfo=SHANGHAI)
ONE = Amount(Fraction(1), Unit.TABLET)


def lists_of(lang: str) -> Lists:
    habits = Habits()
    words = Wording(SHANGHAI, lambda: lang).in_writing(habits)
    return Lists(ListWords(lang), words, NOW, habits)


ZH, EN = lists_of("zh"), lists_of("en")


def read(text: str, lists: Lists = ZH) -> list[ReminderWish]:
    wishes, wrong = lists.read(text, lambda wish: reminder_of(wish, "", NOW))
    assert wrong == []
    return [wish for _, wish in wishes]


def refused(text: str, lists: Lists = ZH) -> list[str]:
    wishes, wrong = lists.read(text, lambda wish: reminder_of(wish, "", NOW))
    assert wishes == []
    return [f"{line}: {why}" for line, why in wrong]


# -------------------------------------------------------------------------------- the file

CHINESE = "药名,剂量,时间,饭前饭后,备注\r\n降压药,1片,08:00,饭后,温水\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "，", "；"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_what_excel_and_wps_write_is_read(separator: str, encoding: str) -> None:
    raw = CHINESE.replace(",", separator).encode(encoding)
    (wish,) = read(decoded(raw))
    assert (wish.title, wish.kind, wish.amount) == ("降压药", Kind.MEDICINE, ONE)
    assert (wish.food, wish.note) == (Food.AFTER, "温水")
    assert wish.schedule == ScheduleWish(rrule="FREQ=DAILY", times=(DayTime(time(8)),))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_is_known_without_its_mark(encoding: str) -> None:
    assert read(decoded(("medicine,dose,time\r\n" + "aspirin,1 tablet,08:00\r\n").encode(encoding)))


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        ("Name;Dosis\nMünze für Käse;1\n".encode("cp1252"), "no_text"),
        (b"\x80\x81\xff\xfe\xff", "no_text"),
    ],
)
def test_what_is_no_list_is_named(raw: bytes, key: str) -> None:
    with pytest.raises(ListFault) as fault:
        decoded(raw)
    assert fault.value.key == key
    assert "CSV UTF-8" in ZH.words.fault(fault.value)
    assert "CSV UTF-8" in EN.words.fault(fault.value)


@pytest.mark.parametrize(
    "text",
    [
        CHINESE + ",,,,\r\n,,,,\r\n",  # rows of empty cells, as Excel leaves them
        CHINESE + "\r\n\r\n",
        CHINESE + "　, ,\u200b,,\r\n",
        "\r\n" + CHINESE,
        "sep=,\r\n" + CHINESE,
        CHINESE.replace("\r\n", "\n"),
        CHINESE.replace("\r\n", "\r"),
        '"药名","剂量","时间","饭前饭后","备注"\r\n"降压药","1片","08:00","饭后","温水"\r\n',
        CHINESE.replace("药名", " 药名 ").replace("剂量", "剂量："),
        CHINESE.replace("08:00", "８：００").replace("1片", "１片"),
        CHINESE.replace("降压药", "\u200b降压药\ufeff"),
        CHINESE.replace("08:00", "8:00:00"),
        "序号," + CHINESE.replace("降压药", "1,降压药"),
        CHINESE.replace("\r\n降", ",\r\n降").replace("温水\r", "温水,\r"),
        CHINESE + "# 医生开的,,,,\r\n",
    ],
)
def test_how_a_spreadsheet_leaves_a_file_does_not_matter(text: str) -> None:
    assert read(text) == read(CHINESE)


def test_a_cell_may_have_lines_and_separators_and_lines_are_counted_in_the_file() -> None:
    text = '药名,剂量,时间,备注\n降压药,1片,"08:00\n20:00","温水，\n不要茶"\n阿司匹林,1偏,08:00,\n'
    wishes, wrong = ZH.read(text, lambda _: None)
    assert [line for line, _ in wishes] == [2]
    assert wishes[0][1].note == "温水，\n不要茶"
    assert [each.at for each in wishes[0][1].schedule.times] == [time(8), time(20)]  # type: ignore[union-attr]
    assert [line for line, _ in wrong] == [5]


def test_excel_leaves_out_empty_cells_at_the_end_but_a_file_cut_off_is_refused() -> None:
    text = "药名,剂量,时间,备注,结束\n降压药,1片,08:00\n阿司匹林,1片,08:00,,2026-12-24\n"
    assert len(read(text)) == 2
    assert "没写完" in refused("药名,剂量,时间,备注,结束\n降压药,1片,08:0")[0]


def test_old_and_english_names_of_columns_are_read() -> None:
    row = "aspirin,medicine,1,tablet,08:00,FREQ=DAILY,,,,,,,,,,"
    assert read(",".join(COLUMNS) + "\n" + row, EN) == read(
        "Medicine;Dose;Time;Days\naspirin;1 tablet;08:00;daily\n", ZH
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "清单是空的"),
        ("\n\n ,,\n", "清单是空的"),
        ("药名,剂量,时刻表\n", "不认识列“时刻表”"),
        ("药名,药品\n", "是同一列"),
        ("剂量,时间\n", "没有“名称”这一列"),
        ("\x00", ""),
        ('"', "读不下去"),
    ],
)
def test_wrong_columns_are_named_with_what_there_is(text: str, said: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        read(text)
    assert said in refusal.value.lines[0]
    assert refusal.value.lines[0].startswith("第1行：")


def test_wrong_columns_are_named_on_their_line() -> None:
    with pytest.raises(ListRefused) as refusal:
        read("sep=;\n\n药名;价钱\n")
    assert refusal.value.lines[0].startswith("第3行：")


def test_the_nearest_column_is_proposed() -> None:
    with pytest.raises(ListRefused) as refusal:
        read("medicin,tims\naspirin,08:00\n", EN)
    assert 'The nearest is "medicine"' in refusal.value.lines[0]


def test_of_a_long_list_the_end_is_refused() -> None:
    text = "药名,时间\n" + "阿司匹林,08:00\n" * (MAX_LINES + 1)
    _, wrong = ZH.read(text, lambda _: None)
    assert [line for line, _ in wrong] == [MAX_LINES + 2]


# -------------------------------------------------------------------------------- the cells

DOSES: list[tuple[str, str, Amount]] = [
    ("1片", "", ONE),
    ("１ 片", "", ONE),
    ("每次1片", "", ONE),
    ("一片", "", ONE),
    ("1", "片", ONE),
    ("1", "tablet", ONE),
    ("1.0", "Tablets", ONE),
    ("1 tablet", "", ONE),
    ("one tablet", "", ONE),
    ("半片", "", replace(ONE, amount=Fraction(1, 2))),
    ("½", "片", replace(ONE, amount=Fraction(1, 2))),
    ("1½", "片", replace(ONE, amount=Fraction(3, 2))),
    ("0,5", "片", replace(ONE, amount=Fraction(1, 2))),
    ("1/2", "tablet", replace(ONE, amount=Fraction(1, 2))),
    ("1-2片", "", replace(ONE, most=Fraction(2))),
    ("1～2", "片", replace(ONE, most=Fraction(2))),
    ("1-2 tablets", "", replace(ONE, most=Fraction(2))),
    ("1粒", "", Amount(Fraction(1), Unit.PILL, word="粒")),
    ("1", "粒", Amount(Fraction(1), Unit.PILL, word="粒")),
    ("2粒胶囊", "", Amount(Fraction(2), Unit.CAPSULE, word="粒胶囊")),
    ("2", "胶囊", Amount(Fraction(2), Unit.CAPSULE)),
    ("500毫克", "", Amount(Fraction(500), Unit.MILLIGRAM)),
    ("500", "mg", Amount(Fraction(500), Unit.MILLIGRAM)),
    ("0.5g", "", Amount(Fraction(1, 2), Unit.GRAM)),
    ("10", "ml", Amount(Fraction(10), Unit.MILLILITRE)),
    ("8", "单位", Amount(Fraction(8), Unit.INTERNATIONAL_UNIT)),
    ("8 IU", "", Amount(Fraction(8), Unit.INTERNATIONAL_UNIT)),
    ("1片", "片", ONE),
]


@pytest.mark.parametrize(("amount", "unit", "meant"), DOSES)
@pytest.mark.parametrize("lists", [ZH, EN], ids=["zh", "en"])
def test_doses(amount: str, unit: str, meant: Amount, lists: Lists) -> None:
    (wish,) = read(f"药名;用量;单位;时间\n药;{amount};{unit};08:00\n", lists)
    assert wish.amount == meant


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("1", "", "没有单位"),
        ("1", "偏", "最接近的是“片”"),
        ("1偏", "", "最接近的是“1片”"),
        ("-3片", "", "最接近的是“3片”"),
        ("0", "片", "不是用量"),
        ("0片", "", "不是用量"),
        ("1,000", "毫克", "两种读法"),
        ("1片", "毫克", "对不上"),
        ("1片剂量", "", "不是用量"),
        ("适量", "", "不是用量"),
        ("遵医嘱", "", "不是用量"),
        ("1片或2粒", "", "不是用量"),
        ("1片早2片晚", "", "不是用量"),
        ("1e3", "毫克", "不是用量"),
        ("１２３４５６７８９０１２３４５６７８９０１２３", "片", "不是用量"),
        ("", "片", "不是用量"),
    ],
)
def test_what_is_no_dose_is_refused(amount: str, unit: str, said: str) -> None:
    (why,) = refused(f"药名;用量;单位;时间\n药;{amount};{unit};08:00\n")
    assert why.startswith("2: ")
    assert said in why


def test_the_unit_may_stand_in_the_name_of_the_column() -> None:
    (wish,) = read("药名,剂量（毫克）,时间（24小时）\n二甲双胍,500,08:00\n")
    assert wish.amount == Amount(Fraction(500), Unit.MILLIGRAM)


@pytest.mark.parametrize(
    "strength", ["500mg", "0.5克", "500 毫克", "500mg*30片", "0.5g×20片/盒", "500mg/片"]
)
def test_the_strength_on_a_box_is_read(strength: str) -> None:
    (wish,) = read(f"药名,用量,规格,时间\n二甲双胍,1片,{strength},08:00\n")
    assert wish.amount is not None
    assert wish.amount.strength is not None
    in_milligrams = {Unit.GRAM: 1000}.get(wish.amount.strength.unit, 1)
    assert wish.amount.strength.amount * in_milligrams == 500


@pytest.mark.parametrize(
    ("amount", "strength"), [("500毫克", "500毫克"), ("1片", "大"), ("1片", "1片"), ("", "5毫克")]
)
def test_a_strength_that_cannot_be_is_refused(amount: str, strength: str) -> None:
    assert len(refused(f"药名,用量,规格,时间\n二甲双胍,{amount},{strength},08:00\n")) == 1


def clocks(*hours: str) -> tuple[DayTime, ...]:
    return tuple(DayTime(time.fromisoformat(each)) for each in hours)


TIMES: list[tuple[str, tuple[DayTime, ...]]] = [
    ("08:00", clocks("08:00")),
    ("8:00", clocks("08:00")),
    ("８：３０", clocks("08:30")),
    ("08:00 20:00", clocks("08:00", "20:00")),
    ("08:00、20:00", clocks("08:00", "20:00")),
    ("08:00;20:00", clocks("08:00", "20:00")),
    ("08:00/20:00", clocks("08:00", "20:00")),
    ("08:00 08:00", clocks("08:00")),
    ("早上8点", clocks("08:00")),
    ("早上八点半、晚上8点", clocks("08:30", "20:00")),
    ("8 am; 8 pm", clocks("08:00", "20:00")),
    ("3:00 PM", clocks("15:00")),
    ("20点", clocks("20:00")),
    ("晚饭后", (DayTime(time(18, 30), Anchor.SUPPER, 30),)),
    ("晚饭后30分钟", (DayTime(time(19), Anchor.SUPPER, 60),)),
    ("after supper", (DayTime(time(18, 30), Anchor.SUPPER, 30),)),
    ("睡前", (DayTime(time(21, 15), Anchor.BEDTIME, -15),)),
]


@pytest.mark.parametrize(("cell", "meant"), TIMES)
@pytest.mark.parametrize("lists", [ZH, EN], ids=["zh", "en"])
def test_times(cell: str, meant: tuple[DayTime, ...], lists: Lists) -> None:
    (wish,) = read(f'药名\t时间\n药\t"{cell}"\n', lists)
    assert wish.schedule == ScheduleWish(rrule="FREQ=DAILY", times=meant)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("8点", "请写“08:00”或“20:00”"),
        ("12点", "请写“00:00”或“12:00”"),
        ("25:00", "最接近的是“23:00”"),
        ("24:00", "最接近的是“00:00”"),
        ("8:61", "最接近的是“08:59”"),
        ("8h", "最接近的是“08:00”"),
        ("每日三次", "没有说几点"),
        ("早上", "没有说几点"),
        ("饭后", "不是时间"),
        ("明天早上8点", "不是时间"),
        ("苹果早上8点", "不是时间"),
        ("08:00 或者看情况", "不是时间"),
        ("tid", "不是时间"),
        ("", "没有时间"),
    ],
)
def test_what_is_no_time_is_refused(cell: str, said: str) -> None:
    (why,) = refused(f"药名,用量,时间\n药,1片,{cell}\n")
    assert said in why


DAYS: list[tuple[str, dict[str, Any]]] = [
    ("", {"rrule": "FREQ=DAILY"}),
    ("每天", {"rrule": "FREQ=DAILY"}),
    ("every day", {"rrule": "FREQ=DAILY"}),
    ("FREQ=WEEKLY;BYDAY=MO", {"rrule": "FREQ=WEEKLY;BYDAY=MO"}),
    ("周一、周四", {"rrule": "FREQ=WEEKLY;BYDAY=MO,TH"}),
    ("每周一、三、五", {"rrule": "FREQ=WEEKLY;BYDAY=MO,WE,FR"}),
    ("周一至周五", {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}),
    ("Mon-Fri", {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}),
    ("Sat-Mon", {"rrule": "FREQ=WEEKLY;BYDAY=MO,SA,SU"}),
    ("Mon/Wed/Fri", {"rrule": "FREQ=WEEKLY;BYDAY=MO,WE,FR"}),
    ("Thursday", {"rrule": "FREQ=WEEKLY;BYDAY=TH"}),
    ("隔天", {"rrule": "FREQ=DAILY;INTERVAL=2"}),
    ("every other day", {"rrule": "FREQ=DAILY;INTERVAL=2"}),
    ("每月1号", {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"}),
    ("农历初一、十五", {"lunar": LunarDays(days=(1, 15), month=None)}),
]


@pytest.mark.parametrize(("cell", "meant"), DAYS)
@pytest.mark.parametrize("lists", [ZH, EN], ids=["zh", "en"])
def test_days(cell: str, meant: dict[str, Any], lists: Lists) -> None:
    (wish,) = read(f'药名\t时间\t日子\n药\t08:00\t"{cell}"\n', lists)
    assert wish.schedule == ScheduleWish(times=clocks("08:00"), **meant)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("每周一次", "没有说哪几天"),
        ("明天", "不是日子"),
        ("苹果", "不是日子"),
        ("除了周日", "不是日子"),
        ("FREQ=NEVER", "这一行不行"),
    ],
)
def test_what_are_no_days_is_refused(cell: str, said: str) -> None:
    (why,) = refused(f"药名,用量,时间,日子\n药,1片,08:00,{cell}\n")
    assert said in why


def test_days_said_twice_are_refused() -> None:
    (why,) = refused("药名,时间,日子\n药,每天早上8点,周一\n")
    assert "只留一个" in why


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-24",
        "2026/12/24",
        "2026年12月24日",
        "24.12.2026",
        "２０２６－１２－２４",
        "2026/12/24 0:00",
    ],
)
def test_dates(cell: str) -> None:
    (wish,) = read(f"药名,时间,结束\n药,08:00,{cell}\n")
    assert wish.schedule is not None
    assert wish.schedule.until == date(2026, 12, 24)


def refuse_what_is_over(wish: ReminderWish) -> None:
    made = reminder_of(wish, "", NOW)
    if made.schedule is not None and made.schedule.until and made.schedule.until < NOW.date():
        raise NeverComesRefused("past")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("12/11/2026", "两种读法"),
        ("2026-11-31", "最接近的是“2026-11-30”"),
        ("2026-13-01", "最接近的是“2026-12-01”"),
        ("下周", "不是日期"),
        ("2020-01-01", "不会来"),
    ],
)
def test_what_is_no_day_is_refused(cell: str, said: str) -> None:
    text = f"药名,用量,时间,结束\n药,1片,08:00,{cell}\n"
    _, wrong = ZH.read(text, refuse_what_is_over)
    assert said in wrong[0][1]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("饭前饭后", "饭后服用", "最接近的是“饭后”"),
        ("饭前饭后", "甜食", "可以写：饭前、吃饭时和饭后"),
        ("类型", "要", "最接近的是“药”"),
        ("风险", "很高", "可以写"),
        ("一天最多几次", "三次", "1-48"),
        ("一天最多几次", "99", "最接近的是“48”"),
        ("最少间隔小时", "6小时", "最接近的是“6”"),
        ("最少间隔小时", "-1", "最接近的是“1”"),
        ("更多", "{", "JSON"),
        ("更多", "[1]", "JSON"),
        ("更多", "[" * 100_000, "JSON"),
        ("日子", "每" * 201, "太长"),
        ("已核对", "也许", "可以写：是和否"),
        ("已核对", "✗", "可以写：是和否"),
        ("已核对", "×", "可以写：是和否"),
        ("饭前饭后", "♥", "可以写"),
    ],
)
def test_other_cells_are_refused_with_what_is_allowed(column: str, cell: str, said: str) -> None:
    (why,) = refused(f"药名\t用量\t时间\t{column}\n药\t1片\t08:00\t{cell}\n")
    assert said in why
    assert column in why


def test_what_is_no_medicine_must_say_so() -> None:
    (why,) = refused("名称,时间\n降压药,08:00\n")
    assert "看不出“降压药”是药还是事" in why
    assert read("名称,类型,时间\n量血压,事,08:00\n")[0].kind is Kind.TASK
    assert read("药名,时间\n降压药,08:00\n")[0].kind is Kind.MEDICINE


def test_every_line_is_named_in_the_language_of_the_home() -> None:
    text = "药名,剂量,时间\n,1片,08:00\n药,一点,08:00\n药,1片,夜里\n药,1片,08:00,多\n"
    assert [why.partition(":")[0] for why in refused(text)] == ["2", "3", "4", "5"]
    assert all(not any("a" <= c <= "z" for c in why[3:12]) for why in refused(text))
    assert all("write" in why or "fields" in why for why in refused(text, EN))


# -------------------------------------------------------------------------------- written


def reminders() -> Iterator[Reminder]:
    daily = ScheduleWish(rrule="FREQ=DAILY", times=clocks("08:00", "20:00"))
    supper = (DayTime(time(19), Anchor.SUPPER, 60), DayTime(time(21, 15), Anchor.BEDTIME, -15))
    wishes = [
        ReminderWish(
            title="降压药", kind=Kind.MEDICINE, amount=ONE, schedule=daily, food=Food.AFTER
        ),
        ReminderWish(
            title="二甲双胍",
            kind=Kind.MEDICINE,
            amount=replace(ONE, strength=Strength(Fraction(500), Unit.MILLIGRAM)),
            schedule=replace(daily, times=supper),
        ),
        ReminderWish(
            title="=SUM(A1)",
            kind=Kind.MEDICINE,
            amount=Amount(Fraction(1, 2), Unit.PILL, Fraction(1), word="粒"),
            schedule=replace(daily, rrule="FREQ=WEEKLY;BYDAY=MO,TH"),
            note='-1, "two"; 三\n四',
        ),
        ReminderWish(title="# 量血压", schedule=replace(daily, rrule="FREQ=MONTHLY;BYMONTHDAY=1")),
        ReminderWish(
            title="止痛药",
            kind=Kind.MEDICINE,
            amount=replace(ONE, amount=Fraction(1, 3)),
            as_needed=AsNeeded(6.5, 3),
            risk=Risk.OPIATE,
        ),
        ReminderWish(
            title="扫墓",
            schedule=ScheduleWish(lunar=LunarDays(days=(15,), month=8), times=clocks("09:00")),
        ),
        ReminderWish(title="冬至", schedule=ScheduleWish(solar_term="冬至", times=clocks("09:00"))),
        ReminderWish(
            title="喝水",
            schedule=ScheduleWish(rrule="FREQ=HOURLY;INTERVAL=2", at=NOW),
        ),
        ReminderWish(title="一次", schedule=ScheduleWish(at=NOW), wakes=True),
        ReminderWish(
            title="每月第一个周一",
            schedule=replace(daily, rrule="FREQ=MONTHLY;BYDAY=1MO", until=date(2027, 3, 1)),
        ),
    ]
    for number, wish in enumerate(wishes):
        yield reminder_of(wish, str(number), NOW)


@pytest.mark.parametrize("lists", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_what_is_written_is_read_as_the_same_in_either_language(
    lists: Lists, encoding: str
) -> None:
    before = list(reminders())
    text = decoded(lists.write(before, wish_of).encode(encoding))
    for reader in (ZH, EN):
        after = [reminder_of(wish, str(n), NOW) for n, wish in enumerate(read(text, reader))]
        assert after == before


def test_what_is_written_is_for_people() -> None:
    lines = ZH.write(list(reminders()), wish_of).splitlines()
    assert lines[0].startswith("名称,类型,用量,单位,规格,时间,日子,")
    assert lines[1].startswith("降压药,药,1,片,,08:00 20:00,每天,")
    assert lines[2].startswith("二甲双胍,药,1,片,500毫克,晚饭后30分钟;睡觉前15分钟,每天,")
    english = EN.write(list(reminders()), wish_of).splitlines()
    assert english[2].startswith(
        "二甲双胍,medicine,1,tablet,500 mg,30 minutes after supper;15 minutes before bedtime,"
    )
    assert not any(line.startswith(("=", "#")) for line in lines), "no formula, and no remark"


@pytest.mark.parametrize("lists", [ZH, EN], ids=["zh", "en"])
def test_the_template_adds_nothing_and_its_examples_are_right(lists: Lists) -> None:
    template = lists.template()
    assert read(template, lists) == []
    header, _, *examples = template.splitlines()
    filled = "\n".join([header, *(line.removeprefix("# ") for line in examples)])
    assert len(read(filled, lists)) == len(lists.words.own.examples) >= 4


def test_both_languages_have_the_same_columns_and_words() -> None:
    chinese, english = tables()["zh"], tables()["en"]
    for group in ("columns", "kind", "food", "unit", "risk", "weekday", "confirmed"):
        assert getattr(chinese, group).keys() == getattr(english, group).keys()
    assert set(chinese.unit) == {unit.value for unit in Unit}
    assert set(chinese.risk) == {risk.value for risk in Risk}


# ------------------------------------------------------------------------- what may be kept


async def test_a_list_of_people_is_kept_whole_or_not_at_all(home: Home) -> None:
    good = "药名,剂量,时间\n降压药,1片,08:00\n二甲双胍,1片,晚饭后\n"
    with pytest.raises(ListRefused) as refusal:
        await home.api.import_list(good + "钙片,1片,25:00\n")
    assert [line.partition(":")[0] for line in refusal.value.lines] == ["line 4"]
    assert await home.api.all() == []
    added = await home.api.import_list(good)
    assert [each.title for each in added] == ["降压药", "二甲双胍"]


async def test_looking_through_says_what_would_be_added(home: Home) -> None:
    text = "药名,剂量,时间\n降压药,1片,08:00\n"
    (listed,) = await home.api.look_through(text)
    assert (listed.line, listed.is_new, listed.made.amount) == (2, True, ONE)
    assert await home.api.all() == []
    await home.api.import_list(text)
    (listed,) = await home.api.look_through(text)
    assert not listed.is_new


def test_what_comes_by_the_hour_begins_at_its_time() -> None:
    (wish,) = read("药名,时间,日子\n药,08:00,每8小时\n")
    assert wish.schedule is not None
    assert (wish.schedule.rrule, wish.schedule.start) == ("FREQ=HOURLY;INTERVAL=8", NOW.date())
    assert "只写第一次" in refused("药名,时间,日子\n药,08:00 20:00,每8小时\n")[0]


@pytest.mark.parametrize("cell", ["2026-12-24 08:00", "2026/12/24 8:00:00", "2026-12-24T08:00"])
def test_a_moment_has_its_hour(cell: str) -> None:
    (wish,) = read(f"名称,类型,只一次\n量血压,事,{cell}\n")
    assert wish.schedule == ScheduleWish(at=datetime(2026, 12, 24, 8))  # noqa: DTZ001  (the home's)
    assert "不是日期和钟点" in refused("名称,类型,只一次\n量血压,事,2026-12-24\n")[0]


@pytest.mark.parametrize(("cell", "meant"), [("✓", True), ("√", True), ("是", True), ("否", False)])
def test_a_tick_confirms_and_a_no_does_not(cell: str, meant: bool) -> None:
    (wish,) = read(f"药名,剂量,时间,已核对\n降压药,1片,08:00,{cell}\n")
    assert wish.is_confirmed is meant
