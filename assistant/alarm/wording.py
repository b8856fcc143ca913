"""What the family is told of an alarm, in the language of each person."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from assistant.alarm.attempt import Attempt
from assistant.alarm.medical_card import MedicalCard
from assistant.alarm.state import Alarm
from assistant.channels import CallScript, Message
from assistant.events import Origin
from assistant.language import Replies
from assistant.packs import facts
from assistant.people.contacts import Contact
from assistant.services import AlarmFacts
from assistant.settings import EmergencySettings

OPERATOR_REPEATS: Final = 2
"""Before the public emergency number is put through to the elder: its operator presses no key."""
_TEXTS: Final = {
    Origin.VOICE: "alarm_text",
    Origin.BUTTON: "alarm_text",
    Origin.SENSOR: "alarm_text_sensed",
    Origin.DRILL: "alarm_text",
}
"""Whether somebody asked for help, or something noticed it."""
_AT_ONCE: Final = "alarm_text_sensed_at_once"
"""What is told if something noticed it, and nobody was asked."""
_ASKED_ABOUT: Final = frozenset({"fall", "bathroom"})
"""What a sensor notices and the elder is always asked about first."""


ELDER: Final = "elder"
BESIDE: Final = "somebody beside the elder"
OTHERS: Final = {ELDER: "the_elder", BESIDE: "somebody_beside"}
"""Who did something in an alarm and is no contact, as the journal names them."""


class Voice(Protocol):
    """What makes the sound of a call: `call_voice.CallVoice`."""

    def script(self, text: str, lang: str) -> CallScript:
        """What a call says."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Makes messages of alarms."""

    replies: Replies
    settings: EmergencySettings
    voice: Voice
    home_lang: Callable[[], str]
    elder_name: Callable[[], str]
    """The elder's name; empty: not known."""
    rings_number: str
    """The contact id of the public emergency number: it is told everything a helper needs."""
    link: Callable[[Alarm, Contact], str | None] = lambda *_: None
    """The link with which a message's reader can take the alarm on; None: there is none."""
    health: MedicalCard = field(default_factory=MedicalCard)
    """What the elder takes and cannot bear, as it was known last."""
    notes: Callable[[str, str], str] = lambda *_: ""
    """What the elder asked for, and answered to questions, by alarm and language."""
    code: Callable[[str], str] = lambda _: ""
    """The code that takes an alarm on in a call back, by alarm."""
    takes_calls: bool = False
    """Whether a contact who calls back is put through."""

    def message(self, alarm: Alarm, contact: Contact, attempt: Attempt) -> Message:
        """What one person is told of one alarm."""
        lang = contact.lang or self.home_lang()
        say = self._say(alarm, lang)
        headline = say("alarm_headline")
        text = say(_AT_ONCE if _is_at_once(alarm) else _TEXTS[alarm.source.origin])
        if alarm.generation:
            text = _joined(
                lang, say("alarm_given_up" if alarm.given_up_by else "alarm_again"), text
            )
        text = _joined(lang, text, self.notes(alarm.alarm_id, lang))
        spoken, link = text, self.link(alarm, contact)
        if link is not None:
            text = _joined(lang, text, say("alarm_link"))
        if self.takes_calls:
            text = _joined(lang, text, say("alarm_call_back"))
        details = self.spoken_details(alarm, lang)
        if contact.contact_id == self.rings_number:
            script = replace(
                self.voice.script(_joined(lang, spoken, self.details(alarm, lang)), lang),
                repeats=OPERATOR_REPEATS,
                opens_line=True,
            )
        else:
            keys = say("alarm_keys_details" if details else "alarm_keys")
            script = replace(
                self.voice.script(_joined(lang, spoken, keys), lang),
                details=self.voice.script(details, lang).speak if details else None,
            )
        return Message(
            alarm_id=alarm.alarm_id,
            attempt_id=attempt.attempt_id,
            contact=contact.name,
            headline=headline,
            text=text,
            lang=lang,
            reason=alarm.reason,
            raised_at=alarm.opened_at,
            script=script,
            is_automatic=alarm.source.origin is Origin.SENSOR,
            is_test=alarm.source.origin is Origin.DRILL,
            acknowledge_url=link,
            answer_hint=say("alarm_answer"),
        )

    def page(self, alarm: Alarm, lang: str, now: float, *, is_helper: bool) -> AlarmFacts:
        """What a page shows of an alarm; to a helper also what is needed at the door.

        `now`: Unix time, seconds.
        """
        minutes = self.settings.arrive_minutes
        if alarm.escalate_at is not None:  # later if whoever comes needs longer
            minutes = max(1, math.ceil((alarm.escalate_at - now) / 60))
        facts = AlarmFacts(
            elder=self.elder(lang),
            reason=self._reason(alarm, lang),
            place=alarm.place,
            address=self.settings.address,
            number=self.settings.number or self.replies.render("emergency_number", lang),
            minutes=f"{minutes:g}",
            phone=self.settings.phone,
            is_drill=alarm.source.origin is Origin.DRILL,
        )
        if not is_helper:
            return facts
        return replace(
            facts,
            door=self.settings.door_code,
            health=self.settings.health,
            medicines=self._listed(self.health.medicines, lang),
            allergies=self._listed(self.health.allergies, lang),
            notes=self.notes(alarm.alarm_id, lang),
        )

    def named(self, who: str, lang: str) -> str:
        """Name who did something and is no contact, such as the elder; empty for all others.

        `who`: as the journal has it, or the contact id of the public emergency number.
        """
        keys = OTHERS | {self.rings_number: "emergency_number_name"}
        return self.replies.render(keys[who], lang) if who in keys else ""

    def details(self, alarm: Alarm, lang: str) -> str:
        """Say what a helper needs at the door and beside the elder; empty if nothing is known."""
        known = {
            "alarm_door": self.settings.door_code,
            "alarm_health": self.settings.health,
            "alarm_medicines": self._listed(self.health.medicines, lang),
            "alarm_allergies": self._listed(self.health.allergies, lang),
        }
        told = [
            self.replies.render(key, lang, value=value) for key, value in known.items() if value
        ]
        return _joined(lang, *told, self.notes(alarm.alarm_id, lang))

    def spoken_details(self, alarm: Alarm, lang: str) -> str:
        """Say the same with the address, for whoever stands beside the elder and calls a doctor."""
        address = self.settings.address
        first = self.replies.render("alarm_address", lang, value=address) if address else ""
        return _joined(lang, first, self.details(alarm, lang))

    def greeting(self, contact: Contact) -> CallScript:
        """What a contact hears who calls back, before the elder is put through."""
        lang = contact.lang or self.home_lang()
        text = self.replies.render("call_back_greeting", lang, elder=self.elder(lang))
        return replace(self.voice.script(text, lang), repeats=1)

    def coming(self, alarm: Alarm, lang: str) -> str:
        """Say who took an alarm on and when they want to be there; empty if it is not known."""
        if alarm.expected_at is None or not alarm.acknowledged_by:
            return ""
        at = datetime.fromtimestamp(alarm.expected_at).astimezone()
        return self.replies.render(
            "alarm_coming_text",
            lang,
            elder=self.elder(lang),
            who=alarm.acknowledged_by,
            time=f"{at:%H:%M}",
        )

    def about(self, key: str, alarm: Alarm, lang: str) -> str:
        """Give the title of a message after the call-out.

        It may stand on the screen of a locked phone, so it tells nothing that is not for everybody.
        """
        return self.replies.render(
            f"{key}_headline", lang, elder=self.elder(lang), who=alarm.acknowledged_by
        )

    def over(self, key: str, lang: str, who: str) -> str:
        """Say that an alarm is over, and by whom."""
        return self.replies.render(
            key, lang, elder=self.elder(lang), who=self.named(who, lang) or who
        )

    def _reason(self, alarm: Alarm, lang: str) -> str:
        """Say what an alarm is about; a sensor says it in other words than the elder does."""
        key = f"reason_{alarm.reason}"
        is_sensed = alarm.source.origin is Origin.SENSOR and f"{key}_sensed" in self.replies
        return self.replies.render(f"{key}_sensed" if is_sensed else key, lang)

    def elder(self, lang: str) -> str:
        """Say what the elder is called."""
        return self.elder_name() or self.replies.render("the_elder", lang)

    def _listed(self, items: Iterable[str], lang: str) -> str:
        return self.replies.render("list_next", lang).join(items)

    def _say(self, alarm: Alarm, lang: str) -> Callable[[str], str]:
        at = datetime.fromtimestamp(alarm.opened_at).astimezone()
        place = self.replies.render("alarm_place", lang, value=alarm.place) if alarm.place else ""
        address = self.settings.address
        values = {
            "elder": self.elder(lang),
            "reason": self._reason(alarm, lang),
            "place": place,
            "time": f"{at:%H:%M}",
            "who": alarm.given_up_by,
            "code": self.code(alarm.alarm_id),
            "address": self.replies.render("alarm_address", lang, value=address) if address else "",
        }
        wordings = self.replies
        return lambda key: " ".join(wordings.render(key, lang, **values).split())


def _is_at_once(alarm: Alarm) -> bool:
    """Whether a sensor raised it without a question before."""
    is_sensed = alarm.source.origin is Origin.SENSOR and not alarm.asked_count
    return is_sensed and alarm.reason not in _ASKED_ABOUT


def _joined(lang: str, *sentences: str) -> str:
    return facts(lang).voice.joiner.join(filter(None, sentences))
