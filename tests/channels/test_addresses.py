"""Addresses are checked at the door: nothing that passes can forge a command or a header."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.addresses import (
    AddressError,
    is_emergency_number,
    phone_number,
    sip_uri,
    web_url,
)
from assistant.channels.sip import PhoneSettings, SipAccount, write_folder


@pytest.mark.parametrize(
    ("entered", "number"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-138-0013-8000", "+8613800138000"),
        ("(020) 8123.4567", "02081234567"),
        ("１３８００１３８０００", "13800138000"),
        ("tel:+447700900123", "+447700900123"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("120", "120"),
    ],
)
def test_telephone_numbers(entered: str, number: str) -> None:
    assert phone_number(entered) == number


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "12",
        "+",
        "1234567890123456",
        "13800138000;ATD999",
        "138\r\nATD999;",
        "Mum",
        "1380013800０x",
        "13800138000,,1",
        "*21*13800138000#",
        "138\u202e00138000",
        "138\x0000138000",
        "+86+13800",
    ],
)
def test_no_telephone_number(entered: str) -> None:
    with pytest.raises(AddressError):
        phone_number(entered)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:daughter@example.org",
        "sip:12@10.0.0.5:5060",
        "sips:a.b@example.org;transport=tls",
        "sip:+8613800138000@provider.example:5080;transport=tcp",
        "sip:a@[2001:db8::1]:5060",
    ],
)
def test_sip_addresses(uri: str) -> None:
    assert sip_uri(f" {uri} ") == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "daughter",
        "sip:example.org",
        "sip:a@b@c",
        "sip:a:secret@b.org",
        "sip:a@b.org?Subject=x",
        "sip:a@b.org;lr",
        "sip:a@b.org\r\nVia: x",
        "sip:a@999.1.1.1",
        "sip:a@b.org:99999",
        "sip:a@b_c.org",
        "sip:a>@b.org",
        f"sip:{'a' * 65}@b.org",
        "http://b.org",
        "sip:a@[127.0.0.1]",
        "sip:a@-b.org",
        "sip:女儿@b.org",
        "sip:a b@c.org",
    ],
)
def test_no_sip_address(uri: str) -> None:
    with pytest.raises(AddressError):
        sip_uri(uri)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/alarm?id=1",
        "http://192.168.1.20:8123/api",
        "http://hub.local/x",
        "http://127.0.0.1:9/x",
        "http://[::1]:9/x",
    ],
)
def test_web_addresses(url: str) -> None:
    assert web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org",
        "https://",
        "https://u:p@example.org/",
        "file:///etc",
        "https://exa mple.org",
        "https://example.org/\r\nHost: x",
        "https://[::1",
        "example.org",
        "https://example.org:99999/",
    ],
)
def test_no_web_address(url: str) -> None:
    with pytest.raises(AddressError):
        web_url(url)


@given(st.text(max_size=60))
def test_whatever_is_entered_a_number_is_digits_or_refused(text: str) -> None:
    try:
        number = phone_number(text)
    except AddressError:
        return
    assert number.lstrip("+").isascii()
    assert number.lstrip("+").isdigit()
    assert phone_number(number) == number


@given(st.text(max_size=60).map(lambda text: f"sip:{text}"))
def test_whatever_is_entered_a_sip_address_holds_no_control_or_bracket(text: str) -> None:
    try:
        uri = sip_uri(text)
    except AddressError:
        return
    assert uri.isascii()
    assert uri.isprintable()
    assert not set(uri) & set('<>"\\ ,')


@pytest.mark.parametrize(
    "settings",
    [
        PhoneSettings(SipAccount("sip:a@b.org", password="x;regint=0"), 4444),
        PhoneSettings(SipAccount("sip:a@b.org", username="a\nmodule httpd.so"), 4444),
        PhoneSettings(SipAccount("sip:a@b.org"), 4444, microphone="default\nmodule httpd.so"),
        PhoneSettings(SipAccount("sip:a@b.org"), 4444, listen="0.0.0.0:5060\nmodule x"),
        PhoneSettings(SipAccount("sip:a@b.org"), 4444, interface="lo\nmodule x"),
    ],
)
def test_no_setting_forges_another(tmp_path: Path, settings: PhoneSettings) -> None:
    with pytest.raises(AddressError):
        write_folder(tmp_path, settings)


def test_emergency_numbers_are_known() -> None:
    assert all(map(is_emergency_number, ("120", "110", "119", "999", "112", "911")))
    assert not is_emergency_number("13800138000")
