"""Mandarin Chinese."""

import re

from assistant.language.contract import Language, Speech, Spoken
from assistant.language.text import HAN
from assistant.language.zh import spoken
from assistant.language.zh.amounts import find_number, say_dose
from assistant.language.zh.doses import find_dose
from assistant.language.zh.numerals import cardinal
from assistant.language.zh.pronounce import pronounce
from assistant.language.zh.sounds import SOUNDS
from assistant.language.zh.speech import expand
from assistant.language.zh.when import read
from assistant.packs import facts

_SOUND = re.compile(rf"[{HAN}]|[A-Za-z]+\d?")

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
        sounds_per_second=4.0,
        short_form=re.compile(r"(?!)"),  # Chinese has none
    ),
    sample="从明天起一个星期除了星期天每天早上八点半吃两片",
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
