"""Who is told what, over any row of days: a fault is never kept from the family, nor repeated."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assistant.selftest.trouble import (
    AGAIN_DAYS,
    ELDER_DAYS,
    after,
    owed_elder,
    owed_family,
    told_elder,
    told_family,
)
from assistant.services.findings import found

DAY = date(2027, 3, 1)


def day(number: int) -> str:
    return (DAY + timedelta(days=number)).isoformat()


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_over_any_days_the_family_and_the_elder_know_what_is(
    days: list[tuple[bool, bool]],
) -> None:
    known: tuple = ()
    family_knows = elder_knows = False
    bad_days = told_at = 0
    for number, (is_well, is_reached) in enumerate(days):
        known = after(known, [found("clock", is_well=is_well, detail="")], day(number))
        bad_days = 0 if is_well else bad_days + 1
        owed = owed_family(known, day(number))
        if is_well:
            assert bool(owed.well) == family_knows
        else:
            is_due = not family_knows or number - told_at >= AGAIN_DAYS
            assert bool(owed.bad) == is_due
        if owed and is_reached:
            known = told_family(known, owed, day(number))
            family_knows, told_at = not is_well, number
            assert not owed_family(known, day(number))
        spoken = owed_elder(known, is_family_reached=is_reached)
        if not is_well:
            lasts = next(t.days for t in known) >= ELDER_DAYS
            assert bool(spoken.bad) == (not elder_knows and (lasts or not is_reached))
        if spoken:
            known = told_elder(known, spoken, day(number))
            elder_knows = not is_well
        if is_well and not family_knows and not elder_knows:
            assert known == ()


def test_a_second_test_of_a_day_makes_no_second_day() -> None:
    bad = [found("channel", is_well=False, detail="", subject="Mei: SMS")]
    known = after(after((), bad, day(0)), bad, day(0))
    assert [t.days for t in known] == [1]
    assert not owed_elder(known, is_family_reached=True)


def test_a_contact_that_is_no_more_is_no_fault_any_more() -> None:
    bad = [found("channel", is_well=False, detail="", subject="Mei: SMS")]
    known = told_family(after((), bad, day(0)), owed_family(after((), bad, day(0)), day(0)), day(0))
    assert after(known, [], day(1)) == ()


def test_what_was_not_tried_is_as_it_was() -> None:
    known = after((), [found("chime", is_well=False, detail="")], day(0))
    assert after(known, [found("disk", is_well=True, detail="")], day(1)) == known
