"""What the engine does, dose by dose, in virtual time."""

from __future__ import annotations

from datetime import datetime, time
from fractions import Fraction

import pytest

from assistant.events import (
    AlarmClosed,
    AlarmOpened,
    DoseTaken,
    ElderCallChanged,
    FamilyToldOfDose,
    ProfileChanged,
    ReminderDue,
    ReminderMissed,
    Said,
    Say,
    SetVoice,
    StockLow,
)
from assistant.home.questions import Ending, Question, Rank
from assistant.language import DayTime, Unit
from assistant.language.clues import Anchor
from assistant.reminders.escalation import Risk
from assistant.reminders.model import Amount, AsNeeded, Kind, State
from assistant.reminders.refusals import (
    AlreadyTakenRefused,
    ClockWrongRefused,
    DailyMostRefused,
    DoseUnlikelyRefused,
    InvalidRefused,
    NeverComesRefused,
    NothingOpenRefused,
    SnoozeTooLongRefused,
    TooSoonRefused,
    UnknownRefused,
)
from assistant.reminders.requests import ReminderRequest, ScheduleRequest
from assistant.store import KeyedValues
from tests.reminders.home import SHANGHAI, Home, is_announcement

TABLET = Amount(Fraction(1), Unit.TABLET)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()


def daily(*times: str, title: str = "metformin", **more: object) -> ReminderRequest:
    schedule = ScheduleRequest(
        rrule="FREQ=DAILY", times=tuple(DayTime(time.fromisoformat(each)) for each in times)
    )
    values = {"kind": Kind.MEDICINE, "amount": TABLET, **more}
    return ReminderRequest(title=title, schedule=schedule, **values)


def clock_of(home: Home, kind: type) -> list[str]:
    return [f"{datetime.fromtimestamp(e.due_at, SHANGHAI):%d %H:%M}" for e in home.seen(kind)]


async def states(home: Home) -> list[State]:
    return [item.occurrence.state for item in await home.api.today()]


async def test_a_dose_announced_and_taken(home: Home) -> None:
    await home.api.add(daily("08:00"))
    await home.until(at("2026-11-23T09:00"), lambda _: "yes")
    assert await states(home) == [State.TAKEN]
    (asked,) = home.asked()
    assert "metformin" in asked.text
    assert "one tablet" in asked.text
    (taken,) = home.seen(DoseTaken)
    assert (taken.amount, taken.unit, taken.due_at) == ("1", "tablet", at("2026-11-23T08:00"))


async def test_unanswered_comes_again_louder_then_the_family_then_unknown(home: Home) -> None:
    await home.api.add(daily("08:00"))
    await home.until(at("2026-11-23T12:30"), lambda _: None)
    due = home.seen(ReminderDue)
    assert [event.step for event in due] == [1, 2, 3]
    assert [event.is_urgent for event in due] == [False, True, True]
    loud = [event.volume for event in home.seen(SetVoice)]
    assert loud == [1.0, pytest.approx(0.8), 1.0, pytest.approx(0.8)]
    assert len(home.seen(FamilyToldOfDose)) == 1
    assert await states(home) == [State.UNKNOWN]
    (missed,) = home.seen(ReminderMissed)
    assert missed.was_announced


async def test_no_keeps_offering_and_says_when(home: Home) -> None:
    await home.api.add(daily("08:00"))
    answers = iter(["no", "yes"])
    await home.until(at("2026-11-23T09:00"), lambda _: next(answers))
    assert await states(home) == [State.TAKEN]
    said = [event.text for event in home.seen(Say)]
    assert any("quarter past eight" in text for text in said), said


async def test_high_risk_is_followed_up_sooner(home: Home) -> None:
    await home.api.add(daily("08:00", title="insulin", risk=Risk.INSULIN))
    told: list[float] = []
    home.bus.subscribe(FamilyToldOfDose, lambda _: told.append(home.clock.at))
    await home.until(at("2026-11-23T12:00"), lambda _: None)
    assert told == [at("2026-11-23T08:30")]
    (missed,) = home.seen(ReminderMissed)
    assert missed.was_announced


async def test_taken_twice_is_noticed_and_counted_once(home: Home) -> None:
    reminder = await home.api.add(daily("08:00", "20:00"))
    await home.api.refill("metformin", Fraction(10), Unit.TABLET)
    await home.until(at("2026-11-23T08:05"), lambda _: "yes")
    home.clock.move(at("2026-11-23T08:40"))
    with pytest.raises(AlreadyTakenRefused) as refused:
        await home.api.taken("metformin")
    assert refused.value.to_dict()["refused"] == "already_taken"
    occurrence_id = home.seen(DoseTaken)[0].occurrence_id
    with pytest.raises(AlreadyTakenRefused):
        await home.api.taken(occurrence_id)
    assert (await home.api.left(reminder.reminder_id)).amount == 9


async def test_said_before_it_is_due(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T07:30"))
    await home.step()
    await home.api.taken()
    await home.until(at("2026-11-23T12:00"), lambda _: None)
    assert home.asked() == []


async def test_said_after_nobody_answered(home: Home) -> None:
    await home.api.add(daily("08:00"))
    await home.until(at("2026-11-23T13:00"), lambda _: None)
    (taken,) = await home.api.taken()
    assert taken.item.occurrence.state is State.TAKEN
    with pytest.raises(AlreadyTakenRefused):
        await home.api.taken()


async def test_snoozed_comes_again_and_not_past_its_offer(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    with pytest.raises(SnoozeTooLongRefused):
        await home.api.snooze(minutes=300)
    await home.api.snooze(minutes=10)
    home.answer("silence")
    await home.until(at("2026-11-23T08:09"), lambda _: None)
    assert len(home.asked()) == 1
    await home.until(at("2026-11-23T08:14"), lambda _: "yes")
    assert len(home.asked()) == 2
    assert await states(home) == [State.TAKEN]


async def test_skipped_with_a_reason(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    (item,) = await home.api.skip(reason="the doctor said so")
    assert item.occurrence.reason == "the doctor said so"
    await home.until(at("2026-11-23T14:00"), lambda _: None)
    assert home.seen(FamilyToldOfDose) == []
    assert await states(home) == [State.SKIPPED]


async def test_four_medicines_of_one_time_are_one_question(home: Home) -> None:
    for title in ("metformin", "ramipril", "aspirin", "vitamin d"):
        await home.api.add(daily("08:00", title=title))
    await home.until(at("2026-11-23T08:10"), lambda _: "yes")
    assert len(home.asked()) == 1
    assert await states(home) == [State.TAKEN] * 4


async def test_quiet_while_asleep_unless_told_to(home: Home) -> None:
    hours = ScheduleRequest(
        rrule="FREQ=HOURLY;INTERVAL=6", at=datetime(2026, 11, 23, 7, tzinfo=SHANGHAI)
    )
    await home.api.add(ReminderRequest(title="drops", kind=Kind.MEDICINE, schedule=hours))
    night = ScheduleRequest(at=datetime(2026, 11, 24, 3, tzinfo=SHANGHAI))
    wake = await home.api.add(ReminderRequest(title="wake me", schedule=night))
    assert wake.wakes
    await home.until(at("2026-11-24T05:30"), lambda _: "yes")
    assert clock_of(home, ReminderDue) == ["23 07:00", "23 13:00", "23 19:00", "24 03:00"]
    assert clock_of(home, ReminderMissed) == ["24 01:00"]


async def test_waits_for_a_pause_and_for_an_alarm(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T07:59:58"))
    talk = Say("a long story", "en")
    home.bus.publish(talk)
    home.bus.publish(AlarmOpened("a"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    assert home.asked() == []
    home.bus.publish(Said(talk.say_id, completed=True, spoken_text=talk.text))
    home.clock.move(at("2026-11-23T08:01"))
    await home.step()
    assert home.asked() == []
    home.bus.publish(AlarmClosed("a", "closed", "Mei"))
    home.clock.move(at("2026-11-23T08:02"))
    await home.step()
    assert len(home.asked()) == 1


async def test_a_telephone_call_is_not_talked_into(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T07:58"))
    home.bus.publish(ElderCallChanged("son", "talking"))
    home.clock.move(at("2026-11-23T08:01"))
    await home.step()
    assert home.asked() == []
    home.bus.publish(ElderCallChanged("son", "ended", "answered"))
    home.clock.move(at("2026-11-23T08:02"))
    await home.step()
    assert len(home.asked()) == 1


async def test_talk_without_end_is_interrupted_in_time(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T07:59"))
    while not home.asked():
        home.bus.publish(Say("on and on", "en"))
        next_at = await home.step()
        home.clock.move(min(next_at or 0, home.clock.at + 60))
    assert at("2026-11-23T08:10") <= home.clock.at <= at("2026-11-23T08:12")


async def test_what_did_not_sound_is_said_again(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    (say,) = home.seen(Say)
    home.bus.publish(Said(say.say_id, completed=False, spoken_text="", error="no speaker"))
    await home.step()
    assert await states(home) == [State.DUE]
    home.clock.move(at("2026-11-23T08:01"))
    await home.step()
    assert [event.step for event in home.seen(ReminderDue)] == [1, 1]


@pytest.mark.parametrize("is_before", [True, False])
async def test_the_same_words_of_somebody_else_are_not_the_question(
    home: Home, *, is_before: bool
) -> None:
    """Such as the elder's "say that again", or another reminder with the same wording."""
    await home.api.add(daily("08:00"))
    if is_before:  # in the queue of the mouth, behind the question

        def repeat(said: Say) -> None:
            if is_announcement(said):
                home.speech.say(said.text)

        home.bus.subscribe(Say, repeat)
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    (asked,) = home.asked()
    if not is_before:
        home.speech.say(asked.text)
    (other,) = [say for say in home.seen(Say) if say.say_id != asked.say_id]
    assert other.text == asked.text
    home.bus.publish(Said(other.say_id, completed=False, spoken_text="", error="no speaker"))
    await home.step()
    assert await states(home) == [State.ANNOUNCED], "the question itself still sounds"
    home.bus.publish(Said(asked.say_id, completed=False, spoken_text="", error="no speaker"))
    await home.step()
    assert await states(home) == [State.DUE]


async def test_a_power_cut_before_it_was_heard_repeats_it(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    await home.again()
    await home.step()
    assert [event.step for event in home.seen(ReminderDue)] == [1, 1]
    await home.until(at("2026-11-23T08:05"), lambda _: "yes")


async def test_a_week_off_is_told_once_and_not_shouted(home: Home) -> None:
    for title in ("metformin", "ramipril"):
        await home.api.add(daily("08:00", "20:00", title=title))
    await home.step()
    home.clock.move(at("2026-11-30T08:30"))
    await home.again()
    await home.until(at("2026-11-30T08:45"), lambda _: "yes")
    assert len(home.asked()) == 1  # both doses of this morning, still in time
    assert len(home.seen(DoseTaken)) == 2
    assert len(home.seen(ReminderMissed)) == 2 * 14
    said = [event.text for event in home.seen(Say) if "28" in event.text]
    assert len(said) == 1
    assert len(home.family.told) == 1


async def test_the_family_is_told_though_it_was_out_at_first(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.family.is_out = True
    await home.until(at("2026-11-23T10:00"), lambda _: None)
    assert home.seen(FamilyToldOfDose) == []
    home.family.is_out = False
    await home.again()
    await home.step()
    assert len(home.seen(FamilyToldOfDose)) == 1


@pytest.mark.parametrize("days", [1, 30, 400])
async def test_a_clock_that_was_ahead_loses_nothing(home: Home, days: int) -> None:
    await home.api.add(daily("08:00", "20:00"))
    home.clock.move(at("2026-11-23T07:00") + days * 86_400)
    await home.until(home.clock.at + 2 * 3600, lambda _: None)
    home.clock.move(at("2026-11-23T07:30"))
    home.events.clear()
    await home.until(at("2026-11-27T00:00"), lambda _: "yes")
    taken = [f"{day} {hour}" for day in (23, 24, 25, 26) for hour in ("08:00", "20:00")]
    assert clock_of(home, DoseTaken) == taken


async def test_a_clock_that_lost_its_time_catches_up(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(0.0)
    await home.again()
    await home.step()
    with pytest.raises(ClockWrongRefused):
        await home.api.add(daily("09:00"))
    home.clock.move(at("2026-11-23T08:10"))
    await home.until(at("2026-11-23T09:00"), lambda _: "yes")
    assert clock_of(home, DoseTaken) == ["23 08:00"]


async def test_a_time_that_is_moved_gives_no_second_dose(home: Home) -> None:
    await home.api.add(daily("08:00", "20:00"))
    await home.until(at("2026-11-23T08:30"), lambda _: "yes")
    await home.api.change("metformin", daily("09:00", "21:00"))
    await home.until(at("2026-11-24T09:30"), lambda _: "yes")
    assert clock_of(home, DoseTaken) == ["23 08:00", "23 21:00", "24 09:00"]


async def test_habits_move_what_hangs_on_them(home: Home) -> None:
    supper = DayTime(time(18, 30), Anchor.SUPPER, 30)
    schedule = ScheduleRequest(rrule="FREQ=DAILY", times=(supper,))
    wish = ReminderRequest(title="statin", kind=Kind.MEDICINE, schedule=schedule)
    await home.api.add(wish)
    await home.step()
    await KeyedValues.profile(home.database).set("habits", {"supper": "17:00"})
    home.bus.publish(ProfileChanged("habits"))
    await home.until(at("2026-11-23T20:00"), lambda _: "yes")
    assert clock_of(home, DoseTaken) == ["23 17:30"]


async def test_stock_is_counted_down_and_warned_of_once(home: Home) -> None:
    await home.api.add(daily("08:00", "20:00"))
    await home.api.refill("metformin", Fraction(16), Unit.TABLET)
    await home.until(at("2026-11-27T00:00"), lambda _: "yes")
    (low,) = home.seen(StockLow)
    assert (low.left, low.days_left) == ("13", 6)
    assert (await home.api.left("metformin")).amount == 8


async def test_tablets_that_were_counted_as_pills_are_counted_down(home: Home) -> None:
    """还有二十粒, of what is taken by the tablet (片)."""
    await home.api.add(daily("08:00", "20:00"))
    await home.api.refill("metformin", Fraction(16), Unit.PILL)
    await home.until(at("2026-11-24T00:00"), lambda _: "yes")
    assert (await home.api.left("metformin")).amount == 14


async def test_drops_are_no_pills(home: Home) -> None:
    await home.api.add(daily("08:00", "20:00"))
    await home.api.refill("metformin", Fraction(16), Unit.DROP)
    await home.until(at("2026-11-24T00:00"), lambda _: "yes")
    assert (await home.api.left("metformin")).amount == 16


async def test_as_needed_keeps_its_interval_and_its_most(home: Home) -> None:
    wish = ReminderRequest(
        title="paracetamol", kind=Kind.MEDICINE, amount=TABLET, as_needed=AsNeeded(4, 3)
    )
    await home.api.add(wish)
    await home.api.taken("paracetamol")
    with pytest.raises(TooSoonRefused) as soon:
        await home.api.taken("paracetamol")
    assert soon.value.next_at == at("2026-11-23T10:00")
    for _ in range(2):
        home.clock.move(home.clock.at + 4 * 3600)
        await home.api.taken("paracetamol")
    home.clock.move(home.clock.at + 4 * 3600)
    with pytest.raises(DailyMostRefused) as most:
        await home.api.taken("paracetamol")
    assert most.value.next_at == at("2026-11-24T06:00")


async def test_a_course_ends(home: Home) -> None:
    home.clock.move(at("2026-11-23T21:00"))  # too late for today: seven days from tomorrow
    wish = daily("08:00")
    schedule = ScheduleRequest(rrule="FREQ=DAILY", times=wish.schedule.times, course_days=7)
    await home.api.add(ReminderRequest(title="penicillin", kind=Kind.MEDICINE, schedule=schedule))
    await home.until(at("2026-12-10T00:00"), lambda _: "yes")
    assert len(home.seen(DoseTaken)) == 7


async def test_a_dose_is_offered_no_longer_once_the_next_is_due(home: Home) -> None:
    await home.api.add(daily("07:00", "08:00", "09:00"))
    await home.until(at("2026-11-23T07:10"), lambda _: None)
    home.clock.move(at("2026-11-23T09:05"))  # busy until now
    await home.step()
    assert await states(home) == [State.UNKNOWN, State.MISSED, State.ANNOUNCED]
    taken = await home.api.taken()
    assert [dose.item.occurrence.due_at for dose in taken] == [at("2026-11-23T09:00")]


async def test_removed_comes_no_more(home: Home) -> None:
    await home.api.add(daily("08:00"))
    assert (await home.api.remove("met formin")).title == "metformin"
    await home.until(at("2026-11-24T12:00"), lambda _: "yes")
    assert home.asked() == []
    with pytest.raises(UnknownRefused):
        await home.api.remove("metformin")
    with pytest.raises(NothingOpenRefused):
        await home.api.taken()


NOBODY = ReminderRequest(
    title="x", schedule=ScheduleRequest(at=datetime(2020, 1, 1, 8, tzinfo=SHANGHAI))
)


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        (NOBODY, NeverComesRefused),
        (daily("08:00", title=" "), InvalidRefused),
        (daily("08:00", title="x" * 500), InvalidRefused),
        (daily("08:00", amount=Amount(Fraction(24), Unit.TABLET)), DoseUnlikelyRefused),
        (daily(), InvalidRefused),
        (ReminderRequest(title="x"), InvalidRefused),
        (
            ReminderRequest(
                title="x",
                schedule=ScheduleRequest(
                    rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", times=(DayTime(time(8)),)
                ),
            ),
            NeverComesRefused,
        ),
        (
            ReminderRequest(
                title="x",
                schedule=ScheduleRequest(rrule="FREQ=SECONDLY", times=(DayTime(time(8)),)),
            ),
            InvalidRefused,
        ),
        (
            ReminderRequest(title="x", schedule=ScheduleRequest(rrule="FREQ=MINUTELY;INTERVAL=1")),
            InvalidRefused,
        ),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_written(
    home: Home, wish: ReminderRequest, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await home.api.add(wish)
    assert await home.api.all() == []


async def test_24_tablets_are_kept_once_confirmed(home: Home) -> None:
    amount = Amount(Fraction(24), Unit.TABLET)
    await home.api.add(daily("08:00", amount=amount, is_confirmed=True))
    assert len(await home.api.all()) == 1


@pytest.mark.parametrize("done", ["taken", "skip", "snooze"])
async def test_a_question_answered_in_other_words_is_not_open_any_more(
    home: Home, done: str
) -> None:
    """A yes after "I took it" is about something else; one after "later" is not "taken"."""
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    questions = home.speech.questions
    assert questions.current is not None
    await getattr(home.api, done)()
    await home.step()
    assert questions.current is None
    before = len(home.seen(DoseTaken))
    assert not questions.answer(Ending.YES)
    await home.step()
    assert len(home.seen(DoseTaken)) == before


@pytest.mark.parametrize(
    ("rank", "waits"),
    [(Rank.DIALOGUE, False), (Rank.SKILL, True), (Rank.CALL, True), (Rank.ROBOT, True)],
)
async def test_a_reminder_waits_for_the_questions_of_others(
    home: Home, rank: Rank, *, waits: bool
) -> None:
    await home.api.add(daily("08:00"))
    asked = home.speech.questions.ask(Question(rank, "x?", is_said=True))
    assert asked is not None
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    assert len(home.asked()) == (0 if waits else 1)
    asked.close()
    home.clock.move(at("2026-11-23T08:01"))
    await home.step()
    assert len(home.asked()) == 1


async def test_two_doses_are_asked_about_one_after_the_other(home: Home) -> None:
    for clock_time, title in (("08:00", "metformin"), ("08:01", "ramipril")):
        await home.api.add(daily(clock_time, title=title))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    home.clock.move(at("2026-11-23T08:01"))
    await home.step()
    assert len(home.asked()) == 1, "the second waits for the first one's answer"
    home.answer("yes")
    await home.step()
    assert [taken.title for taken in home.seen(DoseTaken)] == ["metformin"]


async def test_an_alarm_ends_the_question_and_the_dose_is_asked_about_again(home: Home) -> None:
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))
    await home.step()
    home.bus.publish(AlarmOpened("a"))
    assert not home.speech.questions.answer(Ending.YES), "a yes on the floor counts no dose"
    home.bus.publish(AlarmClosed("a", "closed", "Mei"))
    assert not home.speech.questions.answer(Ending.YES), "nor one after it"
    await home.until(at("2026-11-23T08:45"), lambda _: "yes")
    assert len(home.asked()) == 2
    assert await states(home) == [State.TAKEN]


async def test_what_could_not_be_asked_is_asked_later(home: Home) -> None:
    """The robot asks in the moment in which the dose falls due."""
    await home.api.add(daily("08:00"))
    home.clock.move(at("2026-11-23T08:00"))

    def robot_asks(_: ReminderDue) -> None:
        home.speech.questions.ask(Question(Rank.ROBOT, "x?", is_said=True))

    home.bus.subscribe(ReminderDue, robot_asks)
    await home.step()
    assert home.asked() == []
    await home.step()
    assert await states(home) == [State.DUE], "an announcement that was not made counts for none"
