"""A public emergency number is rung with the elder's consent alone, however it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from assistant.channels import AddressError
from assistant.channels.callers import Numbering
from assistant.channels.gsm import Modem
from assistant.channels.registry import Equipment, Registry
from assistant.channels.sip import Phone
from tests.asking import call
from tests.faults.parts import a_home
from tests.hostile.parts import BEGINNINGS, until_open

SPELLINGS = [
    *("tel:120", "TEL:120", " tel:120", "tel: 120", "tel:1-2-0", "tel:(120)", "tel:1.2.0"),
    *("tel:１２０", "tel:1\u00a02 0", "tel:tel:120", "tel:sms:120", "tel:+86120", "tel:0086120"),
    *("tel:+86 10 120", "tel:010120", "tel:0120", "tel:110", "tel:119", "tel:122", "tel:112"),
    *("tel:999", "tel:911", "sms:120", "SMS:110", "sms:+86 110", "tel:120,1", "tel:120;ext=1"),
    *("tel:120#", "tel:*31#120", "tel:120p1", "tel:%31%32%30", "tel:120?x", "tel:120\r", "tel:١٢٠"),
    *("sip:120@provider.example", "SIP:120@PROVIDER.example.", "sips:120@provider.example"),
    *("sip:1%320@provider.example", "sip:%31%32%30@provider.example:5060", "sip:1-2-0@10.0.0.1"),
    *("sip:+86120@provider.example", "sip:010120@10.0.0.1;transport=tcp", "sip:(120)@10.0.0.1"),
    *("sip:120@provider.example;user=phone", "sip:120;phone-context=+86@provider.example"),
]
HOME = Equipment(
    phone=cast("Phone", object()),
    modem=cast("Modem", object()),
    trunk_domain="provider.example",
    numbering=Numbering("86", frozenset({"10.0.0.1"})),
)
HOMES = {"all": HOME, "no modem": replace(HOME, modem=None), "no phone": replace(HOME, phone=None)}


@pytest.mark.parametrize("equipment", HOMES)
@pytest.mark.parametrize("address", SPELLINGS, ids=ascii)
def test_it_must_not_be_rung_without_consent(address: str, equipment: str) -> None:
    with pytest.raises(AddressError):
        Registry(HOMES[equipment]).open(address)


@pytest.mark.parametrize("address", SPELLINGS, ids=ascii)
def test_consent_for_one_number_must_not_be_one_for_another(address: str) -> None:
    registry = Registry(HOME)
    registry.agree("000", is_agreed=True)
    registry.agree("120", is_agreed=True)
    registry.agree("120", is_agreed=False)
    with pytest.raises(AddressError):
        registry.open(address)


@pytest.mark.parametrize(
    "text", ["打120", "叫救护车", "call 999", "call an ambulance", "打110报警"]
)
async def test_a_cry_for_one_must_not_ring_it_before_a_yes(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path) as home:
        home.add("急救", "tel:120", "sip:120@provider.example")
        await call(home.core.bus, "turn", text=text)
        await until_open(home)
        (alarm,) = home.core.alarms.store.open_alarms()
        assert home.core.alarms.triggers._number.contact(alarm.alarm_id) is None
        assert not home.core.ways.equipment.registry._agreed
        BEGINNINGS["cried"](home)
        assert not home.core.ways.equipment.registry._agreed
