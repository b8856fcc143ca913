"""The public emergency number: which one is meant, and whether Anban may ring it.

The elder's consent is a setting (`may_ring_number`): then it is rung once nobody else took the
alarm, and at once if the elder asks for it.  Without the setting, asking for it and saying yes
to the question is consent for this one alarm.
"""

from __future__ import annotations

from assistant.channels import AddressError, ChannelError, Opener
from assistant.events import CryForHelpHeard
from assistant.home.memory import HomeMemory
from assistant.language import Replies
from assistant.people.contacts import Contact
from assistant.safety import Cry
from assistant.settings import EmergencySettings

NUMBER_CONTACT = "emergency-number"


class PublicNumber:
    """The number in each alarm: asked for, agreed to, and as somebody to call."""

    def __init__(
        self, registry: Opener, replies: Replies, memory: HomeMemory, settings: EmergencySettings
    ) -> None:
        self._registry, self._replies = registry, replies
        self._memory, self._settings = memory, settings
        self._asked: dict[str, str] = {}
        """The number that the elder asked for, by alarm."""
        self._agreed: dict[str, str] = {}

    @property
    def usual(self) -> str:
        """The number that the elder is told to dial."""
        return self._settings.number or self._render("emergency_number")

    @property
    def is_agreed_in_advance(self) -> bool:
        """Whether the settings say that the elder agreed in advance."""
        return self._settings.may_ring_number

    def wanted(self, cry: Cry | CryForHelpHeard) -> str:
        """The number that was asked for, not always one of digits; empty if none was."""
        if not cry.service:
            return ""
        # "打120" names it; "call an ambulance" does not.
        own = self._settings.number if cry.service == "ambulance" else ""
        return cry.number or own or self._render(f"number_{cry.service}")

    def can_ring(self, number: str) -> bool:
        """Whether this home has a telephone that reaches such numbers."""
        if not number.isdigit():
            return False
        self._registry.agree(number, is_agreed=True)
        try:
            self._registry.open(f"tel:{number}")
        except (AddressError, ChannelError):
            return False
        finally:
            self._allow(number)
        return True

    def ask(self, alarm_id: str, number: str) -> None:
        """Note that the elder asked for a number in this alarm."""
        self._asked[alarm_id] = number

    def agree(self, alarm_id: str, number: str) -> None:
        """Note that the elder agreed to ring it in this alarm."""
        self._agreed[alarm_id] = number
        self._allow(number)

    def end(self, alarm_id: str) -> None:
        """Forget the consent: the alarm is over."""
        self._asked.pop(alarm_id, None)
        number = self._agreed.pop(alarm_id, "")
        self._allow(number)

    def contact(self, alarm_id: str) -> Contact | None:
        """Give the number as somebody to call, if the elder agreed."""
        number = self._agreed.get(alarm_id, "")
        if not number and self._settings.may_ring_number:
            number = self.usual
        if not number.isdigit():
            return None
        name = self._render("emergency_number_name")
        return Contact(NUMBER_CONTACT, name, (), (f"tel:{number}",))

    def told(self, alarm_id: str, lang: str) -> str:
        """Say what the family is told of it; empty if the elder did not ask."""
        number = self._asked.get(alarm_id)
        if number is None:
            return ""
        key = "number_agreed" if alarm_id in self._agreed else "number_asked"
        return self._replies.render(key, lang, number=number)

    def _allow(self, number: str) -> None:
        is_agreed = self._settings.may_ring_number or number in self._agreed.values()
        self._registry.agree(number, is_agreed=is_agreed)

    def _render(self, key: str) -> str:
        return self._replies.render(key, self._memory.lang)
