"""What leaves the house: read back by the libraries of the field."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rruleset, rrulestr
from dateutil.tz import tzical
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.medicationadministration import MedicationAdministration
from fhir.resources.R4B.medicationrequest import MedicationRequest

from assistant.events import RemindersChanged
from assistant.language import DayTime, Habits, LunarDays, Unit
from assistant.language.clues import Anchor
from assistant.reminders import ReminderServices
from assistant.reminders.csv_list import COLUMNS
from assistant.reminders.export_calendar import calendar_file
from assistant.reminders.export_fhir import Elder, bundle
from assistant.reminders.in_words import InWords
from assistant.reminders.occurrence_days import first_day, moments_of, next_day
from assistant.reminders.planning import Calendar
from assistant.reminders.requests import wish_of
from assistant.reminders.wording import Wording
from assistant.services.refusals import ListRefused
from assistant.services.reminder import (
    Amount,
    AsNeeded,
    DayException,
    Food,
    Kind,
    Pause,
    Reminder,
    ReminderWish,
    Risk,
    ScheduleWish,
)
from assistant.services.schedule import Schedule
from tests.asking import call
from tests.reminders.home import SHANGHAI, Home
from tests.reminders.test_scheduler import TABLET, at, daily

MANY = [
    daily("08:00", "20:00", food=Food.AFTER, note="with water, not tea"),
    daily("12:00", title="insulin", risk=Risk.INSULIN, amount=Amount(Fraction(8), Unit("unit"))),
    ReminderWish(
        title="止痛药", kind=Kind.MEDICINE, amount=TABLET, as_needed=AsNeeded(4, 3), route="oral"
    ),
    ReminderWish(
        title="grave of grandfather",
        schedule=ScheduleWish(lunar=LunarDays(days=(15,), month=8), times=(DayTime(time(9)),)),
    ),
    ReminderWish(
        title="sweep", schedule=ScheduleWish(solar_term="清明", times=(DayTime(time(9)),))
    ),
    ReminderWish(
        title="statin",
        kind=Kind.MEDICINE,
        amount=Amount(Fraction(1, 2), Unit.TABLET, Fraction(1)),
        schedule=ScheduleWish(
            rrule="FREQ=WEEKLY;BYDAY=MO,FR",
            times=(DayTime(time(18, 30), Anchor.SUPPER, 30),),
            until=date(2027, 1, 31),
        ),
    ),
    ReminderWish(
        title="拜新同",
        kind=Kind.MEDICINE,
        amount=Amount(Fraction(1), Unit.PILL, word="粒"),
        schedule=ScheduleWish(rrule="FREQ=DAILY", times=(DayTime(time(7)),)),
    ),
    ReminderWish(
        title="drink",
        schedule=ScheduleWish(
            rrule="FREQ=HOURLY;INTERVAL=2", at=datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
        ),
    ),
    ReminderWish(
        title="ring Li, twice",
        schedule=ScheduleWish(at=datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)),
    ),
]


@pytest.fixture
async def lived(home: Home) -> Home:
    await home.api.add_all(MANY)
    answers = iter(["yes", "yes", None, None, None, None, "yes", "yes"] * 100)
    await home.until(at("2026-11-26T06:00"), lambda _: next(answers))
    return home


async def test_fhir_is_valid_r4b(lived: Home) -> None:
    text = await lived.api.export("fhir")
    bundle = Bundle.model_validate_json(text)
    resources = [entry.resource for entry in bundle.entry]
    requests = [each for each in resources if isinstance(each, MedicationRequest)]
    doses = [each for each in resources if isinstance(each, MedicationAdministration)]
    assert len(requests) == 5
    assert len(requests) + len(doses) == len(resources)
    assert {dose.status for dose in doses} == {"completed", "unknown"}
    twice = next(each for each in requests if each.medicationCodeableConcept.text == "metformin")
    assert twice.dosageInstruction[0].timing.repeat.frequency == 2
    pill = next(each for each in requests if each.medicationCodeableConcept.text == "拜新同")
    assert pill.dosageInstruction[0].doseAndRate[0].doseQuantity.unit == "粒"
    assert "ring Li" not in text  # no medicine
    urls = {entry.fullUrl for entry in bundle.entry}
    assert {dose.request.reference for dose in doses} <= urls
    assert all(url.startswith("urn:uuid:") for url in urls)


async def test_fhir_tells_what_was_stopped_and_what_was_a_mistake(home: Home) -> None:
    stopped = await home.api.add(daily("06:30", title="stopped"))
    controller = daily("06:30", title="course")
    assert controller.schedule is not None
    await home.api.add(replace(controller, schedule=replace(controller.schedule, course_days=1)))
    await home.api.add(daily("06:30", title="taken on"))
    home.clock.move(home.clock.at + 31 * 60)
    await home.step()
    await home.api.taken(stopped.reminder_id)
    mistake = await home.api.add(daily("20:00", title="mistake"))
    await home.api.remove(stopped.reminder_id)
    await home.api.remove(mistake.reminder_id)
    home.clock.move(home.clock.at + 3 * 86_400)
    entries = Bundle.model_validate_json(await home.api.export("fhir")).entry or []
    status = {
        entry.resource.medicationCodeableConcept.text: entry.resource.status
        for entry in entries
        if isinstance(entry.resource, MedicationRequest)
    }
    assert status == {
        "stopped": "stopped",
        "course": "completed",
        "taken on": "active",
        "mistake": "entered-in-error",
    }


async def test_calendar_gives_the_same_moments(lived: Home) -> None:
    made = icalendar.Calendar.from_ical(await lived.api.export("calendar"))
    events = {str(e["summary"]): e for e in made.walk("VEVENT")}
    assert set(events) == {
        "metformin, one tablet, after food",
        "insulin, eight units",
        "grave of grandfather",
        "sweep",
        "statin, half to one tablets",
        "拜新同, one pill",
        "drink",
        "ring Li, twice",
    }
    statin = events["statin, half to one tablets"]
    rule = rrulestr(
        statin["rrule"].to_ical().decode(), dtstart=statin.decoded("dtstart").astimezone()
    )
    assert [f"{each.astimezone(SHANGHAI):%d %H:%M}" for each in rule[:2]] == [
        "23 18:30",
        "27 18:30",
    ]
    assert f"{events['ring Li, twice'].decoded('dtstart').astimezone(SHANGHAI):%d %H:%M}" == (
        "25 09:00"
    )
    assert events["sweep"].decoded("dtstart").date() == date(2027, 4, 5)


async def test_fhir_tells_of_single_days_and_pauses(home: Home) -> None:
    await home.api.add(daily("08:00", title="aspirin"))
    await home.api.add(daily("08:00", title="warfarin"))
    ReminderServices(home.api).register(home.bus)
    for day in (
        {"day": "2026-11-24", "is_left_out": True},
        {"day": "2026-11-25", "at": "2026-11-25T09:30"},
        {"day": "2026-11-26", "amount": {"amount": "2", "unit": "tablet"}},
    ):
        assert "refused" not in await call(home.bus, "reminders.on_day", which="aspirin", day=day)
    await call(home.bus, "reminders.pause", which=["warfarin"], until="2026-11-30T00:00")
    entries = Bundle.model_validate_json(await home.api.export("fhir")).entry or []
    told = {each.resource.medicationCodeableConcept.text: each.resource for each in entries}
    assert told["aspirin"].status == "active"
    usual, moved, more = told["aspirin"].dosageInstruction
    assert "not on 2026-11-24" in usual.text
    assert moved.timing.event == [datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)]
    assert "2026-11-25 08:00" in moved.text
    assert more.timing.event == [date(2026, 11, 26)]
    assert more.doseAndRate[0].doseQuantity.value == 2
    assert told["warfarin"].status == "on-hold"
    assert "until 2026-11-30" in told["warfarin"].statusReason.text
    assert "until 2026-11-30" in told["warfarin"].dosageInstruction[0].text
    home.clock.move(at("2026-12-01T06:00"))
    later = json.loads(await home.api.export("fhir"))
    requests = {
        each["resource"]["medicationCodeableConcept"]["text"]: each["resource"]
        for each in later["entry"]
        if each["resource"]["resourceType"] == "MedicationRequest"
    }
    assert requests["warfarin"]["status"] == "active"
    assert "paused" not in requests["warfarin"]["dosageInstruction"][0]["text"]
    assert len(requests["aspirin"]["dosageInstruction"]) == 1


SINCE = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)
PAUSES = [
    (),
    (Pause(since=SINCE, until=SINCE + timedelta(4)),),
    (
        Pause(since=SINCE, until=SINCE + timedelta(1)),
        Pause(since=SINCE + timedelta(5), until=SINCE + timedelta(8)),
    ),
    (Pause(since=SINCE + timedelta(3)),),
    (Pause(since=datetime(2026, 11, 20, tzinfo=SHANGHAI)),),
]
DAY = date(2026, 11, 28)
EXCEPTIONS = [
    (),
    (DayException(day=DAY, is_left_out=True),),
    (DayException(day=DAY, slot="08:00", is_left_out=True),),
    (DayException(day=DAY, slot="08:00", at=datetime(2026, 11, 28, 9, 30, tzinfo=SHANGHAI)),),
    (DayException(day=DAY, amount=Amount(Fraction(2), Unit.TABLET)),),
]
SCHEDULES = [
    {"rrule": "FREQ=DAILY", "times": (DayTime(time(8)), DayTime(time(20)))},
    {"rrule": "FREQ=DAILY;INTERVAL=2", "times": (DayTime(time(8)),)},
    {"rrule": "FREQ=WEEKLY;BYDAY=TH,SA", "times": (DayTime(time(8)),), "until": date(2026, 12, 3)},
    {"lunar": LunarDays(days=(19, 20, 25), month=None), "times": (DayTime(time(8)),)},
    {"at": datetime(2026, 11, 23, 8, tzinfo=SHANGHAI), "every_minutes": 100},
    {"at": datetime(2026, 11, 28, 8, tzinfo=SHANGHAI)},
]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("pauses", PAUSES)
@pytest.mark.parametrize("exceptions", EXCEPTIONS)
def test_the_calendar_has_what_single_days_and_pauses_change(
    schedule: dict[str, Any],
    pauses: tuple[Pause, ...],
    exceptions: tuple[DayException, ...],
) -> None:
    """Against the days that the engine plans by."""
    calendar, start = Calendar(SHANGHAI, Habits()), date(2026, 11, 23)
    reminder = Reminder(
        reminder_id="m",
        title="m",
        kind=Kind.MEDICINE,
        schedule=Schedule(start=start, **schedule),
        exceptions=exceptions if "times" in schedule else (),
        pauses=pauses,
    )
    text = calendar_file([reminder], calendar, at("2026-11-23T06:00"), words())
    made = icalendar.Calendar.from_ical(text)
    end = start + timedelta(20)
    planned = set[float]()
    day = first_day(Schedule(start=start, **schedule), start)
    while day is not None and day < end:
        planned |= {at for _, at in moments_of(reminder, day, SHANGHAI, Habits())}
        day = next_day(Schedule(start=start, **schedule), day)
    told = set[float]()
    for event in made.walk("VEVENT"):
        moments = rruleset()
        begin = event.decoded("dtstart").astimezone(UTC)
        if "rrule" in event:
            moments.rrule(rrulestr(event["rrule"].to_ical().decode(), dtstart=begin))
        else:
            moments.rdate(begin)
        for name, put in (("rdate", moments.rdate), ("exdate", moments.exdate)):
            for each in getattr(event.get(name), "dts", ()):
                put(each.dt.astimezone(UTC))
        last = datetime.combine(end, time(), SHANGHAI)
        told |= {each.timestamp() for each in moments.between(begin, last, inc=True)}
    assert {
        each for each in told if each < datetime.combine(end, time(), SHANGHAI).timestamp()
    } == (planned)


async def test_csv_comes_back_as_it_was(lived: Home) -> None:
    text = await lived.api.export("csv")
    assert "拜新同,medicine,1,粒,,07:00,every day," in text
    before = [wish_of(reminder) for reminder in await lived.api.all()]
    for reminder in await lived.api.all():
        await lived.api.remove(reminder.reminder_id)
    await lived.api.import_list(text)
    after = [wish_of(reminder) for reminder in await lived.api.all()]
    assert after == [wish for wish in before if wish.title != "ring Li, twice"]


async def test_a_list_that_is_read_in_twice_doubles_nothing(lived: Home) -> None:
    text = await lived.api.export("csv")
    assert await lived.api.import_list(text) == []
    new = "aspirin,medicine,1,tablet,,08:00,FREQ=DAILY,,,,,,,,,,"
    added = await lived.api.import_list("\n".join([text.rstrip(), new, new]))
    assert [reminder.title for reminder in added] == ["aspirin"]


async def test_what_will_not_come_again_leaves_the_list_a_day_later(lived: Home) -> None:
    def titles() -> set[str]:
        return {reminder.title for reminder in reminders}

    reminders = await lived.api.all()
    assert "ring Li, twice" in titles(), "it came less than a day ago"
    assert "ring Li" not in await lived.api.export("csv"), "but it cannot be kept anew"
    await lived.until(at("2026-11-27T06:00"), lambda _: "yes")
    reminders = await lived.api.all()
    assert titles() == {wish.title for wish in MANY} - {"ring Li, twice"}


async def test_of_a_long_history_a_part_is_given(lived: Home) -> None:
    def days(text: str) -> set[date]:
        entries = Bundle.model_validate_json(text).entry or []
        doses = [each.resource for each in entries]
        return {
            each.effectiveDateTime.astimezone(SHANGHAI).date()
            for each in doses
            if isinstance(each, MedicationAdministration)
        }

    whole = days(await lived.api.export("fhir"))
    part = days(await lived.api.export("fhir", at("2026-11-25T00:00")))
    assert part == {day for day in whole if day >= date(2026, 11, 25)} != whole


async def test_every_bad_line_is_named_and_nothing_kept(home: Home) -> None:
    good = "aspirin,medicine,1,tablet,08:00,FREQ=DAILY,,,,,,,,,,"
    bad = [
        good.replace("08:00", "25:00"),
        good.replace(",1,", ",-3,"),
        good.replace(",1,", ",24,"),
        good.replace("FREQ=DAILY", "FREQ=NEVER"),
        good.replace("aspirin", ""),
        good + ",too many",
        good.replace("medicine", "sweets"),
        good + "{",
        good.replace("FREQ=DAILY,,,", "FREQ=DAILY,,,2020-01-01"),
        good.replace("FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        good.replace("08:00,FREQ=DAILY,", ",,2020-01-01T08:00"),
    ]
    text = "\n".join([",".join(COLUMNS), good, *bad])
    with pytest.raises(ListRefused) as refused:
        await home.api.import_list(text)
    named = [line.partition(":")[0] for line in refused.value.lines]
    assert named == [f"line {number}" for number in range(3, 3 + len(bad))]
    assert await home.api.all() == []
    assert home.seen(RemindersChanged) == []
    for broken in ("", "a,b\n1,2", "\x00", '"'):
        with pytest.raises(ListRefused):
            await home.api.import_list(broken)


async def test_adherence_counts_the_unanswered_as_unknown(lived: Home) -> None:
    weeks = {week.title: week for week in await lived.api.adherence(4)}
    metformin = weeks["metformin"]
    assert metformin.monday == date(2026, 11, 23)
    assert metformin.planned == 6
    assert metformin.unknown > 0
    assert metformin.taken + metformin.unknown == 6
    assert "drink" not in weeks
    json.dumps(await lived.api.export("csv"))


# ------------------------------------------------------------------ for people and for programs


def words(lang: str = "en") -> InWords:
    return Wording(SHANGHAI, lambda: lang).in_writing(Habits())


SUPPER = (DayTime(time(18, 30), Anchor.SUPPER, 30), DayTime(time(8), Anchor.BREAKFAST, 30))
WEEKLY = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH"
CODED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (
        {"rrule": "FREQ=DAILY", "times": (DayTime(time(8)), DayTime(time(20)))},
        "每次半片，每天 08:00和20:00，饭后，温水",
        {
            "frequency": 2,
            "period": 1,
            "periodUnit": "d",
            "timeOfDay": ["08:00:00", "20:00:00"],
        },
    ),
    (
        {"rrule": "FREQ=DAILY", "times": SUPPER},
        "每次半片，每天 晚饭后（18:30）和早饭后（08:00），饭后，温水",
        {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["PCV", "PCM"]},
    ),
    (
        {"rrule": "FREQ=DAILY", "times": (DayTime(time(17, 30), Anchor.SUPPER, -30),)},
        "每次半片，每天 晚饭前30分钟（17:30），饭后，温水",
        {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["ACV"], "offset": 30},
    ),
    (
        {"rrule": "FREQ=DAILY", "times": (*SUPPER, DayTime(time(12)))},
        "每次半片，每天 晚饭后（18:30）、早饭后（08:00）和12:00，饭后，温水",
        {
            "frequency": 3,
            "period": 1,
            "periodUnit": "d",
            "timeOfDay": ["18:30:00", "08:00:00", "12:00:00"],
        },
    ),
    (
        {"rrule": WEEKLY, "times": (DayTime(time(8)),)},
        "每次半片，每2周的星期一和星期四 08:00，饭后，温水",
        {
            "frequency": 2,
            "period": 2,
            "periodUnit": "wk",
            "dayOfWeek": ["mon", "thu"],
            "timeOfDay": ["08:00:00"],
        },
    ),
    (
        {"at": datetime(2026, 11, 23, 8, tzinfo=SHANGHAI), "every_minutes": 480},
        "每次半片，从2026-11-23 08:00起，每隔八个小时一次，饭后，温水",
        {"frequency": 1, "period": 480, "periodUnit": "min"},
    ),
]


def fhir(reminder: Reminder, lang: str = "zh", now: str = "2026-11-23T06:00") -> dict[str, Any]:
    """The request of one medicine; the library of the standard has read it."""
    elder = Elder("王奶奶", words(lang), Calendar(SHANGHAI, Habits()))
    text = json.dumps(bundle(elder, [reminder], [], at(now), {reminder.reminder_id}))
    entries = Bundle.model_validate_json(text).entry or []
    (request,) = (json.loads(each.resource.model_dump_json()) for each in entries)
    return dict(request)


def half(**schedule: Any) -> Reminder:
    return Reminder(
        reminder_id="6f1c5f7e6d8b4a0f9c3e2b1a0d9c8b7a",
        title="降压药",
        kind=Kind.MEDICINE,
        amount=Amount(Fraction(1, 2), Unit.TABLET),
        food=Food.AFTER,
        note="温水",
        schedule=Schedule(start=date(2026, 11, 23), **schedule) if schedule else None,
    )


@pytest.mark.parametrize(("schedule", "text", "repeat"), CODED)
def test_fhir_has_the_dosage_in_words_and_coded(
    schedule: dict[str, Any], text: str, repeat: dict[str, Any]
) -> None:
    request = fhir(half(**schedule))
    assert request["subject"] == {"type": "Patient", "display": "王奶奶"}
    (dosage,) = request["dosageInstruction"]
    assert dosage["text"] == text
    timing = dosage["timing"]["repeat"]
    assert timing.pop("boundsPeriod") == {"start": "2026-11-23"}
    assert timing == repeat
    (dose,) = dosage["doseAndRate"]
    assert dose["doseQuantity"] == {
        "value": 0.5,
        "unit": "片",
        "system": "http://unitsofmeasure.org",
        "code": "{tablet}",
    }
    assert "FREQ=" not in dosage["text"]


@pytest.mark.parametrize(
    "schedule",
    [
        {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"},
        {"rrule": "FREQ=MONTHLY;BYDAY=1MO"},
        {"lunar": LunarDays(days=(1, 15), month=None)},
        {"solar_term": "冬至"},
    ],
)
def test_what_a_timing_has_no_rule_for_is_coded_by_its_moments(schedule: dict[str, Any]) -> None:
    reminder = half(**schedule, times=(DayTime(time(8)),))
    (dosage,) = fhir(reminder)["dosageInstruction"]
    events = [datetime.fromisoformat(each) for each in dosage["timing"]["event"]]
    assert reminder.schedule is not None
    planned, day = [], first_day(reminder.schedule, date(2026, 11, 23))
    while day is not None and day < date(2026, 11, 23) + timedelta(366):
        planned += [moment for _, moment in moments_of(reminder, day, SHANGHAI, Habits())]
        day = next_day(reminder.schedule, day)
    assert [each.timestamp() for each in events] == planned != []


def test_as_needed_is_coded_with_its_most_and_its_least_interval() -> None:
    reminder = replace(half(), as_needed=AsNeeded(6, 3))
    (dosage,) = fhir(reminder, "en")["dosageInstruction"]
    assert dosage["text"] == (
        "half a tablet each time, as needed, at least 6 hours apart, at most 3 times within "
        "24 hours, after food, 温水"
    )
    assert dosage["asNeededBoolean"] is True
    assert dosage["timing"]["repeat"] == {"frequency": 1, "period": 6, "periodUnit": "h"}
    most = dosage["maxDosePerPeriod"]
    assert (most["numerator"]["value"], most["numerator"]["code"]) == (1.5, "{tablet}")
    assert (most["denominator"]["value"], most["denominator"]["code"]) == (1, "d")


def test_without_a_name_the_elder_is_still_somebody() -> None:
    assert words("zh").elder("") == "家里的老人"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_the_calendar_bears_its_zone_dose_food_and_alarm(zone: str) -> None:
    """Read by two libraries: icalendar, and dateutil for the zone and the rule."""
    home_zone = ZoneInfo(zone)
    reminder = half(rrule="FREQ=WEEKLY;BYDAY=MO", times=(DayTime(time(8)),))
    text = calendar_file(
        [reminder], Calendar(home_zone, Habits()), at("2026-11-23T06:00"), words("zh"), "王奶奶"
    ).decode()
    made = icalendar.Calendar.from_ical(text)
    (event,) = made.walk("VEVENT")
    assert event.errors == []
    assert event["summary"] == "降压药，半片，饭后"
    assert event["description"] == "每次半片，每星期一 08:00，饭后，温水"
    (alarm,) = event.walk("VALARM")
    assert alarm["action"] == "DISPLAY"
    assert alarm.decoded("trigger") == timedelta(0)
    assert alarm["description"] == "降压药，半片，饭后"
    assert event["dtstart"].params["TZID"] == zone
    (told,) = made.walk("VTIMEZONE")
    assert told["tzid"] == zone
    by_file = tzical(io.StringIO(text)).get(zone)
    begin = event.decoded("dtstart").replace(tzinfo=by_file)
    rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=begin)
    for moment in rule.between(begin, begin + timedelta(366), inc=True):
        wanted = datetime.combine(moment.date(), time(8), home_zone)
        assert moment.timestamp() == wanted.timestamp(), "summer and winter alike"


def test_a_day_with_another_dose_is_an_event_of_its_own() -> None:
    two = DayException(day=date(2026, 11, 25), amount=Amount(Fraction(2), Unit.TABLET))
    reminder = replace(
        half(rrule="FREQ=DAILY", times=(DayTime(time(8)), DayTime(time(20)))), exceptions=(two,)
    )
    made = icalendar.Calendar.from_ical(
        calendar_file([reminder], Calendar(SHANGHAI, Habits()), at("2026-11-23T06:00"), words())
    )
    told = {
        (str(each["summary"]), f"{each.decoded('dtstart'):%d %H:%M}")
        for each in made.walk("VEVENT")
    }
    assert told == {
        ("降压药, half a tablet, after food", "23 08:00"),
        ("降压药, half a tablet, after food", "23 20:00"),
        ("降压药, two tablets, after food", "25 08:00"),
        ("降压药, two tablets, after food", "25 20:00"),
    }
    assert len({str(each["uid"]) for each in made.walk("VEVENT")}) == 4
