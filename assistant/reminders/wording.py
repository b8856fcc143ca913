"""What Anban says of reminders, in the language of the home; the words are in `replies/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from assistant.language import LANGUAGES, Dose, Habits, Replies, Unit
from assistant.reminders.in_words import InWords, written_in
from assistant.reminders.model import Item, Occurrence
from assistant.reminders.notice import Notice, NoticeKind
from assistant.reminders.stock import StockLeft
from assistant.reminders.transitions import NOT_TAKEN
from assistant.services.doses import WeekOfMedicine
from assistant.services.reminder import Act, Food, Kind, Reminder

_REPLIES: Final = "assistant/reminders/replies/{lang}/replies.yml"


class Wording:
    """Makes sentences."""

    def __init__(self, zone: ZoneInfo, home_lang: Callable[[], str]) -> None:
        self._zone, self._home_lang = zone, home_lang
        self._replies = Replies.load(Path(__file__).parent / "replies")

    def in_writing(self, habits: Habits) -> InWords:
        """Give what is written of reminders instead of said."""
        return InWords(self._replies, written_in(self._home_lang(), _REPLIES), habits)

    def announcement(self, items: Sequence[Item], step: int, now: float) -> str:
        """Ask about what is due."""
        medicines = [item for item in items if item.reminder.kind is Kind.MEDICINE]
        tasks = [item for item in items if item.reminder.kind is Kind.TASK]
        parts = [self._render("time_is", time=self._time(now))]
        act = _act([item.reminder for item in medicines])
        if medicines:
            key = act if step == 1 else f"{act}_again"
            parts.append(self._render(key, what=self._list(medicines)))
        if tasks:
            parts.append(
                self._render("task" if step == 1 else "task_again", what=self._list(tasks))
            )
        parts.append(self._render(f"ask_{act}" if medicines else "ask_done"))
        return self._joined(parts)

    def noted(self, items: Sequence[Item]) -> str:
        """Answer a "yes"."""
        doses = [item.reminder for item in items if item.reminder.kind is Kind.MEDICINE]
        if not doses:
            return self._render("noted_done")
        return self._render(f"noted_{_act(doses)}")

    def not_yet(self, items: Sequence[Item]) -> str:
        """Answer a "no": says when it is offered again, if it is."""
        again = [item.occurrence.act_at for item in items if item.occurrence.act_at is not None]
        return self._render("not_yet", time=self._time(min(again))) if again else ""

    def missed_while_away(self, count: int) -> str:
        """Say what was missed while the power was off."""
        if count == 1:
            return self._render("missed_one_while_away")
        return self._render("missed_while_away", count=count)

    def family(self, items: Sequence[Item], lang: str, elder: str) -> tuple[str, str]:
        """Give headline and text for the family: doses that nobody confirmed."""
        who = elder or self._render("the_elder", lang)
        spoken = LANGUAGES[lang].spoken
        lines = [
            self._render(
                _became(item.occurrence),
                lang,
                what=self._phrase(item.reminder, lang),
                time=self._time(item.occurrence.due_at, lang),
                day=spoken.day(datetime.fromtimestamp(item.occurrence.due_at, self._zone).date()),
            )
            for item in items
        ]
        head = self._render("family_headline", lang, elder=who)
        return head, self._joined([self._render("family_text", lang, elder=who), *lines], lang)

    def stock_low(self, medicine: str, days_left: int) -> str:
        """Say that a medicine will be used up."""
        return self._runs_out("stock_low", medicine, days_left, self._home_lang())

    def family_stock(self, low: Sequence[StockLeft], lang: str, elder: str) -> tuple[str, str]:
        """Give headline and text for the family: what runs out."""
        who = elder or self._render("the_elder", lang)
        lines = [
            self._runs_out("family_stock", stock.medicine, stock.days or 0, lang) for stock in low
        ]
        head = self._render("family_stock_headline", lang, elder=who)
        return head, self._joined(
            [self._render("family_stock_text", lang, elder=who), *lines], lang
        )

    def family_week(
        self, weeks: Sequence[WeekOfMedicine], lang: str, elder: str
    ) -> tuple[str, str]:
        """Give headline and text for the family: how regularly medicines were taken in a week."""
        who = elder or self._render("the_elder", lang)
        lines = [self._week_line(week, lang) for week in weeks]
        head = self._render("family_week_headline", lang, elder=who)
        return head, self._joined([self._render("family_week_text", lang, elder=who), *lines], lang)

    def paused(self, titles: Sequence[str], *, is_over: bool) -> str:
        """Say that a pause is over, or that one without an end goes on."""
        what = LANGUAGES[self._home_lang()].spoken.listing(titles)
        return self._render("pause_over" if is_over else "pause_still", what=what)

    def family_notice(self, notice: Notice, lang: str, elder: str) -> tuple[str, str]:
        """Give headline and text for the family: a refused dose, medicines that are paused."""
        who = elder or self._render("the_elder", lang)
        what = LANGUAGES[lang].spoken.listing(notice.titles)
        slots: dict[str, str | int] = {"what": what}
        key = f"family_{notice.kind.value}"
        if notice.kind is NoticeKind.PAUSED:
            key += "_until" if notice.until else ""
            if notice.until:
                day = datetime.fromisoformat(notice.until).astimezone(self._zone).date()
                slots["day"] = LANGUAGES[lang].spoken.day(day)
        else:
            key += f"_{notice.per}"
            slots["amount"] = self._said_amount(notice.amount, lang)
            slots["limit"] = self._said_amount(notice.limit, lang)
        head = self._render("family_headline", lang, elder=who)
        opening = self._render("family_notice_text", lang, elder=who)
        return head, self._joined([opening, self._render(key, lang, **slots)], lang)

    def _said_amount(self, text: str, lang: str) -> str:
        """Say a fraction and a unit, or a number alone, in words; nothing if there is none."""
        amount, _, unit = text.partition(" ")
        spoken = LANGUAGES[lang].spoken
        if not amount:
            return ""
        if not unit:
            return spoken.number(amount)
        return spoken.dose(Dose(Fraction(amount), Unit(unit), None, 0, 0))

    def _runs_out(self, key: str, medicine: str, days_left: int, lang: str) -> str:
        """Say for how long there is enough; less than a day is not enough for another one."""
        if days_left < 1:
            return self._render(f"{key}_out", lang, what=medicine)
        length = LANGUAGES[lang].spoken.duration(timedelta(days=days_left))
        return self._render(key, lang, what=medicine, length=length)

    def _week_line(self, week: WeekOfMedicine, lang: str) -> str:
        others = (
            ("family_week_skipped", week.skipped),
            ("family_week_unknown", week.unknown),
            ("family_week_missed", week.missed),
        )
        taken = self._render(
            "family_week_line", lang, what=week.title, taken=week.taken, planned=week.planned
        )
        rest = [self._render(key, lang, count=count) for key, count in others if count]
        return self._joined([taken, *rest], lang)

    def _joined(self, sentences: Sequence[str], lang: str | None = None) -> str:
        return reduce(
            lambda first, second: self._render("join", lang, first=first, second=second), sentences
        )

    def _list(self, items: Sequence[Item]) -> str:
        lang = self._home_lang()
        return LANGUAGES[lang].spoken.listing([self._phrase(item.reminder, lang) for item in items])

    def _phrase(self, reminder: Reminder, lang: str) -> str:
        words = reminder.title
        if reminder.amount is not None:
            amount = LANGUAGES[lang].spoken.dose(reminder.amount.as_dose())
            words = self._render("dose", lang, what=reminder.title, amount=amount)
        if reminder.food is not Food.ANY:
            words = self._render(f"food_{reminder.food.value}", lang, what=words)
        return words

    def _time(self, at: float, lang: str | None = None) -> str:
        local = datetime.fromtimestamp(at, self._zone)
        return LANGUAGES[lang or self._home_lang()].spoken.time_of_day(local.time())

    def _render(self, key: str, lang: str | None = None, **slots: str | int) -> str:
        return self._replies.render(key, lang or self._home_lang(), avoid="", **slots)


def _became(occurrence: Occurrence) -> str:
    if occurrence.reason == NOT_TAKEN:
        return "family_not_taken"
    return "family_unknown" if occurrence.announced_at else "family_missed"


def _act(medicines: Sequence[Reminder]) -> Act:
    return Act.TAKE if all(each.act is Act.TAKE for each in medicines) else Act.USE
