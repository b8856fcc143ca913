"""Who is calling: callers and contacts, hostile ones included, compared by one rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.callers import (
    Numbering,
    country_of,
    is_same_number,
    is_same_party,
    number_at,
)
from assistant.core.equipment import HomeEquipment
from assistant.people.contacts import new_contact
from assistant.settings import EmergencySettings, PhoneSettings, Settings

CHINA = Numbering("86", frozenset({"provider.example", "10.0.0.1"}))
"""A home in China with a SIP provider and a gateway of its own."""
ALONE = Numbering()
"""A home that knows neither its country nor any provider."""

SAME = [
    # A SIP telephone that calls from another port, transport, display name or scheme.
    ("sip:fang@10.0.0.7", "sip:fang@10.0.0.7"),
    ("sip:fang@10.0.0.7:5062", "sip:fang@10.0.0.7"),
    ("sip:fang@10.0.0.7:57354", "sip:fang@10.0.0.7:5080"),
    ("sip:fang@10.0.0.7;transport=tcp", "sip:fang@10.0.0.7"),
    ("sip:fang@10.0.0.7:5061;transport=TLS;ob", "sip:fang@10.0.0.7;transport=udp"),
    ("sips:fang@family.example", "sip:fang@family.example"),
    ("sip:fang@family.example", "sips:fang@family.example;transport=tls"),
    ("SIP:fang@Family.EXAMPLE", "sip:fang@family.example"),
    ("sip:fang@family.example.", "sip:fang@family.example"),
    ("sip:fang@family.example", "sip:fang@FAMILY.example."),
    (
        '"王芳" <sip:fang@family.example>;tag=1',
        "sip:fang@family.example",
    ),
    ("Fang <sip:fang@family.example:5070;transport=tcp>", "sip:fang@family.example"),
    ("<sip:fang@family.example>", "sip:fang@family.example"),
    (r'"Fang \"the boss\" <x>" <sip:fang@family.example>', "sip:fang@family.example"),
    ("sip:%66ang@family.example", "sip:fang@family.example"),
    ("sip:fang@family.example", "sip:f%61ng@family.example"),
    ("sip:fang@[2001:db8::1]:5060", "sip:fang@[2001:db8::1]"),
    ("sip:fang@[2001:0DB8:0:0:0:0:0:1]", "sip:fang@[2001:db8::1]"),
    ("sip:fang@[::ffff:10.0.0.7]", "sip:fang@[::ffff:a00:7]"),
    # Numbers that the network gives: the sender of a text message.
    ("+8613800138000", "sms:+8613800138000"),
    ("+8613800138000", "tel:13800138000"),
    ("008613800138000", "tel:+8613800138000"),
    ("8613800138000", "tel:+8613800138000"),
    ("8613800138000", "tel:13800138000"),
    ("13800138000", "tel:+86 138-0013-8000"),
    ("013800138000", "tel:13800138000"),
    ("02081234567", "tel:+862081234567"),
    ("2081234567", "tel:02081234567"),
    ("120", "tel:120"),
    ("+447700900123", "tel:+447700900123"),
    ("00447700900123", "tel:+447700900123"),
    # Numbers that the home's own provider or gateway gives.
    ("sip:+8613800138000@provider.example;user=phone", "tel:13800138000"),
    ("sip:13800138000@provider.example", "tel:+8613800138000"),
    ("sip:008613800138000@10.0.0.1:5060", "sms:13800138000"),
    ("sip:+86-138-0013-8000@provider.example;user=phone", "tel:13800138000"),
    ("sip:13800138000;phone-context=+86@provider.example;user=phone", "tel:+8613800138000"),
    ("sip:%2B8613800138000@provider.example", "tel:13800138000"),
    ("sip:13800138000@provider.example", "sip:+8613800138000@provider.example"),
    ("tel:+86-138-0013-8000", "tel:13800138000"),
    ("tel:+86(138)0013.8000;cpc=ordinary", "tel:13800138000"),
    ("tel:13800138000;phone-context=+86", "tel:+8613800138000"),
    ("<tel:+8613800138000>;tag=a", "tel:13800138000"),
]

OTHER = [
    # Nobody at all.
    ("", "tel:13800138000"),
    ("", "sip:"),
    ("", "sip:fang@10.0.0.7"),
    ("0000000", "tel:13800138000"),
    ("0000000", "tel:0000000"),
    ("00000000000", "tel:13800138000"),
    ("sip:0000000@anywhere.example", "tel:13800138000"),
    ("sip:0000000@provider.example", "tel:13800138000"),
    ("+", "tel:13800138000"),
    ("+0", "tel:13800138000"),
    ("anonymous", "tel:13800138000"),
    ("Anonymous", "sip:Anonymous@family.example"),
    ("sip:anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid"),
    ("sip:Anonymous@family.example", "sip:Anonymous@family.example"),
    ("sip:Restricted@provider.example", "sip:Restricted@provider.example"),
    ("sip:unknown@family.example", "sip:unknown@family.example"),
    ('"+8613800138000" <sip:anonymous@anonymous.invalid>', "tel:13800138000"),
    # Another host says the right name or number.
    ("sip:13800138000@evil.example", "sip:13800138000@family.example"),
    ("sip:fang@evil.example", "sip:fang@family.example"),
    ("sip:fang@family.example.evil.example", "sip:fang@family.example"),
    ("sip:fang@xfamily.example", "sip:fang@family.example"),
    ("sip:fang@family.example@evil.example", "sip:fang@family.example"),
    ("sip:fang%40family.example@evil.example", "sip:fang@family.example"),
    ('"sip:fang@family.example" <sip:x@evil.example>', "sip:fang@family.example"),
    ("sip:fang@family.example <sip:x@evil.example>", "sip:fang@family.example"),
    ("<sip:fang@family.example> <sip:x@evil.example>", "sip:fang@family.example"),
    ("sip:x@evil.example;fang@family.example", "sip:fang@family.example"),
    ("sip:x@evil.example?From=sip:fang@family.example", "sip:fang@family.example"),
    ("sip:+8613800138000@evil.example;user=phone", "tel:13800138000"),
    ("sip:13800138000@family.example", "tel:13800138000"),
    ("sip:fang@[2001:db8::1]", "sip:fang@[2001:db8::2]"),
    ("sip:fang@10.0.0.70", "sip:fang@10.0.0.7"),
    ("sip:fang@010.0.0.7", "sip:fang@10.0.0.7"),
    ("sip:fang@167772167", "sip:fang@10.0.0.7"),
    ("sip:fang@family.example..", "sip:fang@family.example"),
    # Another name at the right host.
    ("sip:son@family.example", "sip:fang@family.example"),
    ("sip:Fang@family.example", "sip:fang@family.example"),
    ("sip:fang:secret@family.example", "sip:fang@family.example"),
    ("sip:%2566ang@family.example", "sip:fang@family.example"),
    ("sip:fang%00@family.example", "sip:fang@family.example"),
    ("sip:fang%zz@family.example", "sip:fang@family.example"),
    ("sip:family.example", "sip:fang@family.example"),
    # Forged lines, odd letters, far too much.
    ("sip:fang@family.example\r\nX: y", "sip:fang@family.example"),
    ("sip:fang@family.example\n", "sip:fang@family.example"),
    ("sip:fang%0D%0A@family.example", "sip:fang@family.example"),
    ("sip:fang@fаmily.example", "sip:fang@family.example"),
    ("１３８００１３８０００", "tel:13800138000"),
    ("١٣٨٠٠١٣٨٠٠٠", "tel:13800138000"),
    ("sip:１３８００１３８０００@provider.example", "tel:13800138000"),
    ("+8613800138000\u202e", "tel:13800138000"),
    ("sip:" + "a" * 400 + "@family.example", "sip:fang@family.example"),
    # Numbers that only end alike, or belong to another country or somebody behind them.
    ("13800138001", "tel:13800138000"),
    ("0138000", "tel:13800138000"),
    ("8000", "tel:13800138000"),
    ("0138000", "tel:+8613800138000"),
    ("1013800138000", "tel:13800138000"),
    ("+113800138000", "tel:13800138000"),
    ("+13800138000", "tel:13800138000"),
    ("+4413800138000", "tel:13800138000"),
    ("+4413800138000", "tel:+8613800138000"),
    ("+86013800138000", "tel:13800138000"),
    ("08613800138000", "tel:13800138000"),
    ("+08613800138000", "tel:13800138000"),
    ("13800138000#", "tel:13800138000"),
    ("*31#13800138000", "tel:13800138000"),
    ("sip:13800138000;ext=12@provider.example", "tel:13800138000"),
    ("tel:+8613800138000;ext=12", "tel:13800138000"),
    ("tel:+8613800138000;postd=pp22", "tel:13800138000"),
    ("tel:+8613800138000;isub=4", "tel:13800138000"),
    ("tel:13800138000;phone-context=evil.example", "tel:13800138000"),
    ("tel:13800138000;phone-context=+44", "tel:13800138000"),
    # Addresses that are no telephone are never a caller.
    ("13800138000", "https://hooks.example/13800138000"),
    ("sip:13800138000@provider.example", "https://13800138000@hooks.example/"),
    ("13800138000", "mailto://13800138000:pw@mail.example"),
    ("sip:fang@family.example", "ntfy://fang@family.example"),
    ("sip:fang@family.example", "mailtos://fang@family.example"),
    ("13800138000", "wecombot://13800138000"),
    ("sip:centre@10.0.0.1", "scaip:centre"),
    ("13800138000", "13800138000"),
    ("13800138000", "tel:"),
    ("13800138000", "tel:not a number"),
]


@pytest.mark.parametrize(("caller", "address"), SAME)
def test_a_contact_who_calls_in_another_form_is_known(caller: str, address: str) -> None:
    assert is_same_party(caller, address, CHINA)


@pytest.mark.parametrize(("caller", "address"), OTHER)
def test_nobody_else_is_taken_for_a_contact(caller: str, address: str) -> None:
    assert not is_same_party(caller, address, CHINA)
    assert not is_same_party(caller, address, Numbering("86", frozenset({"family.invalid"})))


@pytest.mark.parametrize(
    ("caller", "address"),
    [
        ("sip:13800138000@provider.example", "tel:13800138000"),
        ("sip:+8613800138000@provider.example;user=phone", "tel:+8613800138000"),
        ("tel:+8613800138000", "tel:+8613800138000"),
    ],
)
def test_without_a_provider_of_its_own_no_sip_caller_is_a_telephone(
    caller: str, address: str
) -> None:
    assert is_same_party(caller, address, CHINA)
    assert not is_same_party(caller, address, ALONE)
    assert not is_same_party(caller, address, Numbering("86"))


@pytest.mark.parametrize(
    ("one", "other", "country", "same"),
    [
        ("+8613800138000", "13800138000", "", True),
        ("008613800138000", "+86 138-0013-8000", "", True),
        ("+442079460000", "02079460000", "", True),
        ("+442079460000", "02079460000", "44", True),
        ("+442079460000", "02079460000", "86", False),
        ("+13805550123", "13805550123", "1", True),
        ("+13805550123", "3805550123", "1", True),
        ("01113805550123", "3805550123", "1", True),
        ("01113805550123", "+13805550123", "1", True),
        ("+13800138000", "13800138000", "", False),
        ("+79161234567", "89161234567", "7", True),
        ("+390612345678", "0612345678", "39", True),
        ("+3612345678", "0612345678", "36", True),
        ("13800138000", "13800138001", "86", False),
        ("8000", "13800138000", "86", False),
        ("120", "120", "", True),
        ("8001", "8001", "86", True),
        ("0", "0", "", False),
        ("00", "000", "", False),
        ("", "", "", False),
        ("", "13800138000", "", False),
    ],
)
def test_two_spellings_of_a_number(one: str, other: str, country: str, *, same: bool) -> None:
    assert is_same_number(one, other, country) is same
    assert is_same_number(other, one, country) is same


@pytest.mark.parametrize(
    ("numbers", "country"),
    [
        (["+8613800138000", "13900139000"], "86"),
        (["+8613800138000", "+447700900123"], ""),
        (["+1 380 555 0123"], "1"),
        (["+353 1 234 5678", "+353871234567"], "353"),
        (["13800138000"], ""),
        ([], ""),
    ],
)
def test_the_country_of_the_contacts(numbers: list[str], country: str) -> None:
    assert country_of(numbers) == country


@pytest.mark.parametrize(
    ("settings", "contacts", "country", "gateways"),
    [
        (Settings(), [], "86", set()),
        (Settings(), ["tel:+447700900123"], "86", set()),
        (Settings(language="en"), ["tel:+447700900123", "sms:07700900124"], "44", set()),
        (Settings(language="en"), ["tel:+447700900123", "tel:+8613800138000"], "", set()),
        (Settings(emergency=EmergencySettings(country=353)), ["tel:+8613800138000"], "353", set()),
        (
            Settings(phone=PhoneSettings(account="sip:a@Registrar.example", provider="P.example.")),
            [],
            "86",
            {"registrar.example", "p.example"},
        ),
        (
            Settings(phone=PhoneSettings(account="sip:a@10.0.0.9", register_seconds=0)),
            [],
            "86",
            set(),
        ),
    ],
)
def test_what_a_home_knows_of_numbers(
    tmp_path: Path, settings: Settings, contacts: list[str], country: str, gateways: set[str]
) -> None:
    equipment = HomeEquipment(settings, tmp_path, runs_phone=False)
    known = equipment.numbering([new_contact("大女儿", [], contacts)])
    assert known == Numbering(country, frozenset(gateways))


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("tel:120", "120"),
        ("TEL:1-2-0", "120"),
        ("sms:110", "110"),
        ("sip:120@provider.example", "120"),
        ("SIP:1%320@Provider.Example.:5060", "120"),
        ("sip:120@10.0.0.5", ""),
        ("sip:fang@provider.example", ""),
        ("https://120", ""),
    ],
)
def test_the_telephone_that_an_address_rings(address: str, number: str) -> None:
    assert number_at(address, CHINA) == number


@given(st.text(max_size=40), st.sampled_from([address for _, address in SAME]))
def test_whatever_a_caller_says_of_himself_nothing_breaks(text: str, address: str) -> None:
    for caller in (text, f"sip:{text}@provider.example", f"sip:fang@{text}", f"tel:{text}"):
        assert is_same_party(caller, address, CHINA) in {True, False}


@given(st.text("0123456789", min_size=1, max_size=15))
def test_a_shorter_number_is_never_a_longer_one_by_its_end(digits: str) -> None:
    number = "13800138000"
    expected = {number, f"0{number}", f"86{number}", f"0086{number}"}
    assert is_same_party(digits, f"tel:{number}", CHINA) is (digits in expected)
