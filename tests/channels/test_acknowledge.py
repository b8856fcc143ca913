"""Acknowledgement links: good for one alarm and one contact, once, for a day."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.acknowledge import (
    VALID_SECONDS,
    Acknowledger,
    TokenError,
    load_secret,
)

NOW = 1_770_000_000.0
HOME = Acknowledger(bytes(range(32)))


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_fresh_token_names_its_alarm_and_contact(alarm: str, contact: str) -> None:
    alarm, contact = (t.encode("utf-8", "replace").decode() for t in (alarm, contact))
    found = HOME.check(HOME.token(alarm, contact, NOW), NOW + 60)
    assert (found.alarm_id, found.contact_id) == (alarm, contact)
    assert found.expires_at == NOW + VALID_SECONDS


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_token_is_refused(place: int, change: int) -> None:
    token = HOME.token("alarm7", "daughter", NOW)
    place %= len(token)
    changed = token[:place] + chr((ord(token[place]) + change) % 256) + token[place + 1 :]
    if changed != token:
        with pytest.raises(TokenError):
            HOME.check(changed, NOW)


@given(st.text(max_size=500))
def test_junk_is_refused(junk: str) -> None:
    with pytest.raises(TokenError):
        HOME.check(junk, NOW)


def test_another_home_is_refused() -> None:
    token = Acknowledger(bytes(32)).token("alarm7", "daughter", NOW)
    with pytest.raises(TokenError, match="not made by this home"):
        HOME.check(token, NOW)


def test_an_old_token_is_refused() -> None:
    token = HOME.token("alarm7", "daughter", NOW)
    HOME.check(token, NOW + VALID_SECONDS)
    with pytest.raises(TokenError, match="too old"):
        HOME.check(token, NOW + VALID_SECONDS + 1)


def test_a_spent_token_is_refused_and_another_one_is_not() -> None:
    token = HOME.token("alarm7", "daughter", NOW)
    spent = {HOME.check(token, NOW).token_id}
    with pytest.raises(TokenError, match="already"):
        HOME.check(token, NOW, spent)
    HOME.check(HOME.token("alarm7", "daughter", NOW), NOW, spent)


def test_a_token_fits_a_message() -> None:
    token = HOME.token("0123456789abcdef0123456789abcdef", "daughter", NOW)
    assert len(token) < 140
    assert token.isascii()
    assert not set(token) & set("+/= ")


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "acknowledge.key"
    first = load_secret(path)
    assert load_secret(path) == first
    assert len(set(first)) > 8
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    assert len(load_secret(path)) == 32
