"""What a person is told in a drill, by call or message."""

from __future__ import annotations

import time

from assistant.alarm.wording import Voice
from assistant.channels import Message
from assistant.events import new_id
from assistant.people.contacts import Contact
from assistant.selftest.wording import render


def drill_message(contact: Contact, lang: str, elder: str, voice: Voice | None) -> Message:
    """Word a drill for one person; without a voice it is written and answered by a reply."""
    text = render("drill_text", lang, elder=elder)
    spoken = f"{text} {render('drill_keys', lang)}"
    message_id = new_id()
    return Message(
        alarm_id=f"drill-{message_id}",
        attempt_id=message_id,
        contact=contact.name,
        headline=render("drill_headline", lang, elder=elder),
        text=text,
        lang=lang,
        reason="other",
        raised_at=time.time(),
        script=voice.script(spoken, lang) if voice is not None else None,
        answer_hint=render("drill_reply", lang),
        is_test=True,
    )
