"""English."""

import re

from assistant.language.contract import Language, Speech, Spoken
from assistant.language.en import spoken
from assistant.language.en.amounts import find_number, say_dose
from assistant.language.en.doses import find_dose
from assistant.language.en.numerals import cardinal
from assistant.language.en.pronounce import pronounce
from assistant.language.en.sounds import SOUNDS
from assistant.language.en.speech import expand
from assistant.language.en.units import SHORT_FORMS
from assistant.language.en.when import read
from assistant.language.text import HAN
from assistant.packs import facts

# A word of Latin letters; a Chinese name has about one sound a character.
_SOUND = re.compile(rf"[A-Za-zÀ-ɏ']+|[{HAN}]")
_SHORT_FORM = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, SHORT_FORMS))}|Prof\.|[A-Z]\.|[Nn]o\.(?=\s?\d)"
    r"|(?:am|pm|a\.m|p\.m)\.(?!\s+[A-Z]))"
)

_CODE = __name__.rpartition(".")[2]
_FACTS = facts(_CODE)

LANGUAGE = Language(
    code=_CODE,
    name=_FACTS.name,
    script=_FACTS.script,
    sounds=SOUNDS,
    speech=Speech(
        expand=expand,
        pronounce=pronounce,
        count_sounds=lambda text: len(_SOUND.findall(text)),
        sounds_per_second=2.5,
        short_form=_SHORT_FORM,
    ),
    sample="except on sundays two tablets twice a day at half past eight from tomorrow for a week",
    read=read,
    find_number=find_number,
    find_dose=find_dose,
    spoken=Spoken(
        time_of_day=spoken.time_of_day,
        day=spoken.day,
        full_date=spoken.full_date,
        weekday=spoken.weekday,
        relative_day=spoken.relative_day,
        moment=spoken.moment,
        duration=spoken.duration,
        number=cardinal,
        dose=say_dose,
        listing=spoken.listing,
        lunar_date=spoken.lunar_date,
        festivals=spoken.festivals,
    ),
)

__all__ = ["LANGUAGE"]
