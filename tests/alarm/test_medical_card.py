"""What a helper is told of medicines and allergies, from what the home really keeps."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.alarm.medical_card import MedicalCard
from assistant.events import AlarmRaised, Origin, RemindersChanged
from assistant.runtime.bus import Bus
from assistant.services import GetProfileField, ListReminders
from assistant.services.errors import Refused
from assistant.services.reminder import Kind, Reminder
from assistant.store import StoreError

WARFARIN = Reminder(reminder_id="1", title="华法林", kind=Kind.MEDICINE)
ASPIRIN = Reminder(reminder_id="2", title="Aspirin", kind=Kind.MEDICINE)
BINS = Reminder(reminder_id="3", title="倒垃圾")


async def known(reminders: object, allergies: object) -> MedicalCard:
    """What is known of a home that keeps this; an exception stands for a service that fails."""
    bus, health = Bus(), MedicalCard()

    async def listed(_: ListReminders) -> tuple[Reminder, ...]:
        if isinstance(reminders, Exception):
            raise reminders
        return tuple(reminders)  # type: ignore[arg-type]

    async def field(wish: GetProfileField) -> Any:
        assert wish.field == "allergies"
        if isinstance(allergies, Exception):
            raise allergies
        return allergies

    bus.serve(ListReminders.answered_by(listed), GetProfileField.answered_by(field))
    health.follow(bus)
    bus.publish(RemindersChanged("1"))
    await health.finish()
    return health


@pytest.mark.parametrize(
    ("reminders", "medicines"),
    [
        ([], ()),
        ([BINS], ()),
        ([BINS, WARFARIN, ASPIRIN], ("华法林", "Aspirin")),
        ([WARFARIN, BINS, WARFARIN], ("华法林",)),
    ],
)
@pytest.mark.parametrize(
    ("allergies", "told"),
    [
        (None, ()),
        ("青霉素", ("青霉素",)),
        (["青霉素", " penicillin ", ""], ("青霉素", "penicillin")),
        ([None, 7, "花生"], ("花生",)),
        ({"a": "b"}, ()),
    ],
)
async def test_medicines_and_allergies_are_known_whatever_else_is_kept(
    reminders: object, medicines: tuple[str, ...], allergies: object, told: tuple[str, ...]
) -> None:
    health = await known(reminders, allergies)
    assert health.medicines == medicines
    assert health.allergies == told


@pytest.mark.parametrize(
    "fault", [Refused("no"), StoreError("no"), TimeoutError(), KeyError("kind"), TypeError("x")]
)
async def test_what_cannot_be_read_takes_nothing_away_of_the_other(fault: Exception) -> None:
    assert (await known(fault, ["青霉素"])).allergies == ("青霉素",)
    assert (await known([WARFARIN, BINS], fault)).medicines == ("华法林",)


async def test_an_alarm_reads_again_what_could_not_be_read_before() -> None:
    bus, health = Bus(), MedicalCard()
    health.follow(bus)
    bus.publish(RemindersChanged("1"))
    await health.finish()
    assert health.medicines == ()

    async def listed(_: ListReminders) -> tuple[Reminder, ...]:
        return (WARFARIN,)

    bus.serve(ListReminders.answered_by(listed))
    bus.publish(AlarmRaised("a", "fall", Origin.VOICE, "", 0.0))
    await health.finish()
    assert health.medicines == ("华法林",)
