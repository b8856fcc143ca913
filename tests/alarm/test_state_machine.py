"""The laws of the state machine, over every sequence of triggers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.alarm.source import Source
from assistant.alarm.state import Alarm, State, Trigger, change
from assistant.events import Origin

ARRIVE_SECONDS = 1_200.0
NEW = Alarm("a", "fall", Source(Origin.SENSOR, "radar"), "", 1_000.0, State.SUSPECTED)
TRIGGERS = st.sampled_from(Trigger)


class AlarmLife(RuleBasedStateMachine):
    """One alarm, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.alarm = NEW
        self.before: list[tuple[State, Trigger]] = []
        self.was_reached = False

    @rule(trigger=TRIGGERS, at=st.floats(0, 1e6))
    def happen(self, trigger: Trigger, at: float) -> None:
        state = self.alarm.state
        changed = change(self.alarm, trigger, at, ARRIVE_SECONDS, "who")
        if not state.is_open:
            assert changed is None, "what is over stays over"
        if changed is None:
            return
        self.before.append((state, trigger))
        if self.was_reached and changed.alarm.state is State.CANCELLED:
            raise AssertionError("once reached, only a human closes it")
        if changed.alarm.state is State.CLOSED:
            assert trigger is Trigger.CONFIRMED
        if changed.alarm.state is State.CANCELLED:
            assert trigger is Trigger.MEANT_FINE
            if state is State.RAISED:
                assert self.alarm.denied_count == 1, "asked back before"
        if changed.asks_back:
            assert changed.alarm.state is state
        self.alarm = changed.alarm
        self.was_reached |= trigger in {Trigger.REACHED, Trigger.ACKNOWLEDGED}

    @invariant()
    def only_a_raised_alarm_calls_out(self) -> None:
        assert self.alarm.state.calls_out == (self.alarm.state in {State.RAISED, State.DELIVERED})

    @invariant()
    def an_acknowledged_one_has_a_deadline_and_no_other(self) -> None:
        has_deadline = self.alarm.escalate_at is not None
        assert has_deadline == (self.alarm.state is State.ACKNOWLEDGED)

    @invariant()
    def it_remembers_who_was_reached(self) -> None:
        assert self.alarm.was_reached or not self.was_reached


TestAlarmLife = AlarmLife.TestCase


@given(st.lists(TRIGGERS, max_size=12))
def test_a_cry_always_ends_in_calling_out_unless_it_is_over(triggers: list[Trigger]) -> None:
    alarm = NEW
    for trigger in triggers:
        changed = change(alarm, trigger, 0.0, ARRIVE_SECONDS)
        alarm = changed.alarm if changed else alarm
    if alarm.state.is_open:
        changed = change(alarm, Trigger.CRIED, 0.0, ARRIVE_SECONDS)
        after = changed.alarm if changed else alarm
        assert after.state.calls_out
        assert after.denied_count == 0


@pytest.mark.parametrize("state", [state for state in State if state.is_open])
def test_a_human_can_close_it_at_any_time(state: State) -> None:
    changed = change(replace(NEW, state=state), Trigger.CONFIRMED, 0.0, ARRIVE_SECONDS)
    assert changed is not None
    assert changed.alarm.state is State.CLOSED
